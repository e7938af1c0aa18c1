//! A shell in a sandbox whose clients are redirected from the host names of AWS to a mock.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use assert_cmd::cargo::{cargo_bin, cargo_bin_cmd};
use tempfile::TempDir;

use crate::mock::Password;
use crate::page::Row;
use crate::{installed, sandbox};

/// The redirection of clients to the mock.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Redirection {
    Sandbox,
    /// A sandbox with a mock that also accepts principals of other accounts.
    LenientSandbox,
    Proxy,
    Env,
    /// By endpoint variables to a mock that returns host names of AWS.
    EnvAws,
    /// No redirection: the commands redirect clients themselves.
    Nowhere,
}

impl Redirection {
    /// Returns the redirections that a client supports according to its row.
    #[track_caller]
    pub(crate) fn all_of(row: &Row) -> Vec<Redirection> {
        let columns = [
            ("`sandbox`", "yes", Redirection::Sandbox),
            ("`proxy`", "yes", Redirection::Proxy),
            ("`env`", "yes", Redirection::Env),
            ("`env`", "with `--proxy-endpoint aws`", Redirection::EnvAws),
        ];
        let is_in_row = |(head, text, _): &(&str, &str, Redirection)| {
            row.get(*head).is_some_and(|cell| cell == text)
        };
        let found = columns.into_iter().filter(is_in_row);
        let redirections: Vec<_> = found.map(|(_, _, redirection)| redirection).collect();
        assert!(!redirections.is_empty(), "{row:?}");
        redirections
    }
}

/// The version of docker-credential-ecr-login.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Helper {
    System,
    Newer,
}

pub(crate) struct Shell {
    redirection: Redirection,
    folder: TempDir,
    /// The script before the commands.
    prologue: String,
}

impl Shell {
    /// Creates a shell with every client and the image of the documentation.
    pub(crate) fn redirected_by(redirection: Redirection) -> Self {
        sandbox::require();
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("bin")).unwrap();
        let shell = Shell {
            redirection,
            folder,
            prologue: String::new(),
        };
        symlink(layout(), shell.file("image")).unwrap();
        symlink(crates(), shell.file("crates")).unwrap();
        symlink(installed::node_modules(), shell.file("node_modules")).unwrap();
        shell.write("storage.conf", &shell.storage());
        shell.add_programs();
        shell
    }

    pub(crate) fn with_helper(self, helper: Helper) -> Self {
        match helper {
            Helper::System => self,
            Helper::Newer => {
                self.add("docker-credential-ecr-login", &installed::newer_helper());
                self
            }
        }
    }

    /// Replaces the programs that return a password by programs that return this one.
    pub(crate) fn with_password(self, password: Password) -> Self {
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

    /// Makes clients trust another CA instead of that of the mock.
    pub(crate) fn trusting_another_ca(mut self) -> Self {
        let place = format!("--tls=file:{}", self.file("other").display());
        let ca = cargo_bin_cmd!("mock-ecr").args(["ca", &place]).output();
        let certificate = String::from_utf8(ca.unwrap().stdout).unwrap();
        assert!(certificate.contains("BEGIN CERTIFICATE"), "{certificate}");
        self.write("other.pem", &certificate);
        for variable in CA_VARIABLES {
            self.prologue += &format!("export {variable}=\"$PWD/other.pem\"\n");
        }
        // Prevents retries of SDKs.
        self.prologue += "export AWS_MAX_ATTEMPTS=1\n";
        // Clients in Go also read the directory of the system.
        self.prologue += "export SSL_CERT_DIR=\"$PWD/other\"\n";
        self
    }

    /// Gives clients of the API a wrong secret key.
    pub(crate) fn with_wrong_secret_key(mut self) -> Self {
        self.prologue += "export AWS_SECRET_ACCESS_KEY=wrong\n";
        self
    }

    /// Runs commands that must all succeed, and returns their stdout.
    #[track_caller]
    pub(crate) fn run(&self, commands: &[String]) -> String {
        let (stderr, output) = self.execute(commands);
        let redirection = self.redirection;
        assert!(
            output.status.success(),
            "{redirection:?} {commands:#?}: {stderr}"
        );
        String::from_utf8(output.stdout).unwrap()
    }

    /// Asserts that the commands fail and that stderr contains a text.
    #[track_caller]
    pub(crate) fn assert_fails(&self, commands: &[String], why: &str) {
        self.assert_fails_with_one_of(commands, &[why]);
    }

    /// Asserts that the commands fail and that stderr contains one of the texts, which are those of different versions of a client.
    #[track_caller]
    pub(crate) fn assert_fails_with_one_of(&self, commands: &[String], reasons: &[&str]) {
        let (stderr, output) = self.execute(commands);
        let redirection = self.redirection;
        assert!(
            !output.status.success(),
            "{redirection:?} {commands:#?}: {stderr}"
        );
        let is_reported = reasons.iter().any(|why| stderr.contains(why));
        assert!(is_reported, "{redirection:?} {reasons:?}: {stderr}");
    }

    /// Returns the path of a file in the folder of the shell.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a bash script with its own home directory, and returns its output.
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

    fn execute(&self, commands: &[String]) -> (String, Output) {
        let script = format!("set -e\n{}{}", self.prologue, commands.join("\n"));
        let output = self.command().args(["sh", "-c", &script]).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        (stderr, output)
    }

    fn command(&self) -> Command {
        let mock = cargo_bin("mock-ecr");
        let mut command = match self.redirection {
            Redirection::Sandbox => mock_run(Command::new(mock), "sandbox"),
            Redirection::LenientSandbox => mock_run(Command::new(mock), "sandbox --auth lenient"),
            Redirection::Proxy => mock_run(sandbox::command(mock), "proxy"),
            Redirection::Env => mock_run(sandbox::command(mock), "env"),
            Redirection::EnvAws => mock_run(sandbox::command(mock), "env --proxy-endpoint aws"),
            Redirection::Nowhere => sandbox::command("env"),
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
        let aws = installed::from_variable("AWS_V1");
        self.add("moto_server", &aws.with_file_name("moto_server"));
        self.add("aws", &aws);
        // Python detects its virtual environment by its own path, so a link does not work.
        let python = installed::from_variable("MOCK_ECR_PYTHON");
        let run = format!("exec {} \"$@\"", python.display());
        self.write_program("python3", &run);
    }

    fn add(&self, name: &str, program: &Path) {
        symlink(program, self.file("bin").join(name)).unwrap();
    }

    /// Replaces a program by a script.
    fn write_program(&self, name: &str, script: &str) {
        let path = self.file("bin").join(name);
        let _ = fs::remove_file(&path);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.file(name), text).unwrap();
    }

    /// Returns a configuration with its own storage. By default, podman and buildah use the storage of the system if they run as root.
    fn storage(&self) -> String {
        let (images, run) = (self.file("storage"), self.file("run-storage"));
        format!(
            "[storage]\ndriver = 'vfs'\ngraphroot = '{}'\nrunroot = '{}'\n",
            images.display(),
            run.display()
        )
    }
}

