//! Runs `ecr` in an isolated environment.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use assert_cmd::Command;
use assert_cmd::cargo::cargo_bin;
use tempfile::TempDir;

use crate::stub::Stub;

/// A run of `ecr` with an empty home, the example credentials of AWS's documentation, and a region.
pub(crate) struct Ecr {
    home: TempDir,
    command: Command,
    _links: Option<TempDir>,
}

/// The result of a run.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ecr {
    pub(crate) fn new(arguments: &[&str]) -> Self {
        Self::run_as(assert_cmd::cargo::cargo_bin_cmd!("ecr"), arguments)
    }

    /// Runs the same program under the name `aws`.
    pub(crate) fn as_aws(arguments: &[&str]) -> Self {
        Self::under_name("aws", arguments)
    }

    /// Runs the same program under another name.
    pub(crate) fn under_name(name: &str, arguments: &[&str]) -> Self {
        let links = tempfile::tempdir().unwrap();
        let link = links.path().join(name);
        std::os::unix::fs::symlink(cargo_bin!("ecr"), &link).unwrap();
        let mut ecr = Self::run_as(Command::new(link), arguments);
        ecr._links = Some(links);
        ecr
    }

    fn run_as(mut command: Command, arguments: &[&str]) -> Self {
        let home = tempfile::tempdir().unwrap();
        command
            .args(arguments)
            .env_clear()
            .current_dir(home.path())
            .env("HOME", home.path())
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_ACCESS_KEY_ID", KEY_ID)
            .env("AWS_SECRET_ACCESS_KEY", SECRET)
            .env("AWS_DEFAULT_REGION", "us-east-1")
            .env("AWS_MAX_ATTEMPTS", "1");
        Self {
            home,
            command,
            _links: None,
        }
    }

    /// Sets the server as the endpoint.
    pub(crate) fn endpoint(self, stub: &Stub) -> Self {
        let url = stub.url();
        self.env("AWS_ENDPOINT_URL", &url)
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    pub(crate) fn without_credentials(self) -> Self {
        self.without("AWS_ACCESS_KEY_ID")
            .without("AWS_SECRET_ACCESS_KEY")
    }

    /// Writes a file below the home, which is also the working directory.
    pub(crate) fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.home.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    /// Writes an executable file below the home.
    pub(crate) fn program(self, name: &str, content: &str) -> Self {
        let ecr = self.file(name, content);
        let path = ecr.home.path().join(name);
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        ecr
    }

    pub(crate) fn stdin(mut self, text: &str) -> Self {
        self.command.write_stdin(text);
        self
    }

    /// Runs the program in a session without a terminal, so that it cannot ask on the terminal of the tests.
    pub(crate) fn without_terminal(mut self) -> Self {
        let mut command = Command::new("setsid");
        command
            .arg("--wait")
            .arg(self.command.get_program())
            .args(self.command.get_args())
            .env_clear()
            .current_dir(self.home.path())
            .env("PATH", "/usr/bin:/bin");
        for (name, value) in self.command.get_envs() {
            if let Some(value) = value {
                command.env(name, value);
            }
        }
        self.command = command;
        self
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    #[track_caller]
    pub(crate) fn run(mut self) -> Outcome {
        self.outcome()
    }

    /// Runs the program and reads a file below the home afterwards. The text is empty if there is no such file.
    #[track_caller]
    pub(crate) fn run_and_read(mut self, file: &str) -> (Outcome, String) {
        let outcome = self.outcome();
        let content = fs::read_to_string(self.home.path().join(file));
        (outcome, content.unwrap_or_default())
    }

    #[track_caller]
    fn outcome(&mut self) -> Outcome {
        let output = self.command.output().unwrap();
        Outcome {
            code: output.status.code().expect("no signal ended the program"),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Outcome {
    #[track_caller]
    pub(crate) fn success(&self) -> &str {
        assert_eq!((self.code, self.stderr.as_str()), (0, ""), "{self:?}");
        &self.stdout
    }

    /// Asserts an exit code, the exact text on stderr, and an empty stdout.
    #[track_caller]
    pub(crate) fn assert_failure(&self, code: i32, stderr: &str) {
        assert_eq!((self.code, self.stdout.as_str()), (code, ""), "{self:?}");
        assert_eq!(self.stderr, stderr);
    }

    /// Asserts exit code 255, an empty stdout, and one line on stderr with these parts.
    #[track_caller]
    pub(crate) fn assert_error_contains(&self, parts: &[&str]) {
        assert_eq!((self.code, self.stdout.as_str()), (255, ""), "{self:?}");
        assert_eq!(self.stderr.trim().lines().count(), 1, "{self:?}");
        for part in parts {
            assert!(self.stderr.contains(part), "{part:?} in {self:?}");
        }
    }
}

/// The example keys of AWS's documentation.
pub(crate) const KEY_ID: &str = "AKIAIOSFODNN7EXAMPLE";
pub(crate) const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
