//! The fence around a mock and its clients: a network namespace with a loopback device and nothing else.

use std::ffi::OsStr;
use std::process::Command;

use crate::client::Client;
use crate::mock::Mock;

/// A command that runs behind a new fence.
pub(crate) fn behind_new(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("unshare");
    let script = "ip link set lo up && exec \"$@\"";
    command.args(["--net", "--", "sh", "-c", script, "sh"]);
    command.arg(program);
    command
}

/// A command that runs behind the fence that a process is behind.
pub(crate) fn behind_that_of(process: u32, program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("nsenter");
    command.arg(format!("--net=/proc/{process}/ns/net"));
    command.arg("--").arg(program);
    command
}

/// Says in one line why no fence can be made here, rather than letting a client run without one.
#[track_caller]
pub(crate) fn require() {
    let needs = "this needs root, unshare and nsenter (util-linux) and ip (iproute2)";
    match behind_new("true").output() {
        Ok(output) if output.status.success() => {}
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            panic!("no network namespace: {}; {needs}", said.trim());
        }
        Err(error) => panic!("no network namespace: {error}; {needs}"),
    }
}

#[test]
fn behind_the_fence_there_is_nobody_but_the_mock() {
    let mock = Mock::serve(&[]);
    let links = mock.beside("ip").args(["-brief", "link"]).output().unwrap();
    let links = String::from_utf8(links.stdout).unwrap();
    assert_eq!(links.lines().count(), 1, "{links}");
    assert!(links.starts_with("lo "), "{links}");

    let elsewhere = "docker://192.0.2.1/app:1";
    let said = Client::skopeo(&mock).rejected(&["inspect", "--tls-verify=false", elsewhere]);
    assert!(said.contains("network is unreachable"), "{said}");
}
