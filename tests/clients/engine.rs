//! The docker command with an engine, which pushes and pulls for it.

use std::fs;
use std::io::{BufRead as _, BufReader, Lines};
use std::process::{Child, ChildStderr, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::client::Client;
use crate::layout::{Layout, tar};
use crate::mock::{DIALECTS, Mock, Password, image};
use crate::skopeo;

/// An engine behind the fence of a mock, with storage of its own and without any network to give to containers.
pub(crate) struct Engine {
    process: Child,
    folder: TempDir,
}

impl Engine {
    /// Starts it, and waits until it listens.
    pub(crate) fn beside(mock: &Mock) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("daemon.json"), "{}").unwrap();
        // What it mounts nobody else sees, and it is gone when the engine is.
        let mut command = mock.beside("unshare");
        command.args(["--mount", "--", "dockerd"]);
        let process = at_home_in(&folder, &mut command)
            .args(["--bridge=none", "--iptables=false", "--ip-forward=false"])
            .arg("--storage-driver=vfs")
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut engine = Engine { process, folder };
        let stderr = engine.process.stderr.take().unwrap();
        wait_until_it_listens(BufReader::new(stderr).lines());
        engine
    }

    pub(crate) fn host(&self) -> String {
        host(&self.folder)
    }
}

fn host(folder: &TempDir) -> String {
    format!("unix://{}/docker.sock", folder.path().display())
}

fn at_home_in<'a>(folder: &TempDir, command: &'a mut Command) -> &'a mut Command {
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
fn wait_until_it_listens(mut log: Lines<BufReader<ChildStderr>>) {
    let mut lines = Vec::new();
    let listens = |line: &String| line.contains("API listen on");
    while !lines.last().is_some_and(listens) {
        match log.next() {
            Some(line) => lines.push(line.unwrap()),
            None => panic!("the engine has not started: {lines:#?}"),
        }
    }
    // An engine that cannot write its log ends.
    std::thread::spawn(move || log.for_each(drop));
}

impl Drop for Engine {
    /// Asks it to end, since one that is killed leaves its containerd behind.
    fn drop(&mut self) {
        let pid = Pid::from_raw(self.process.id().try_into().unwrap()).unwrap();
        let _ = kill_process(pid, Signal::TERM);
        let _ = self.process.wait();
    }
}

/// Makes an image of one file in the engine's storage, by the name that it is to be pushed by.
pub(crate) fn import(docker: &Client<'_>, text: &str, name: &str) -> String {
    let file = docker.file("rootfs.tar");
    fs::write(&file, tar(text)).unwrap();
    docker.done(&["import", file.to_str().unwrap(), &image(name)])
}

#[test]
fn an_image_comes_back_whole() {
    for dialect in DIALECTS {
        let mock = Mock::serve(&["--create-on-push", "--dialect", dialect]);
        let engine = Engine::beside(&mock);
        let docker = Client::docker_with(&mock, &engine.host());
        docker.login(Password::Good).success();
        let (id, name) = (import(&docker, "hello", "team/app:1"), image("team/app:1"));
        let pushed = docker.allowed(&["push", &name]);
        docker.done(&["rmi", &name]);

        let pulled = docker.allowed(&["pull", &name]);
        let digest = pulled.lines().find_map(|l| l.strip_prefix("Digest: "));
        let digest = digest.unwrap();
        assert!(pushed.contains(&format!("digest: {digest} ")), "{pushed}");
        let inspect = ["image", "inspect", "--format", "{{.Id}}", &name];
        assert_eq!(docker.done(&inspect), id);
    }
}

#[test]
fn an_index_gives_each_architecture_its_image() {
    let mock = Mock::serve(&["--create-on-push"]);
    skopeo::push(&Client::skopeo(&mock), &Layout::index(), "app:1");
    let engine = Engine::beside(&mock);
    let docker = Client::docker_with(&mock, &engine.host());
    for architecture in ["amd64", "arm64"] {
        let (platform, name) = (format!("linux/{architecture}"), image("app:1"));
        docker.allowed(&["pull", "--platform", &platform, &name]);
        let inspect = ["image", "inspect", "--format", "{{.Architecture}}", &name];
        assert_eq!(docker.done(&inspect), architecture);
    }
}

#[test]
fn an_expired_token_is_rejected_in_words_of_ecr() {
    let mock = Mock::serve(&["--create-on-push"]);
    let engine = Engine::beside(&mock);
    let docker = Client::docker_with(&mock, &engine.host());
    import(&docker, "hello", "app:1");
    for command in ["push", "pull"] {
        let arguments = [command, &image("app:1")];
        let said = docker.rejected_to(Password::Expired, &arguments);
        let words = "denied: Your authorization token has expired. Reauthenticate and try again.";
        assert!(said.contains(words), "{command}: {said}");
        docker.allowed(&arguments);
    }
    docker.login(Password::Expired).failure();
}
