//! A running `mock-ecr serve`, and raw requests to it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use assert_cmd::cargo::{cargo_bin, cargo_bin_cmd};
use rustix::process::{Pid, Signal, kill_process};

use crate::stderr_copy::StderrCopy;

/// Returns the command for a call that must fail. If it starts a mock instead, it is killed, so that the test fails and does not wait forever.
pub(crate) fn failing() -> assert_cmd::Command {
    let mut mock_ecr = cargo_bin_cmd!("mock-ecr");
    mock_ecr.timeout(Duration::from_secs(60));
    mock_ecr
}

pub(crate) struct Mock {
    process: Child,
    stderr: StderrCopy,
    pub(crate) first_line: String,
    pub(crate) address: String,
}

impl Mock {
    /// Starts the command on a free port and waits for its first line.
    pub(crate) fn serve(options: &[&str]) -> Self {
        Mock::serve_with(options, &[])
    }

    /// Starts the command with environment variables.
    pub(crate) fn serve_with(options: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut command = Command::new(cargo_bin("mock-ecr"));
        command.envs(variables.iter().copied());
        Mock::start(command, options)
    }

    /// Starts the command with a limit of open descriptors.
    pub(crate) fn serve_with_descriptors(limit: u32, options: &[&str]) -> Self {
        let mut command = Command::new("sh");
        command.args(["-c", "ulimit -n $0 && exec \"$@\"", &limit.to_string()]);
        command.arg(cargo_bin("mock-ecr"));
        Mock::start(command, options)
    }

    fn start(mut command: Command, options: &[&str]) -> Self {
        let mut process = command
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(options)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stderr = StderrCopy::start(process.stderr.take().unwrap());
        let mut first_line = String::new();
        let stdout = process.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut first_line).unwrap();
        let address = first_line.trim_end().rsplit('/').next().unwrap().to_owned();
        Mock {
            process,
            stderr,
            first_line,
            address,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn connect(&self) -> TcpStream {
        TcpStream::connect(&self.address).unwrap()
    }

    /// Sends `GET /v2/` with a token and returns the response.
    pub(crate) fn ping(&self, token: &str) -> String {
        let mut stream = self.connect();
        write!(
            stream,
            "GET /v2/ HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {token}\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        response
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(pid(&self.process), signal).unwrap();
    }

    pub(crate) fn wait(mut self) -> ExitStatus {
        self.process.wait().unwrap()
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        self.stderr.finish();
    }
}

pub(crate) fn pid(process: &Child) -> Pid {
    Pid::from_raw(process.id().try_into().unwrap()).unwrap()
}
