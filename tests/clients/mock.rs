//! A `mock-ecr serve` behind a fence, and the passwords that open it or do not.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use assert_cmd::cargo::{cargo_bin, cargo_bin_cmd};

use crate::fence;

/// Where every mock here listens: behind a fence of its own the port is always free.
pub(crate) const ADDRESS: &str = "127.0.0.1:4566";

/// Both ways in which the registry speaks.
pub(crate) const DIALECTS: [&str; 2] = ["ecr", "oci"];

pub(crate) struct Mock {
    process: Child,
}

/// What a client knows.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Password {
    Good,
    /// A whole token, but of a mock with another seed.
    Wrong,
    /// A token that died in the millisecond that a frozen clock shows.
    Expired,
}

impl Mock {
    /// Starts it at a frozen clock, and waits for its first line.
    pub(crate) fn serve(options: &[&str]) -> Self {
        fence::require();
        let mut process = fence::behind_new(cargo_bin("mock-ecr"))
            .args(["serve", "--listen", ADDRESS, "--clock", "frozen"])
            .args(options)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first_line = String::new();
        let stdout = process.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut first_line).unwrap();
        assert_eq!(
            first_line,
            format!("mock-ecr listening on http://{ADDRESS}\n")
        );
        Mock { process }
    }

    /// A command behind the mock's fence.
    pub(crate) fn beside(&self, program: impl AsRef<OsStr>) -> Command {
        fence::behind_that_of(self.process.id(), program)
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Password {
    /// What `mock-ecr token issue` must be told.
    pub(crate) fn options(self) -> &'static [&'static str] {
        match self {
            Password::Good => &[],
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

/// An image in the mock's registry, as podman, buildah and docker write it.
pub(crate) fn image(name: &str) -> String {
    format!("{ADDRESS}/{name}")
}

/// An image in the mock's registry, as skopeo writes it.
pub(crate) fn remote(name: &str) -> String {
    format!("docker://{ADDRESS}/{name}")
}
