//! Worker processes. Each worker runs one case.
//!
//! A worker enters the sandbox if the system allows it. The worker is the subreaper of all processes that the client starts, and kills
//! the remaining processes at the end.

use std::io::{self, BufRead as _, Read as _, Write as _};
use std::process::Stdio;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::process;
use crate::report::{CaseReport, Verdict};
use crate::run;
use crate::sandbox::{Sandbox, SandboxError};
use crate::worker_request::WorkerRequest;

/// The result of a case, and whether it ran in the sandbox.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CompletedRun {
    pub(crate) sandboxed: bool,
    pub(crate) case: CaseReport,
}

/// A command to a worker: one line of JSON on the worker's stdin. The suite closes this stdin after it has read the reply, or to end the
/// worker. A dropped [`Child`] is therefore not killed: its stdin is closed, and it kills its descendants before it ends.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WorkerCommand {
    /// Reports whether the sandbox can be created.
    Probe,
    Run(Box<WorkerRequest>),
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WorkerReply {
    /// The reason why the sandbox cannot be created. `None` if the sandbox can be created.
    Probe(Option<String>),
    Run(Box<CompletedRun>),
}

/// Handles one request of a [`Suite`](crate::Suite): reads the request from stdin, runs the requested case, kills all
/// child processes, and writes the reply to stdout.
///
/// A suite first starts a worker process that checks whether the sandbox can be created. It then starts a worker process
/// for each case. A worker process must call this function before it starts a thread, because the function calls
/// [`Sandbox::enter`]. If the suite ends before the case has finished, this function ends the process with exit code 1.
///
/// # Errors
///
/// Returns an error if stdin cannot be read or contains no valid request, or if stdout cannot be written.
pub fn run_worker() -> io::Result<()> {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    let command: WorkerCommand = serde_json::from_str(&line)?;
    let sandbox = Sandbox::close_inherited_descriptors(&[]).and_then(|()| Sandbox::enter());
    let reply = match command {
        WorkerCommand::Probe => WorkerReply::Probe(sandbox.err().map(|error| error.to_string())),
        WorkerCommand::Run(request) => WorkerReply::Run(Box::new(run_request(&request, sandbox)?)),
    };
    let mut text = serde_json::to_vec(&reply)?;
    text.push(b'\n');
    io::stdout().write_all(&text)
}

fn run_request(
    request: &WorkerRequest,
    sandbox: Result<Sandbox, SandboxError>,
) -> io::Result<CompletedRun> {
    process::adopt_orphans();
    exit_with_parent();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let sandbox = sandbox.ok();
    let case = runtime.block_on(run::run_case(request, sandbox.as_ref()));
    process::kill_descendants();
    Ok(CompletedRun {
        sandboxed: sandbox.is_some(),
        case,
    })
}

/// Ends this process and its child processes when the suite that started this process has ended. Stdin is closed at that time.
fn exit_with_parent() {
    std::thread::spawn(|| {
        let mut rest = Vec::new();
        let _ = io::stdin().read_to_end(&mut rest);
        process::kill_descendants();
        std::process::exit(1);
    });
}

/// Starts a worker, and returns the reason why the sandbox cannot be created. Returns `None` if the sandbox can be created.
pub(crate) async fn probe(worker: &[String]) -> io::Result<Option<String>> {
    match send(worker, &WorkerCommand::Probe, PROBE_DEADLINE).await? {
        WorkerReply::Probe(why) => Ok(why),
        WorkerReply::Run(_) => Err(io::ErrorKind::InvalidData.into()),
    }
}

/// Runs a case in a worker. If the worker fails, the case has the verdict `set_up_error`.
pub(crate) async fn run_in_worker(
    worker: &[String],
    request: &WorkerRequest,
    deadline: Duration,
) -> CompletedRun {
    let command = WorkerCommand::Run(Box::new(request.clone()));
    let why = match send(worker, &command, deadline).await {
        Ok(WorkerReply::Run(completed)) => return *completed,
        Ok(WorkerReply::Probe(_)) => "the worker sent an unexpected reply".to_owned(),
        Err(error) => format!("the worker failed: {error}"),
    };
    CompletedRun {
        sandboxed: false,
        case: CaseReport {
            name: request.case.clone(),
            verdict: Verdict::SetUpError,
            reason: Some(why),
            took_ms: 0,
            findings: Vec::new(),
            runs: Vec::new(),
            timeline: Vec::new(),
            repeat: String::new(),
        },
    }
}

async fn send(
    worker: &[String],
    command: &WorkerCommand,
    deadline: Duration,
) -> io::Result<WorkerReply> {
    let (program, arguments) = worker.split_first().ok_or(io::ErrorKind::InvalidInput)?;
    let mut child = process::set_new_group(&mut Command::new(program))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut stdin = child.stdin.take().expect("stdin is a pipe");
    let mut line = serde_json::to_vec(command)?;
    line.push(b'\n');
    stdin.write_all(&line).await?;
    let received = timeout(deadline, read_reply(&mut child)).await;
    drop(stdin);
    match received {
        Ok(reply) => reply,
        Err(_) => {
            end(child).await;
            Err(io::Error::other("it did not finish before its deadline"))
        }
    }
}

/// Waits until a worker whose stdin is closed has ended. The worker first kills its descendants. If it were killed at once, the descendants
/// would keep running.
async fn end(mut worker: Child) {
    if timeout(END_DEADLINE, worker.wait()).await.is_err() {
        // An error is ignored: the worker may already have ended.
        let _ = worker.start_kill();
    }
}

async fn read_reply(child: &mut Child) -> io::Result<WorkerReply> {
    let stdout = child.stdout.take().expect("stdout is a pipe");
    let text = process::read_all(stdout).await;
    let status = child.wait().await?;
    match serde_json::from_slice(&text) {
        Ok(reply) => Ok(reply),
        Err(_) => Err(io::Error::other(format!("it ended with {status}"))),
    }
}

const PROBE_DEADLINE: Duration = Duration::from_secs(20);
const END_DEADLINE: Duration = Duration::from_secs(15);

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_worker_can_kill_its_descendants_after_its_deadline() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("ended");
        let script = format!("cat >/dev/null; touch {}", file.display());
        let worker = ["sh", "-c", &script].map(str::to_owned);
        let reply = send(&worker, &WorkerCommand::Probe, Duration::ZERO).await;
        let error = reply.unwrap_err().to_string();
        assert_eq!(error, "it did not finish before its deadline");
        assert!(file.exists());
    }
}
