//! Programs on the client's `PATH` that replace real programs: a `docker` that records calls, and a credential helper that returns prepared
//! responses.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::access;
use crate::client_type::ClientType;
use crate::shell_word::quoted;
use crate::stored_login;

/// The directory that contains the programs and the records of their calls.
#[derive(Debug)]
pub(crate) struct Shims {
    folder: PathBuf,
    /// The value of `PATH` in which the directory of the programs is first.
    path: OsString,
}

/// A recorded call of `docker`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct DockerCall {
    pub(crate) arguments: Vec<String>,
    /// The command, such as `login`, as docker finds it after its own options. Empty if there is none.
    pub(crate) command: String,
    /// The login of a call that docker accepts.
    pub(crate) login: Option<DockerLogin>,
}

/// A login, as docker reads it from its arguments and from stdin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DockerLogin {
    pub(crate) username: String,
    pub(crate) password: String,
    /// The host, without a scheme and a path.
    pub(crate) server: String,
    /// The text on stdin. `None` if the password is an argument.
    pub(crate) stdin: Option<String>,
}

impl Shims {
    /// Creates the programs for a client type. For an image tool, `docker` is not replaced, since the tool may be docker.
    ///
    /// For a caller of `docker login`, `docker` is the path of the docker CLI. If `None`, docker is replaced.
    pub(crate) fn make(
        folder: &Path,
        client_type: ClientType,
        docker: Option<&Path>,
    ) -> io::Result<Self> {
        let folder = folder.to_owned();
        let programs = folder.join("bin");
        std::fs::create_dir_all(&programs)?;
        let path = before_path(&programs, std::env::var_os("PATH").as_deref())?;
        let shims = Shims { folder, path };
        match client_type {
            ClientType::DockerLoginCaller => shims.install("docker", &docker_script(docker))?,
            ClientType::ImageTool => shims.install(HELPER_PROGRAM, HELPER)?,
            _ => {}
        }
        Ok(shims)
    }

    fn install(&self, program: &str, script: &str) -> io::Result<()> {
        let records = self.records(program);
        std::fs::create_dir_all(&records)?;
        let path = self.folder.join("bin").join(program);
        let script = script.replace("RECORDS", &records.display().to_string());
        std::fs::write(&path, script)?;
        access::make_executable(&path)
    }

    /// Returns a value of `PATH` in which the directory of the programs is first.
    pub(crate) fn on_path(&self) -> &OsStr {
        &self.path
    }

    /// Sets the exit code of the program `docker`.
    pub(crate) fn set_docker_exit_code(&self, code: u8) -> io::Result<()> {
        std::fs::write(self.records("docker").join("exit"), code.to_string())
    }

    /// Returns the recorded calls of `docker`.
    pub(crate) fn docker_calls(&self) -> Vec<DockerCall> {
        let calls = self
            .calls("docker")
            .map(|call| DockerCall::recorded_in(&call));
        calls.collect()
    }

    /// Sets the responses of the credential helper to the next calls. The last response is repeated. For a secret `None`, the helper fails.
    pub(crate) fn set_helper_responses(
        &self,
        registry: &str,
        secrets: &[Option<String>],
    ) -> io::Result<()> {
        let records = self.records(HELPER_PROGRAM);
        let before = self.helper_calls();
        for (index, secret) in secrets.iter().enumerate() {
            let login = |secret: &String| {
                json!({ "ServerURL": registry, "Username": "AWS", "Secret": secret }).to_string()
            };
            let response = secret.as_ref().map_or_else(|| DENIED.to_owned(), login);
            let number = before + index + 1;
            std::fs::write(records.join(format!("response.{number}")), &response)?;
            std::fs::write(records.join("response"), &response)?;
        }
        Ok(())
    }

    /// Returns the number of calls of the credential helper.
    pub(crate) fn helper_calls(&self) -> usize {
        self.calls(HELPER_PROGRAM).count()
    }

    fn records(&self, program: &str) -> PathBuf {
        self.folder.join("records").join(program)
    }

    /// Returns the directory of each call, in the order of the calls.
    fn calls(&self, program: &str) -> impl Iterator<Item = PathBuf> {
        let records = self.records(program);
        let call = move |number: usize| records.join(number.to_string());
        (1..).map(call).take_while(|call| call.is_dir())
    }
}

