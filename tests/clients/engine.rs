//! The docker command with an engine, which pushes and pulls.

use std::fs;
use std::io::{BufRead as _, BufReader, Lines};
use std::process::{Child, ChildStderr, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::client::Client;
use crate::layout::{Layout, tar};
use crate::mock::{DIALECTS, Mock, Password, image};
use crate::skopeo;

/// A docker engine in the sandbox of a mock, with its own storage and without a network for containers.
pub(crate) struct Engine {
    process: Child,
    folder: TempDir,
}

impl Engine {
    /// Starts an engine and waits until it listens.
    pub(crate) fn start(mock: &Mock) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("daemon.json"), "{}").unwrap();
        // Mounts are not visible to other processes, and are removed when the engine ends.
        let mut command = mock.command("unshare");
        command.args(["--mount", "--", "dockerd"]);
        let process = with_directories(&folder, &mut command)
            .args(["--bridge=none", "--iptables=false", "--ip-forward=false"])
            .arg("--storage-driver=vfs")
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut engine = Engine { process, folder };
        let stderr = engine.process.stderr.take().unwrap();
        wait_until_listening(BufReader::new(stderr).lines());
        engine
    }

    pub(crate) fn host(&self) -> String {
        host(&self.folder)
    }
}

fn host(folder: &TempDir) -> String {
    format!("unix://{}/docker.sock", folder.path().display())
}

fn with_directories<'a>(folder: &TempDir, command: &'a mut Command) -> &'a mut Command {
    let path = |name| folder.path().join(name);
    command
        .env("HOME", folder.path())
        .arg("--host")
        .arg(host(folder))
        .arg("--config-file")
        .arg(path("daemon.json"))
        .arg("--data-root")
        .arg(path("data"))
        .arg("--exec-root")
        .arg(path("exec"))
        .arg("--pidfile")
        .arg(path("pid"))
}

#[track_caller]
fn wait_until_listening(mut log: Lines<BufReader<ChildStderr>>) {
    let mut lines = Vec::new();
    let listens = |line: &String| line.contains("API listen on");
    while !lines.last().is_some_and(listens) {
        match log.next() {
            Some(line) => lines.push(line.unwrap()),
            None => panic!("the engine did not start: {lines:#?}"),
        }
    }
    // The engine ends if it cannot write its log.
    std::thread::spawn(move || log.for_each(drop));
}

impl Drop for Engine {
    /// Sends SIGTERM: an engine that is killed does not stop its containerd.
    fn drop(&mut self) {
        let pid = Pid::from_raw(self.process.id().try_into().unwrap()).unwrap();
        let _ = kill_process(pid, Signal::TERM);
        let _ = self.process.wait();
    }
}

/// Creates an image with one file in the storage of the engine, under the name that it will be pushed to.
pub(crate) fn import(docker: &Client<'_>, text: &str, name: &str) -> String {
    let file = docker.file("rootfs.tar");
    fs::write(&file, tar(text)).unwrap();
    docker.run(&["import", file.to_str().unwrap(), &image(name)])
}

#[test]
fn an_image_is_pushed_and_pulled() {
    for dialect in DIALECTS {
        let mock = Mock::serve(&["--create-on-push", "--dialect", dialect]);
        let engine = Engine::start(&mock);
        let docker = Client::docker_with(&mock, &engine.host());
        docker.login(Password::Valid).success();
        let (id, name) = (import(&docker, "hello", "team/app:1"), image("team/app:1"));
        let pushed = docker.run_authenticated(&["push", &name]);
        docker.run(&["rmi", &name]);

        let pulled = docker.run_authenticated(&["pull", &name]);
        let digest = pulled.lines().find_map(|l| l.strip_prefix("Digest: "));
        let digest = digest.unwrap();
        assert!(pushed.contains(&format!("digest: {digest} ")), "{pushed}");
        let inspect = ["image", "inspect", "--format", "{{.Id}}", &name];
        assert_eq!(docker.run(&inspect), id);
    }
}

#[test]
fn an_image_is_pulled_by_architecture_from_an_index() {
    let mock = Mock::serve(&["--create-on-push"]);
    skopeo::push(&Client::skopeo(&mock), &Layout::index(), "app:1");
    let engine = Engine::start(&mock);
    let docker = Client::docker_with(&mock, &engine.host());
    for architecture in ["amd64", "arm64"] {
        let (platform, name) = (format!("linux/{architecture}"), image("app:1"));
        docker.run_authenticated(&["pull", "--platform", &platform, &name]);
        let inspect = ["image", "inspect", "--format", "{{.Architecture}}", &name];
        assert_eq!(docker.run(&inspect), architecture);
    }
}

#[test]
fn an_expired_token_is_rejected_with_the_text_of_ecr() {
    let mock = Mock::serve(&["--create-on-push"]);
    let engine = Engine::start(&mock);
    let docker = Client::docker_with(&mock, &engine.host());
    import(&docker, "hello", "app:1");
    for command in ["push", "pull"] {
        let arguments = [command, &image("app:1")];
        let stderr = docker.run_failing_with(Password::Expired, &arguments);
        let text = "denied: Your authorization token has expired. Reauthenticate and try again.";
        assert!(stderr.contains(text), "{command}: {stderr}");
        docker.run_authenticated(&arguments);
    }
    docker.login(Password::Expired).failure();
}
