//! Copies the stderr of a mock to the output of the test that started it. The tests of this package and of the clients use this file.

use std::io::{BufRead as _, BufReader};
use std::process::ChildStderr;
use std::thread::JoinHandle;

/// The test harness captures what a test prints, also in its threads, and shows it only if the test fails. It does not capture the stderr
/// that a child process inherits.
pub(crate) struct StderrCopy(Option<JoinHandle<()>>);

impl StderrCopy {
    pub(crate) fn start(stderr: ChildStderr) -> Self {
        let lines = BufReader::new(stderr).split(b'\n').map_while(Result::ok);
        #[allow(
            clippy::print_stderr,
            reason = "the harness captures this macro, but no other way to write to stderr"
        )]
        let copy = || lines.for_each(|line| eprintln!("{}", String::from_utf8_lossy(&line)));
        StderrCopy(Some(std::thread::spawn(copy)))
    }

    /// Waits until the process has closed its stderr, so that the output of a failed test contains all lines.
    pub(crate) fn finish(&mut self) {
        let thread = self.0.take();
        let _ = thread.map(JoinHandle::join);
    }
}
