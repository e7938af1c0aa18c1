//! Linux: the worker becomes the subreaper of its descendants, and finds them in `/proc`.

use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};

/// Makes this process the subreaper of its descendants. Descendants whose parent has ended then become children of this process and can be
/// killed.
pub(crate) fn adopt_orphans() {
    // If this fails, a process that the client has started in another session is not killed.
    let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
}

/// Kills all children of this process until there are no more. When a child has ended, its children become children of this process.
pub(crate) fn kill_descendants() {
    for _ in 0..1000 {
        let children = children();
        for child in &children {
            let _ = kill_process(*child, Signal::KILL);
        }
        if children.is_empty() || !reap() {
            return;
        }
    }
}

/// Waits for a killed child. Returns false if there is no child.
fn reap() -> bool {
    matches!(waitpid(None, WaitOptions::empty()), Ok(Some(_)))
}

/// Returns the child processes of this process.
fn children() -> Vec<Pid> {
    let own = rustix::process::getpid().as_raw_nonzero().get();
    let Ok(processes) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    let names = processes
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok());
    let ids = names.filter_map(|name| name.parse::<i32>().ok());
    ids.filter(|id| parent(*id) == Some(own))
        .filter_map(Pid::from_raw)
        .collect()
}

/// Returns the ID of a process's parent: the fourth field of /proc/PID/stat. The second field is a name that may contain spaces and
/// parentheses.
fn parent(id: i32) -> Option<i32> {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let (_, after) = stat.rsplit_once(") ")?;
    after.split(' ').nth(1)?.parse().ok()
}