impl DockerCall {
    fn recorded_in(folder: &Path) -> DockerCall {
        let read = |name| std::fs::read_to_string(folder.join(name)).ok();
        let login = |server| DockerLogin {
            username: read("username").unwrap_or_default(),
            password: read("password").unwrap_or_default(),
            server,
            stdin: read("stdin"),
        };
        let arguments = read("arguments").unwrap_or_default();
        let arguments: Vec<String> = arguments.lines().map(str::to_owned).collect();
        let stored = read("config.json").and_then(|config| stored_login(&config, &arguments));
        let stored = stored.or_else(|| login_of_store(&read("stored")?));
        let stored = stored.map(|login| DockerLogin {
            stdin: read("stdin"),
            ..login
        });
        DockerCall {
            arguments,
            command: read("command").unwrap_or_default(),
            login: read("server").map(login).or(stored),
        }
    }
}

/// Returns the script of the program `docker`.
fn docker_script(docker: Option<&Path>) -> String {
    match docker {
        None => DOCKER.to_owned(),
        Some(docker) => DOCKER_REAL.replace(
            "DOCKER \"$@\"",
            &format!("{} \"$@\"", quoted(&docker.display().to_string())),
        ),
    }
}

/// Returns the login that docker has stored for the server of a command line.
fn stored_login(config: &str, arguments: &[String]) -> Option<DockerLogin> {
    let config: serde_json::Value = serde_json::from_str(config).ok()?;
    let mut servers = arguments.iter().map(|argument| server_of(argument));
    servers.find_map(|server| {
        let (username, password) = stored_login::stored(&config, server)?;
        Some(DockerLogin {
            username,
            password,
            server: server.to_owned(),
            stdin: None,
        })
    })
}

/// Returns the login in the response of a credential store.
fn login_of_store(response: &str) -> Option<DockerLogin> {
    let response: serde_json::Value = serde_json::from_str(response).ok()?;
    let member = |name: &str| response[name].as_str().map(str::to_owned);
    Some(DockerLogin {
        username: member("Username")?,
        password: member("Secret")?,
        server: server_of(&member("ServerURL")?).to_owned(),
        stdin: None,
    })
}

/// Returns the host of a server, without a scheme and a path.
fn server_of(argument: &str) -> &str {
    let host = argument.trim_start_matches("https://");
    let host = host.trim_start_matches("http://");
    host.split('/').next().unwrap_or_default()
}

/// Returns a value of `PATH` in which `folder` is before the directories of `path`.
fn before_path(folder: &Path, path: Option<&OsStr>) -> io::Result<OsString> {
    let rest = path.into_iter().flat_map(std::env::split_paths);
    let all = std::iter::once(folder.to_owned()).chain(rest);
    // A separator in the name of a directory cannot be escaped.
    std::env::join_paths(all).map_err(|cause| {
        let folder = folder.display();
        io::Error::other(format!("cannot add {folder} to PATH: {cause}"))
    })
}

/// The name of the credential helper in docker's config.json.
pub(crate) const HELPER_NAME: &str = "mock-ecr-contract";
const HELPER_PROGRAM: &str = "docker-credential-mock-ecr-contract";

const DOCKER: &str = include_str!("docker.sh");
const DOCKER_REAL: &str = include_str!("docker_real.sh");

const HELPER: &str = r#"#!/bin/sh
[ "$1" = get ] || exit 0
number=1
while ! mkdir "RECORDS/$number" 2>/dev/null; do number=$((number + 1)); done
cat >"RECORDS/$number/stdin"
response=RECORDS/response
[ ! -f "$response.$number" ] || response=$response.$number
cat "$response"
grep -q '^{' "$response"
"#;

/// The output of a credential helper that receives AccessDeniedException from ECR.
const DENIED: &str = "AccessDeniedException: not authorized to perform: ecr:GetAuthorizationToken";

#[cfg(test)]
mod tests {
    use std::process::{Command, Output, Stdio};

    use super::*;

