//! A real client with a home, storage and credentials of its own.

use std::ffi::OsStr;
use std::fmt::Debug;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use tempfile::TempDir;

use crate::mock::{ADDRESS, Mock, Password, image, remote};

pub(crate) struct Client<'mock> {
    mock: &'mock Mock,
    program: &'static str,
    /// What stands before every subcommand.
    options: Vec<String>,
    /// What a login needs to speak plain HTTP.
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

    /// The docker command without an engine, whatever the machine has; it takes loopback addresses for insecure by itself.
    pub(crate) fn docker(mock: &'mock Mock) -> Self {
        Client::docker_with(mock, "unix:///nowhere")
    }

    /// The docker command with an engine.
    pub(crate) fn docker_with(mock: &'mock Mock, engine: &str) -> Self {
        let docker = Client::new(mock, "docker", &[]);
        docker.with_options(&["--host", engine])
    }

    /// A shell that runs clients.
    pub(crate) fn shell(mock: &'mock Mock) -> Self {
        Client::new(mock, "sh", &[])
    }

    pub(crate) fn all(mock: &'mock Mock) -> [Self; 4] {
        [
            Client::skopeo(mock),
            Client::podman(mock),
            Client::buildah(mock),
            Client::docker(mock),
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

    /// The command that reads an image of the registry.
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

    /// A file in its home.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Logs in; what it stores of the password is what [`allowed`](Self::allowed) and its like go by later.
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

    /// What a command prints that the registry must allow; first, the same with a wrong password must be refused.
    #[track_caller]
    pub(crate) fn allowed(&self, arguments: &[impl AsRef<OsStr> + Debug]) -> String {
        let said = self.rejected_to(Password::Wrong, arguments);
        let rejections = ["Your Authorization Token is invalid.", "400 (Bad Request)"];
        let is_rejected = rejections.iter().any(|words| said.contains(words));
        assert!(is_rejected, "the control of {arguments:?}: {said}");
        self.done(arguments)
    }

    /// What a command says on stderr that must not succeed.
    #[track_caller]
    pub(crate) fn rejected(&self, arguments: &[impl AsRef<OsStr> + Debug]) -> String {
        self.rejected_to(Password::Good, arguments)
    }

    #[track_caller]
    pub(crate) fn rejected_to(
        &self,
        password: Password,
        arguments: &[impl AsRef<OsStr> + Debug],
    ) -> String {
        let assert = self.knowing(password).args(arguments).assert().failure();
        String::from_utf8_lossy(&assert.get_output().stderr).into_owned()
    }

    /// What a command prints that must succeed, and may well ask the registry nothing.
    #[track_caller]
    pub(crate) fn done(&self, arguments: &[impl AsRef<OsStr> + Debug]) -> String {
        let command = &mut self.knowing(Password::Good);
        let assert = command.args(arguments).assert().success();
        let printed = String::from_utf8_lossy(&assert.get_output().stdout);
        printed.trim_end().to_owned()
    }

    fn knowing(&self, password: Password) -> Command {
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
        let mut command = Command::from_std(self.mock.beside(self.program));
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

    /// The folder of the one file that docker and the others agree on. Docker keeps the manifest lists that it makes in
    /// it as well; they must be there whatever the password.
    fn credentials(&self, password: Password) -> PathBuf {
        let folder = self.file(&format!("{password:?}"));
        if !folder.exists() {
            fs::create_dir_all(&folder).unwrap();
            symlink("../manifests", folder.join("manifests")).unwrap();
        }
        folder
    }
}
