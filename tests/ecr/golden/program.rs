//! Runs the program under test for a case, and captures its output.

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
use super::workspace::Workspace;

/// `ecr` under the name `aws`.
pub(super) struct Program {
    links: TempDir,
}

/// The exit code and the output of the program.
pub(super) struct ProgramOutput {
    /// `None` if a signal or the timeout of this test ended the program.
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

    pub(super) fn run(&self, case: &Case, workspace: &Workspace<'_>) -> ProgramOutput {
        let mut command = Command::new(self.path());
        command
            .args(case.args.iter().map(|argument| workspace.fill(argument)))
            .env_clear()
            .envs(workspace.environment(case))
            .current_dir(workspace.work())
            .stdin(stdin(case, &workspace.stdin_file()))
            .stderr(Stdio::piped());
        let (mut child, stdout) = spawn(command, case.terminal);
        let stderr = read_all(child.stderr.take().unwrap());
        if let Some(mut pipe) = child.stdin.take() {
            // The program need not read all of its input.
            drop(pipe.write_all(case.stdin.as_deref().unwrap_or_default().as_bytes()));
        }
        ProgramOutput {
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

/// Starts the command. Dropping it closes its end of the terminal; otherwise the output would not end.
fn spawn(mut command: Command, terminal: Option<[u16; 2]>) -> (Child, OutputThread) {
    match terminal {
        None => {
            let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
            let stdout = read_all(child.stdout.take().unwrap());
            (child, stdout)
        }
        Some(size) => {
            let (controller, terminal) = open_terminal(size);
            let child = command.stdout(terminal).spawn().unwrap();
            (child, read_all(controller))
        }
    }
}

/// Opens a terminal with this number of rows and columns, and returns both ends.
fn open_terminal([rows, columns]: [u16; 2]) -> (File, File) {
    let controller =
        openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
    grantpt(&controller).unwrap();
    unlockpt(&controller).unwrap();
    let size = Winsize {
        ws_row: rows,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    let name = ptsname(&controller, Vec::new()).unwrap();
    let mut options = File::options();
    let terminal = options.read(true).write(true);
    let terminal = terminal.open(name.to_str().unwrap()).unwrap();
    tcsetwinsize(&terminal, size).unwrap();
    (controller.into(), terminal)
}

type OutputThread = JoinHandle<Vec<u8>>;

fn read_all(mut source: impl Read + Send + 'static) -> OutputThread {
    thread::spawn(move || {
        let mut all = Vec::new();
        // Reading from a terminal fails when its other end is closed.
        drop(source.read_to_end(&mut all));
        all
    })
}

fn text(output: OutputThread) -> String {
    let bytes = output.join().unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn wait(child: &mut Child) -> Option<i32> {
    let status = child.wait_timeout(TIMEOUT).unwrap();
    let status = status.unwrap_or_else(|| {
        child.kill().unwrap();
        child.wait().unwrap()
    });
    status.code()
}

/// Ends a program that hangs. The slowest case takes about 20 seconds.
const TIMEOUT: Duration = Duration::from_secs(120);