    fn run(shims: &Shims, program: &str, arguments: &[&str]) -> Output {
        let program = shims.folder.join("bin").join(program);
        Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    #[test]
    fn the_programs_are_before_the_other_directories_of_the_path() {
        let rest = [Path::new("first"), Path::new("second")];
        let path = std::env::join_paths(rest).unwrap();
        let joined = before_path(Path::new("shims"), Some(&path)).unwrap();
        let folders: Vec<PathBuf> = std::env::split_paths(&joined).collect();
        assert_eq!(folders, ["shims", "first", "second"].map(PathBuf::from));
        let alone = before_path(Path::new("shims"), None).unwrap();
        assert_eq!(alone, "shims");
    }

    #[test]
    fn a_directory_that_cannot_be_in_the_path_is_an_error_that_names_it() {
        // The separator of Unix; Windows does not permit a quotation mark.
        let folder = if cfg!(unix) { "a:b" } else { "a\"b" };
        let error = before_path(Path::new(folder), None).unwrap_err();
        let text = error.to_string();
        assert!(text.starts_with(&format!("cannot add {folder} to PATH: ")));
    }

    #[test]
    fn a_helper_returns_the_logins_in_order_and_fails_without_one() {
        let folder = tempfile::tempdir().unwrap();
        let shims = Shims::make(folder.path(), ClientType::ImageTool, None).unwrap();
        let secrets = [Some("first".to_owned()), None];
        shims.set_helper_responses("host", &secrets).unwrap();
        let first = run(&shims, HELPER_PROGRAM, &["get"]);
        assert!(first.status.success());
        assert!(String::from_utf8(first.stdout).unwrap().contains("first"));
        let second = run(&shims, HELPER_PROGRAM, &["get"]);
        assert_eq!(second.status.code(), Some(1));
        assert!(
            String::from_utf8(second.stdout)
                .unwrap()
                .contains("AccessDenied")
        );
        assert_eq!(shims.helper_calls(), 2);
    }

    #[test]
    fn a_login_is_parsed_as_docker_parses_it() {
        let folder = tempfile::tempdir().unwrap();
        let shims = Shims::make(folder.path(), ClientType::DockerLoginCaller, None).unwrap();
        for arguments in [
            &["login", "-u", "AWS", "-p", "pass", "host.example"][..],
            &["--config", "D", "login", "-uAWS", "host.example", "-p=pass"],
            &[
                "-l=error",
                "login",
                "https://host.example/v2/",
                "--username=AWS",
                "--password",
                "pass",
            ],
        ] {
            assert!(run(&shims, "docker", arguments).status.success());
            let call = shims.docker_calls().pop().unwrap();
            assert_eq!(call.command, "login");
            let login = call.login.unwrap();
            assert_eq!(
                (&*login.username, &*login.password, &*login.server),
                ("AWS", "pass", "host.example")
            );
            assert_eq!(login.stdin, None);
        }
    }

    #[test]
    fn a_login_that_docker_rejects_is_no_login() {
        let folder = tempfile::tempdir().unwrap();
        let shims = Shims::make(folder.path(), ClientType::DockerLoginCaller, None).unwrap();
        for (arguments, code, message) in [
            (
                &["login", "-u", "AWS", "-p", "", "host.example"][..],
                1,
                "password is empty",
            ),
            (
                &["login", "-u", "AWS", "--password-stdin", "host.example"],
                1,
                "Error: Cannot perform an interactive login from a non TTY device",
            ),
            (
                &["login", "--config", "D", "host.example"],
                125,
                "unknown flag: --config",
            ),
        ] {
            let output = run(&shims, "docker", arguments);
            assert_eq!(output.status.code(), Some(code));
            let stderr = String::from_utf8(output.stderr).unwrap();
            assert_eq!(stderr.lines().next(), Some(message));
            assert_eq!(shims.docker_calls().pop().unwrap().login, None);
        }
    }

    #[test]
    fn docker_reports_the_host_of_a_failed_login() {
        let folder = tempfile::tempdir().unwrap();
        let shims = Shims::make(folder.path(), ClientType::DockerLoginCaller, None).unwrap();
        let login = ["login", "--username", "AWS", "-p", "x", "host.example"];
        assert!(run(&shims, "docker", &login).status.success());
        shims.set_docker_exit_code(1).unwrap();
        let failed = run(&shims, "docker", &login);
        assert_eq!(failed.status.code(), Some(1));
        let stderr = String::from_utf8(failed.stderr).unwrap();
        assert!(stderr.contains("https://host.example/v2/"));
    }
}
