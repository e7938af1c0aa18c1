//! A `mock-ecr serve` in a sandbox, and valid and invalid passwords for it.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use assert_cmd::cargo::{cargo_bin, cargo_bin_cmd};

use crate::sandbox::{self, Sandbox};
use crate::stderr_copy::StderrCopy;

/// The address of every mock. The port is always free because each mock has its own sandbox.
pub(crate) const ADDRESS: &str = "127.0.0.1:4566";

/// The dialects of the registry.
pub(crate) const DIALECTS: [&str; 2] = ["ecr", "oci"];

pub(crate) struct Mock {
    process: Child,
    stderr: StderrCopy,
}

/// The password of a client.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Password {
    Valid,
    /// The password of a mock with another seed.
    Wrong,
    /// A password that expires at the time of the frozen clock.
    Expired,
}

impl Mock {
    /// Starts a mock with a frozen clock in a sandbox of its own, and waits for its first line.
    pub(crate) fn serve(options: &[&str]) -> Self {
        sandbox::require();
        Mock::start(sandbox::command(cargo_bin("mock-ecr")), options)
    }

    /// Starts a mock with a frozen clock in an existing sandbox, and waits for its first line.
    pub(crate) fn serve_in(sandbox: &Sandbox) -> Self {
        Mock::start(sandbox.command(cargo_bin("mock-ecr")), &[])
    }

    fn start(mut command: Command, options: &[&str]) -> Self {
        let mut process = command
            .args(["serve", "--listen", ADDRESS, "--clock", "frozen"])
            .args(options)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stderr = StderrCopy::start(process.stderr.take().unwrap());
        let mut first_line = String::new();
        let stdout = process.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut first_line).unwrap();
        assert_eq!(
            first_line,
            format!("mock-ecr listening on http://{ADDRESS}\n")
        );
        Mock { process, stderr }
    }

    pub(crate) fn process(&self) -> u32 {
        self.process.id()
    }

    /// Returns a command that runs in the sandbox of the mock.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        sandbox::command_in(self.process.id(), program)
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        self.stderr.finish();
    }
}

impl Password {
    /// Returns the options of `mock-ecr token issue` for this password.
    pub(crate) fn options(self) -> &'static [&'static str] {
        match self {
            Password::Valid => &[],
            Password::Wrong => &["--seed", "another"],
            Password::Expired => &["--at", "2015-11-29T09:30:53.241Z"],
        }
    }

    pub(crate) fn issue(self) -> String {
        let output = cargo_bin_cmd!("mock-ecr")
            .args(["token", "issue", "--password", "--clock", "frozen"])
            .args(self.options())
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout)
            .unwrap()
            .trim_end()
            .to_owned()
    }
}

/// Returns the name of an image in the registry of the mock, in the syntax of podman, buildah and docker.
pub(crate) fn image(name: &str) -> String {
    format!("{ADDRESS}/{name}")
}

/// Returns the name of an image in the registry of the mock, in the syntax of skopeo.
pub(crate) fn remote(name: &str) -> String {
    format!("docker://{ADDRESS}/{name}")
}
