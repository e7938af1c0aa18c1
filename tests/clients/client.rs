//! A real client with its own home directory, storage and credentials.

use std::ffi::OsStr;
use std::fmt::Debug;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use tempfile::TempDir;

use crate::engine::Engine;
use crate::mock::{ADDRESS, Mock, Password, image, remote};

pub(crate) struct Client<'mock> {
    mock: &'mock Mock,
    program: &'static str,
    /// The options before the subcommand.
    options: Vec<String>,
    /// The options for a login over plain HTTP.
    login_options: &'static [&'static str],
    home: TempDir,
}

impl<'mock> Client<'mock> {
    pub(crate) fn skopeo(mock: &'mock Mock) -> Self {
        Client::new(mock, "skopeo", &["--tls-verify=false"])
    }

    pub(crate) fn podman(mock: &'mock Mock) -> Self {
        Client::new(mock, "podman", &["--tls-verify=false"]).with_storage()
    }

    pub(crate) fn buildah(mock: &'mock Mock) -> Self {
        Client::new(mock, "buildah", &["--tls-verify=false"]).with_storage()
    }

    /// Creates a docker command without an engine, even if the machine has one. Docker treats loopback addresses as insecure by default.
    pub(crate) fn docker(mock: &'mock Mock) -> Self {
        Client::docker_with(mock, "unix:///nowhere")
    }

    /// Creates a docker command with an engine.
    pub(crate) fn docker_with(mock: &'mock Mock, engine: &str) -> Self {
        let docker = Client::new(mock, "docker", &[]);
        docker.with_options(&["--host", engine])
    }

    /// Creates a shell that runs clients.
    pub(crate) fn shell(mock: &'mock Mock) -> Self {
        Client::new(mock, "sh", &[])
    }

    /// Returns every client. docker uses an engine, which docker 29 needs for a login by plain HTTP.
    pub(crate) fn all(mock: &'mock Mock, engine: &Engine) -> [Self; 4] {
        [
            Client::skopeo(mock),
            Client::podman(mock),
            Client::buildah(mock),
            Client::docker_with(mock, &engine.host()),
        ]
    }

    fn new(
        mock: &'mock Mock,
        program: &'static str,
        login_options: &'static [&'static str],
    ) -> Self {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("manifests")).unwrap();
        let policies = home.path().join(".config/containers");
        fs::create_dir_all(&policies).unwrap();
        let accept_all = r#"{"default": [{"type": "insecureAcceptAnything"}]}"#;
        fs::write(policies.join("policy.json"), accept_all).unwrap();
        Client {
            mock,
            program,
            options: Vec::new(),
            login_options,
            home,
        }
    }

    fn with_storage(self) -> Self {
        let folder = |name| self.file(name).display().to_string();
        let (root, run) = (folder("storage"), folder("run-storage"));
        self.with_options(&[
            "--storage-driver",
            "vfs",
            "--root",
            &root,
            "--runroot",
            &run,
        ])
    }

    fn with_options(mut self, options: &[&str]) -> Self {
        self.options = options.iter().map(|&option| option.to_owned()).collect();
        self
    }

    pub(crate) fn name(&self) -> &'static str {
        self.program
    }

    /// Returns the arguments of the command that reads an image from the registry.
    pub(crate) fn read(&self, name: &str) -> Vec<String> {
        match self.program {
            "skopeo" => ["inspect", "--tls-verify=false", &remote(name)]
                .map(str::to_owned)
                .to_vec(),
            "docker" => ["manifest", "inspect", "--insecure", &image(name)]
                .map(str::to_owned)
                .to_vec(),
            _ => ["pull", "--tls-verify=false", &image(name)]
                .map(str::to_owned)
                .to_vec(),
        }
    }

    /// Returns the path of a file in the home directory.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Logs in. Later commands with the same password use the stored credentials.
    pub(crate) fn login(&self, password: Password) -> Assert {
        self.login_with(password, &password.issue())
    }

    pub(crate) fn login_with(&self, stored_as: Password, password: &str) -> Assert {
        self.command(stored_as)
            .arg("login")
            .args(self.login_options)
            .args(["--username", "AWS", "--password-stdin", ADDRESS])
            .write_stdin(password)
            .assert()
    }

    /// Runs a command that must fail with a wrong password and succeed with a valid one, and returns its stdout.
    #[track_caller]
    pub(crate) fn run_authenticated(&self, arguments: &[impl AsRef<OsStr> + Debug]) -> String {
        let stderr = self.run_failing_with(Password::Wrong, arguments);
        let is_rejected = REJECTIONS.iter().any(|text| stderr.contains(text));
        assert!(
            is_rejected,
            "with a wrong password, {arguments:?}: {stderr}"
        );
        self.run(arguments)
    }

    /// Runs a command that must fail, and returns its stderr.
    #[track_caller]
    pub(crate) fn run_failing(&self, arguments: &[impl AsRef<OsStr> + Debug]) -> String {
        self.run_failing_with(Password::Valid, arguments)
    }

    #[track_caller]
    pub(crate) fn run_failing_with(
        &self,
        password: Password,
        arguments: &[impl AsRef<OsStr> + Debug],
    ) -> String {
        let assert = self
            .with_password(password)
            .args(arguments)
            .assert()
            .failure();
        String::from_utf8_lossy(&assert.get_output().stderr).into_owned()
    }

    /// Runs a command that must succeed, and returns its stdout.
    #[track_caller]
    pub(crate) fn run(&self, arguments: &[impl AsRef<OsStr> + Debug]) -> String {
        let command = &mut self.with_password(Password::Valid);
        let assert = command.args(arguments).assert().success();
        let printed = String::from_utf8_lossy(&assert.get_output().stdout);
        printed.trim_end().to_owned()
    }

    fn with_password(&self, password: Password) -> Command {
        let file = self.credentials(password).join("config.json");
        if !file.exists() {
            let pair = BASE64_STANDARD.encode(format!("AWS:{}", password.issue()));
            let auths = serde_json::json!({"auths": {ADDRESS: {"auth": pair}}});
            fs::write(file, auths.to_string()).unwrap();
        }
        self.command(password)
    }

    fn command(&self, password: Password) -> Command {
        let credentials = self.credentials(password);
        let mut command = Command::from_std(self.mock.command(self.program));
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.home.path())
            .env("XDG_RUNTIME_DIR", self.home.path())
            .env("DOCKER_CONFIG", &credentials)
            .env("REGISTRY_AUTH_FILE", credentials.join("config.json"))
            .current_dir(self.home.path())
            .args(&self.options);
        command
    }

    /// Returns the folder with the credentials file, whose format docker and the other clients share. Docker also stores manifest lists
    /// in this folder, so all folders link to the same one.
    fn credentials(&self, password: Password) -> PathBuf {
        let folder = self.file(&format!("{password:?}"));
        if !folder.exists() {
            fs::create_dir_all(&folder).unwrap();
            symlink("../manifests", folder.join("manifests")).unwrap();
        }
        folder
    }
}

/// What clients print about a wrong password: the text of the registry, or the status. The last one is that of newer versions, if their
/// first request is `HEAD`.
pub(crate) const REJECTIONS: [&str; 3] = [
    "Your Authorization Token is invalid.",
    "400 (Bad Request)",
    "StatusCode: 400",
];
