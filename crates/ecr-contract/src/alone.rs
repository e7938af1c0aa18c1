//! A run in a process of its own: behind a fence where there can be one, and the parent of all that a client leaves behind.

use std::io::{self, BufRead as _, Read as _, Write as _};
use std::process::Stdio;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::order::Order;
use crate::process;
use crate::report::{CaseReport, Verdict};
use crate::run;
use crate::surroundings::{Fence, SurroundingsError};

/// What came of a run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Performed {
    pub(crate) fenced: bool,
    pub(crate) case: CaseReport,
}

/// What a process of its own is told, as one line of JSON on stdin, which ends when whoever told it is gone.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Told {
    /// To say whether there can be a fence.
    Probe,
    Order(Box<Order>),
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Said {
    /// Why there can be no fence, if there cannot.
    Probed(Option<String>),
    Performed(Box<Performed>),
}

/// Does what it is told on stdin, says on stdout what came of it, and leaves no process behind.
///
/// For the process that a [`Suite`](crate::Suite) starts for each run. It goes behind a fence, so that it must not have started a thread.
///
/// # Errors
///
/// When stdin does not tell what to do, or stdout takes nothing.
pub fn perform() -> io::Result<()> {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    let told: Told = serde_json::from_str(&line)?;
    let fence = Fence::enter();
    let said = match told {
        Told::Probe => Said::Probed(fence.err().map(|error| error.to_string())),
        Told::Order(order) => Said::Performed(Box::new(performed(&order, fence)?)),
    };
    let mut text = serde_json::to_vec(&said)?;
    text.push(b'\n');
    io::stdout().write_all(&text)
}

fn performed(order: &Order, fence: Result<Fence, SurroundingsError>) -> io::Result<Performed> {
    process::adopt_orphans();
    end_when_left_alone();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let fence = fence.ok();
    let case = runtime.block_on(run::play(order, fence.as_ref()));
    process::sweep();
    Ok(Performed {
        fenced: fence.is_some(),
        case,
    })
}

/// Nobody would end this process, and what it has started, when the one that told it what to do is gone.
fn end_when_left_alone() {
    std::thread::spawn(|| {
        let mut rest = Vec::new();
        let _ = io::stdin().read_to_end(&mut rest);
        process::sweep();
        std::process::exit(1);
    });
}

/// Why there can be no fence, if there cannot.
pub(crate) async fn probe(performer: &[String]) -> io::Result<Option<String>> {
    match tell(performer, &Told::Probe, PROBE_DEADLINE).await? {
        Said::Probed(why) => Ok(why),
        Said::Performed(_) => Err(io::ErrorKind::InvalidData.into()),
    }
}

/// Has a run performed by a process of its own.
pub(crate) async fn perform_apart(
    performer: &[String],
    order: &Order,
    deadline: Duration,
) -> Performed {
    let told = Told::Order(Box::new(order.clone()));
    let why = match tell(performer, &told, deadline).await {
        Ok(Said::Performed(performed)) => return *performed,
        Ok(Said::Probed(_)) => "the run told of something else".to_owned(),
        Err(error) => format!("the run failed: {error}"),
    };
    Performed {
        fenced: false,
        case: CaseReport {
            name: order.case.clone(),
            verdict: Verdict::BrokenSetUp,
            reason: Some(why),
            took_ms: 0,
            findings: Vec::new(),
            runs: Vec::new(),
            timeline: Vec::new(),
            repeat: String::new(),
        },
    }
}

async fn tell(performer: &[String], told: &Told, deadline: Duration) -> io::Result<Said> {
    let (program, arguments) = performer.split_first().ok_or(io::ErrorKind::InvalidInput)?;
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()?;
    let mut stdin = child.stdin.take().expect("it is piped");
    let mut line = serde_json::to_vec(told)?;
    line.push(b'\n');
    stdin.write_all(&line).await?;
    let answered = timeout(deadline, answer(&mut child)).await;
    drop(stdin);
    match answered {
        Ok(said) => said,
        Err(_) => Err(io::Error::other("it did not come to its end")),
    }
}

async fn answer(child: &mut Child) -> io::Result<Said> {
    let stdout = child.stdout.take().expect("it is piped");
    let text = process::read_all(stdout).await;
    let status = child.wait().await?;
    match serde_json::from_slice(&text) {
        Ok(said) => Ok(said),
        Err(_) => Err(io::Error::other(format!("it ended with {status}"))),
    }
}

const PROBE_DEADLINE: Duration = Duration::from_secs(20);
