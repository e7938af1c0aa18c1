//! The program under test: how a case starts it, and what it printed.

use std::fs::File;
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use assert_cmd::cargo::cargo_bin;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use tempfile::TempDir;
use wait_timeout::ChildExt as _;

use super::case::Case;
use super::places::Places;

/// `ecr` under the name `aws`.
pub(super) struct Program {
    links: TempDir,
}

/// How the program ended.
pub(super) struct Ended {
    /// None if a signal ended it, or this test did.
    pub(super) code: Option<i32>,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl Program {
    pub(super) fn link() -> Self {
        let links = tempfile::tempdir().unwrap();
        let program = Self { links };
        std::os::unix::fs::symlink(cargo_bin!("ecr"), program.path()).unwrap();
        program
    }

    fn path(&self) -> PathBuf {
        self.links.path().join("aws")
    }

    pub(super) fn run(&self, case: &Case, places: &Places<'_>) -> Ended {
        let mut command = Command::new(self.path());
        command
            .args(case.args.iter().map(|argument| places.fill(argument)))
            .env_clear()
            .envs(places.environment(case))
            .current_dir(places.work())
            .stdin(stdin(case, &places.stdin_file()))
            .stderr(Stdio::piped());
        let (mut child, stdout) = spawn(command, case.terminal);
        let stderr = gather(child.stderr.take().unwrap());
        if let Some(mut pipe) = child.stdin.take() {
            // Whether the program reads it all is its own affair.
            drop(pipe.write_all(case.stdin.as_deref().unwrap_or_default().as_bytes()));
        }
        Ended {
            code: wait(&mut child),
            stdout: text(stdout),
            stderr: text(stderr),
        }
    }
}

fn stdin(case: &Case, file: &Path) -> Stdio {
    match (&case.stdin, &case.stdin_file) {
        (Some(_), _) => Stdio::piped(),
        (None, Some(_)) => File::open(file).unwrap().into(),
        (None, None) => Stdio::null(),
    }
}

/// The command is dropped with its end of a terminal: only without it does the output end.
fn spawn(mut command: Command, terminal: Option<[u16; 2]>) -> (Child, Gathered) {
    match terminal {
        None => {
            let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
            let stdout = gather(child.stdout.take().unwrap());
            (child, stdout)
        }
        Some(size) => {
            let (ours, theirs) = open_terminal(size);
            let child = command.stdout(theirs).spawn().unwrap();
            (child, gather(ours))
        }
    }
}

/// Both ends of a new terminal of so many rows and columns.
fn open_terminal([rows, columns]: [u16; 2]) -> (File, File) {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
    grantpt(&ours).unwrap();
    unlockpt(&ours).unwrap();
    let size = Winsize {
        ws_row: rows,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    let name = ptsname(&ours, Vec::new()).unwrap();
    let mut options = File::options();
    let theirs = options.read(true).write(true);
    let theirs = theirs.open(name.to_str().unwrap()).unwrap();
    tcsetwinsize(&theirs, size).unwrap();
    (ours.into(), theirs)
}

type Gathered = JoinHandle<Vec<u8>>;

fn gather(mut source: impl Read + Send + 'static) -> Gathered {
    thread::spawn(move || {
        let mut all = Vec::new();
        // A terminal ends with an error once nobody holds its other end.
        drop(source.read_to_end(&mut all));
        all
    })
}

fn text(gathered: Gathered) -> String {
    let bytes = gathered.join().unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn wait(child: &mut Child) -> Option<i32> {
    let status = child.wait_timeout(PATIENCE).unwrap();
    let status = status.unwrap_or_else(|| {
        child.kill().unwrap();
        child.wait().unwrap()
    });
    status.code()
}

/// Only a program that hangs is ended; the slowest case waits for some twenty seconds.
const PATIENCE: Duration = Duration::from_secs(120);
