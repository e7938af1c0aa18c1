//! A shell in which clients are led to a mock by AWS's names, behind a fence.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use assert_cmd::cargo::{cargo_bin, cargo_bin_cmd};
use tempfile::TempDir;

use crate::mock::Password;
use crate::page::Row;
use crate::{fence, installed};

/// How clients in it are led to the mock.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Redirection {
    Sandbox,
    Proxy,
    Env,
    /// Not at all: the commands see to it.
    Nowhere,
}

impl Redirection {
    /// Those that a client goes by what its row says.
    #[track_caller]
    pub(crate) fn all_of(row: &Row) -> Vec<Redirection> {
        let mut redirections = vec![
            ("`sandbox`", Redirection::Sandbox),
            ("`proxy`", Redirection::Proxy),
            ("`env`", Redirection::Env),
        ];
        redirections.retain(|(head, _)| row.get(*head).is_some_and(|cell| cell == "yes"));
        assert!(!redirections.is_empty(), "{row:?}");
        redirections
            .into_iter()
            .map(|(_, redirection)| redirection)
            .collect()
    }
}

/// Which docker-credential-ecr-login it has.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Helper {
    OfTheSystem,
    Newer,
}

pub(crate) struct Shell {
    redirection: Redirection,
    folder: TempDir,
    /// What is done before the commands.
    prologue: String,
}

