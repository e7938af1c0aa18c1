//! The sandbox of `mock-ecr run` on a system whose sockets and `/etc/resolv.conf` cannot be replaced.

use std::process::{Command, Output};

use assert_cmd::cargo::cargo_bin;

use crate::sandbox;

const LOOK_UP: &str = "getent hosts ecr.eu-west-1.amazonaws.com";

/// Runs a command in the sandbox, as a user that is not root. Before, a script changes the system in a new mount namespace.
fn run(command: &str, script: &str) -> Output {
    sandbox::require();
    let script = format!(
        "set -e
        mount -t tmpfs none /run
        touch /run/mock-ecr && mount --bind \"$1\" /run/mock-ecr
        {script}
        exec setpriv --reuid=65534 --regid=65534 --clear-groups env TMPDIR=/tmp \
             /run/mock-ecr run --redirect sandbox -- {command}"
    );
    Command::new("unshare")
        .args(["--mount", "--propagation", "private", "--"])
        .args(["sh", "-c", &script, "sh"])
        .arg(cargo_bin("mock-ecr"))
        .output()
        .unwrap()
}

#[test]
fn a_socket_that_the_user_cannot_reach_or_that_is_no_socket_is_skipped() {
    let output = run(
        LOOK_UP,
        "mkdir -m 700 /run/podman; mkdir /run/docker.sock; touch /run/containerd",
    );
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(printed.starts_with("198.51.100.1 "), "{output:?}");
}

#[test]
fn the_configuration_of_the_resolver_can_be_a_loop_or_a_directory() {
    // The GNU C library resolves no name if the configuration is a directory.
    for (replace, command, expected) in [
        (
            "ln -s resolv.conf $new/resolv.conf",
            LOOK_UP,
            "198.51.100.1 ",
        ),
        ("mkdir $new/resolv.conf", "echo started", "started\n"),
    ] {
        let script = format!(
            "new=/run/etc; mkdir $new; cp -a /etc/. $new; rm -f $new/resolv.conf; {replace}; mount --bind $new /etc"
        );
        let output = run(command, &script);
        let printed = String::from_utf8_lossy(&output.stdout);
        assert!(printed.starts_with(expected), "{replace}: {output:?}");
    }
}

#[test]
fn an_error_names_the_path_that_cannot_be_replaced() {
    let output = run(
        LOOK_UP,
        "mkdir -m 700 /run/private; mount --bind /run/private /etc/ssl/certs",
    );
    let printed = String::from_utf8_lossy(&output.stderr);
    let path = "/etc/ssl/certs/ca-certificates.crt: Permission denied";
    assert!(printed.contains(path), "{printed}");
}
