//! The sandbox of a mock and its clients: a network namespace with only a loopback device.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::AsFd as _;
use std::process::{Child, Command, Stdio};

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use crate::client::Client;
use crate::mock::Mock;

/// A sandbox that exists longer than the processes of a test in it.
pub(crate) struct Sandbox(Child);

impl Sandbox {
    #[track_caller]
    pub(crate) fn create() -> Self {
        require();
        let mut process = command("cat")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // The process is in the sandbox as soon as it returns a line.
        process.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
        let stdout = process.stdout.as_mut().unwrap();
        stdout.read_exact(&mut [0]).unwrap();
        Sandbox(process)
    }

    pub(crate) fn process(&self) -> u32 {
        self.0.id()
    }

    /// Returns a command that runs in the sandbox.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        command_in(self.process(), program)
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Returns a command that runs in a new sandbox.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("unshare");
    let script = "ip link set lo up && exec \"$@\"";
    command.args(["--net", "--", "sh", "-c", script, "sh"]);
    command.arg(program);
    command
}

/// Returns a command that runs in the sandbox of a process.
pub(crate) fn command_in(process: u32, program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("nsenter");
    command.arg(format!("--net=/proc/{process}/ns/net"));
    command.arg("--").arg(program);
    command
}

/// Runs a closure on a new thread in the sandbox of a process. The sockets that the thread opens are in the sandbox.
#[track_caller]
pub(crate) fn run_in<T: Send>(process: u32, run: impl FnOnce() -> T + Send) -> T {
    let enter_and_run = || {
        let namespace = File::open(format!("/proc/{process}/ns/net")).unwrap();
        move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network)).unwrap();
        run()
    };
    let finished = std::thread::scope(|scope| scope.spawn(enter_and_run).join());
    finished.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Panics with a message of one line if a sandbox cannot be created.
#[track_caller]
pub(crate) fn require() {
    let needs = "expected root, unshare and nsenter (util-linux), and ip (iproute2)";
    match command("true").output() {
        Ok(output) if output.status.success() => {}
        Ok(output) => {
            let stderr = String::from_utf8_lossy(&output.stderr);
            panic!("no network namespace: {}; {needs}", stderr.trim());
        }
        Err(error) => panic!("no network namespace: {error}; {needs}"),
    }
}

#[test]
fn clients_in_the_sandbox_reach_only_the_mock() {
    let mock = Mock::serve(&[]);
    let links = mock
        .command("ip")
        .args(["-brief", "link"])
        .output()
        .unwrap();
    let links = String::from_utf8(links.stdout).unwrap();
    assert_eq!(links.lines().count(), 1, "{links}");
    assert!(links.starts_with("lo "), "{links}");

    let elsewhere = "docker://192.0.2.1/app:1";
    let stderr = Client::skopeo(&mock).run_failing(&["inspect", "--tls-verify=false", elsewhere]);
    assert!(stderr.contains("network is unreachable"), "{stderr}");
}
