//! Starts the processes of a client, reads their output, and kills the processes and their descendants.

mod end;
#[cfg(target_os = "linux")]
mod orphans_linux;
#[cfg(not(target_os = "linux"))]
mod orphans_unsupported;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use std::io;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};
use tokio::time::{Instant, timeout, timeout_at};

use crate::clock;

pub(crate) use end::End;
#[cfg(target_os = "linux")]
pub(crate) use orphans_linux::{adopt_orphans, kill_descendants};
#[cfg(not(target_os = "linux"))]
pub(crate) use orphans_unsupported::{adopt_orphans, kill_descendants};
#[cfg(unix)]
pub(crate) use unix::{kill_group, set_new_group, terminate};
#[cfg(windows)]
pub(crate) use windows::{kill_group, set_new_group, terminate};

/// The output of a process, and how the process ended.
#[derive(Clone, Debug)]
pub(crate) struct ProcessOutput {
    pub(crate) end: End,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
    pub(crate) started: Instant,
    pub(crate) took: Duration,
}

/// Runs a command until it ends. At the deadline, the process and its process group are killed.
pub(crate) async fn run(
    command: std::process::Command,
    stdin: &[u8],
    deadline: Instant,
) -> io::Result<ProcessOutput> {
    let started = clock::now();
    let mut child = spawn(command)?;
    let mut to_child = child.stdin.take().expect("stdin is a pipe");
    let stdout = tokio::spawn(read(child.stdout.take().expect("stdout is a pipe")));
    let stderr = tokio::spawn(read(child.stderr.take().expect("stderr is a pipe")));
    let written = async {
        // A write error is ignored: a client that does not read stdin may already have ended.
        let _ = to_child.write_all(stdin).await;
        drop(to_child);
        child.wait().await
    };
    let end = match timeout_at(deadline, written).await {
        Ok(status) => End::of(status?),
        Err(_) => {
            kill_group(&child);
            child.wait().await?;
            End::Deadline
        }
    };
    Ok(ProcessOutput {
        end,
        stdout: output(stdout).await,
        stderr: output(stderr).await,
        started,
        took: clock::now() - started,
    })
}

/// Starts a command in a new process group. The standard streams are pipes.
pub(crate) fn spawn(command: std::process::Command) -> io::Result<Child> {
    set_new_group(&mut Command::from(command))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
}

/// Reads the output of a process. Bytes after the first mebibyte are discarded.
pub(crate) async fn read(from: impl AsyncRead + Unpin) -> Vec<u8> {
    let mut output = Vec::new();
    let mut from = from;
    let mut piece = [0; 8192];
    // A read error is treated as the end of the output.
    while let Ok(length) = from.read(&mut piece).await
        && length > 0
    {
        let room = MAX_OUTPUT.saturating_sub(output.len());
        output.extend_from_slice(&piece[..length.min(room)]);
    }
    output
}

/// Reads to the end.
pub(crate) async fn read_all(mut from: impl AsyncRead + Unpin) -> Vec<u8> {
    let mut output = Vec::new();
    // A read error is treated as the end of the output.
    let _ = from.read_to_end(&mut output).await;
    output
}

/// Returns the output of a process. The wait is limited, since a descendant of the process may keep the pipe open.
async fn output(reading: tokio::task::JoinHandle<Vec<u8>>) -> Vec<u8> {
    match timeout(PIPE_TIMEOUT, reading).await {
        Ok(Ok(output)) => output,
        _ => b"(a child process has kept the pipe open)".to_vec(),
    }
}

const MAX_OUTPUT: usize = 1 << 20;
const PIPE_TIMEOUT: Duration = Duration::from_secs(2);