impl Shell {
    /// One that has every client, and the image of the documentation.
    pub(crate) fn redirected_by(redirection: Redirection) -> Self {
        fence::require();
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("bin")).unwrap();
        let shell = Shell {
            redirection,
            folder,
            prologue: String::new(),
        };
        symlink(layout(), shell.file("image")).unwrap();
        symlink(installed::node_modules(), shell.file("node_modules")).unwrap();
        shell.write("storage.conf", &shell.storage());
        shell.add_programs();
        shell
    }

    pub(crate) fn with_helper(self, helper: Helper) -> Self {
        match helper {
            Helper::OfTheSystem => self,
            Helper::Newer => {
                self.add("docker-credential-ecr-login", &installed::newer_helper());
                self
            }
        }
    }

    /// Gives clients this password, whichever program they ask for it.
    pub(crate) fn knowing(self, password: Password) -> Self {
        let issue = [
            "mock-ecr token issue --password",
            &password.options().join(" "),
        ]
        .join(" ");
        self.write_program("aws", &issue);
        let entry = r#"'{"ServerURL":"","Username":"AWS","Secret":"%s"}'"#;
        let helper = format!("printf {entry} \"$({issue})\"");
        self.write_program("docker-credential-ecr-login", &helper);
        self
    }

    /// Lets clients trust an authority that is not the mock's.
    pub(crate) fn trusting_another(mut self) -> Self {
        let place = format!("--tls=file:{}", self.file("other").display());
        let ca = cargo_bin_cmd!("mock-ecr").args(["ca", &place]).output();
        let certificate = String::from_utf8(ca.unwrap().stdout).unwrap();
        assert!(certificate.contains("BEGIN CERTIFICATE"), "{certificate}");
        self.write("other.pem", &certificate);
        for variable in TRUST {
            self.prologue += &format!("export {variable}=\"$PWD/other.pem\"\n");
        }
        // SDKs would try again and again.
        self.prologue += "export AWS_MAX_ATTEMPTS=1\n";
        // Go's clients would look into the system's.
        self.prologue += "export SSL_CERT_DIR=\"$PWD/other\"\n";
        self
    }

    /// Takes the secret key from clients that call the API.
    pub(crate) fn with_a_wrong_key(mut self) -> Self {
        self.prologue += "export AWS_SECRET_ACCESS_KEY=wrong\n";
        self
    }

    /// What the commands print, every one of which must succeed.
    #[track_caller]
    pub(crate) fn done(&self, commands: &[String]) -> String {
        let (said, output) = self.run(commands);
        let redirection = self.redirection;
        assert!(
            output.status.success(),
            "{redirection:?} {commands:#?}: {said}"
        );
        String::from_utf8(output.stdout).unwrap()
    }

    /// Asserts that the commands fail, and what is said of it.
    #[track_caller]
    pub(crate) fn fails(&self, commands: &[String], why: &str) {
        let (said, output) = self.run(commands);
        let redirection = self.redirection;
        assert!(
            !output.status.success(),
            "{redirection:?} {commands:#?}: {said}"
        );
        assert!(said.contains(why), "{redirection:?} {why:?}: {said}");
    }

    /// A file in its folder.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a script of bash with a home of its own, and returns what it prints.
    pub(crate) fn script(&self, script: &str) -> Output {
        let home = self.file("home");
        let policies = home.join(".config/containers");
        fs::create_dir_all(&policies).unwrap();
        let accept_all = r#"{"default": [{"type": "insecureAcceptAnything"}]}"#;
        fs::write(policies.join("policy.json"), accept_all).unwrap();
        let bin = home.join("bin");
        fs::create_dir_all(&bin).unwrap();
        let script = format!("export PATH=\"{}:$PATH\"\n{script}", bin.display());
        let mut command = self.command();
        command.env("HOME", &home).env("XDG_RUNTIME_DIR", &home);
        command
            .args(["timeout", "300", "bash", "-c", &script])
            .output()
            .unwrap()
    }

    fn run(&self, commands: &[String]) -> (String, Output) {
        let script = format!("set -e\n{}{}", self.prologue, commands.join("\n"));
        let output = self.command().args(["sh", "-c", &script]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (said, output)
    }

    fn command(&self) -> Command {
        let mock = cargo_bin("mock-ecr");
        let mut command = match self.redirection {
            Redirection::Sandbox => run(Command::new(mock), "sandbox"),
            Redirection::Proxy => run(fence::behind_new(mock), "proxy"),
            Redirection::Env => run(fence::behind_new(mock), "env"),
            Redirection::Nowhere => fence::behind_new("env"),
        };
        let path = std::env::var("PATH").unwrap_or_default();
        command
            .env_clear()
            .env("PATH", format!("{}:{path}", self.file("bin").display()))
            .env("CONTAINERS_STORAGE_CONF", self.file("storage.conf"))
            .current_dir(&self.folder);
        command
    }

    fn add_programs(&self) {
        for name in ["mock-ecr", "ecr"] {
            self.add(name, &installed::built(name));
        }
        for name in ["crane", "oras", "cosign"] {
            self.add(name, &installed::newer(name));
        }
        self.add("aws", &installed::named_by("AWS_V1"));
        // A virtual environment knows its Python by the path that it is run by.
        let python = installed::named_by("MOCK_ECR_PYTHON");
        let run = format!("exec {} \"$@\"", python.display());
        self.write_program("python3", &run);
    }

    fn add(&self, name: &str, program: &Path) {
        symlink(program, self.file("bin").join(name)).unwrap();
    }

    /// Puts a program of its own in the place of one.
    fn write_program(&self, name: &str, script: &str) {
        let path = self.file("bin").join(name);
        let _ = fs::remove_file(&path);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.file(name), text).unwrap();
    }

    /// podman and buildah run as root would otherwise keep images where the system's are.
    fn storage(&self) -> String {
        let (images, run) = (self.file("storage"), self.file("run-storage"));
        format!(
            "[storage]\ndriver = 'vfs'\ngraphroot = '{}'\nrunroot = '{}'\n",
            images.display(),
            run.display()
        )
    }
}

fn run(mut mock: Command, redirection: &str) -> Command {
    mock.args(["run", "--redirect", redirection]);
    mock.args(["--isolate", "--create-on-push", "--"]);
    mock
}

/// Where the clients here look for whom to trust.
const TRUST: [&str; 4] = [
    "AWS_CA_BUNDLE",
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
];

/// An index of two images.
pub(crate) fn layout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/layouts/hello")
}