/// Starts an engine that ends with the shell, and waits until it listens. Its mounts are not visible to other processes. The shell keeps
/// the log open, because the engine ends if it cannot write its log.
pub(crate) const START_ENGINE: &str = r#"
    engine=$HOME/engine
    export DOCKER_HOST=unix://$engine/docker.sock
    mkdir "$engine"
    echo {} >"$engine/daemon.json"
    mkfifo "$engine/log"
    exec 3<>"$engine/log"
    unshare --mount -- dockerd --host "$DOCKER_HOST" --config-file "$engine/daemon.json" --data-root "$engine/data" \
        --exec-root "$engine/exec" --pidfile "$engine/pid" --storage-driver vfs \
        --bridge none --iptables=false --ip-forward=false 2>"$engine/log" &
    engine_process=$!
    trap 'kill "$engine_process" $(jobs -p) 2>/dev/null; wait' EXIT
    grep -m 1 "API listen on" <&3
"#;

/// Starts a PostgreSQL server on port 5432 that ends with the shell, and waits until it listens. `psql` connects as its administrator. The
/// server rejects root, so it runs as the user `nobody`.
pub(crate) const START_DATABASE: &str = r#"
    database=$(mktemp -d)
    chown 65534:65534 "$database"
    mkfifo "$HOME/log"
    exec 3<>"$HOME/log"
    replaced_by() { cd "$database" && exec setpriv --reuid 65534 --regid 65534 --clear-groups -- "$programs/$@"; }
    programs=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)
    (replaced_by initdb --username=postgres --auth=trust --no-sync --no-locale --encoding=UTF8 --pgdata data >/dev/null)
    replaced_by postgres -D data -k "$database" -c listen_addresses=localhost -c fsync=off 2>"$HOME/log" &
    database_process=$!
    trap 'kill $(jobs -p) 2>/dev/null; kill -INT $database_process; wait; rm -rf "$database"' EXIT
    grep -m 1 "ready to accept connections" <&3
    export PGHOST=localhost PGUSER=postgres
"#;

fn mock_run(mut mock: Command, redirection: &str) -> Command {
    mock.args(["run", "--redirect"])
        .args(redirection.split(' '));
    mock.args(["--isolate", "--create-on-push", "--"]);
    mock
}

/// The variables with the CA certificates of the clients.
const CA_VARIABLES: [&str; 4] = [
    "AWS_CA_BUNDLE",
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
];

/// Returns the path of a layout with an index of two images.
pub(crate) fn layout() -> PathBuf {
    crates().join("ecr-contract/layouts/hello")
}

/// Returns the path of the folder `crates` of the repository, which commands in README use.
fn crates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
