//! Linux: the worker becomes the subreaper of its descendants, and finds them in `/proc`.

use std::time::Duration;

use rustix::process::{Pid, Signal, WaitOptions, kill_process, wait};

/// Makes this process the subreaper of its descendants. Descendants whose parent has ended then become children of this process and can be
/// killed.
pub(crate) fn adopt_orphans() {
    // If this fails, a process that the client has started in another session is not killed.
    let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
}

/// Kills all children of this process until there are no more. When a child has ended, its children become children of this process, also
/// if they are in another process group or session.
pub(crate) fn kill_descendants() {
    for _ in 0..MAX_ROUNDS {
        reap();
        let children = children();
        if children.is_empty() {
            return;
        }
        for child in children {
            let _ = kill_process(child, Signal::KILL);
        }
        std::thread::sleep(ROUND);
    }
}

/// Removes the children that have ended. Does not block: another thread may also wait for children, and a child that is not killed yet may
/// not end.
fn reap() {
    while matches!(wait(WaitOptions::NOHANG), Ok(Some(_))) {}
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

const ROUND: Duration = Duration::from_millis(1);

/// A process that cannot be killed, because it belongs to another user or waits for a device, is left after about ten seconds.
const MAX_ROUNDS: usize = 10_000;
