//! Runs the command with a terminal as stdout.

use std::fs::File;
use std::io::Read as _;
use std::process::{Command, Stdio};

use assert_cmd::cargo::cargo_bin;
use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

/// Returns what the command prints to a terminal with this number of columns.
pub(crate) fn stdout_in_terminal(
    columns: u16,
    arguments: &[&str],
    variables: &[(&str, &str)],
) -> String {
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY;
    let controller = openpt(flags).unwrap();
    grantpt(&controller).unwrap();
    unlockpt(&controller).unwrap();
    let terminal = ioctl_tiocgptpeer(&controller, flags).unwrap();
    let size = Winsize {
        ws_row: 24,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    tcsetwinsize(&terminal, size).unwrap();
    // The temporary command is dropped, so that only the process has the terminal open.
    let mut process = Command::new(cargo_bin("mock-ecr"))
        .args(arguments)
        .env_remove("NO_COLOR")
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .stdout(terminal)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (mut output, mut part) = (Vec::new(), [0; 1024]);
    let mut controller = File::from(controller);
    // After the process has exited, reading fails.
    while let Ok(length) = controller.read(&mut part) {
        output.extend_from_slice(&part[..length]);
    }
    process.wait().unwrap();
    String::from_utf8(output).unwrap().replace("\r\n", "\n")
}
