//! How far it is, while it runs.

use std::io::Write;

use crate::report::human::{COLUMNS, Colour};
use crate::report::{Verdict, printable};

/// What is written while it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProgressLine {
    /// One line that is rewritten: for a terminal.
    Rewritten,
    /// A line for each scenario that fails or cannot be set up: for a log.
    Sparse,
    /// Nothing.
    Silent,
}

/// How many scenarios are done, and which are being run.
///
/// A terminal that cannot be written to stops nobody: errors are passed over.
#[derive(Debug)]
pub struct Progress<W> {
    out: W,
    line: ProgressLine,
    colour: Colour,
    total: usize,
    done: usize,
    failed: usize,
    running: Vec<String>,
}

impl<W: Write> Progress<W> {
    /// Of so many scenarios.
    pub fn new(out: W, line: ProgressLine, colour: Colour, total: usize) -> Self {
        Progress {
            out,
            line,
            colour,
            total,
            done: 0,
            failed: 0,
            running: Vec::new(),
        }
    }

    /// A scenario begins; several may run side by side.
    pub fn started(&mut self, id: &str) {
        self.running.push(printable::line(id));
        self.rewrite();
    }

    /// A scenario has ended.
    pub fn finished(&mut self, id: &str, verdict: Verdict) {
        let id = printable::line(id);
        self.running.retain(|running| *running != id);
        self.done += 1;
        let word = match verdict {
            Verdict::Fail => "FAIL",
            Verdict::BrokenSetUp => "BROKEN",
            _ => return self.rewrite(),
        };
        self.failed += 1;
        if self.line == ProgressLine::Sparse {
            let word = self.colour.verdict(verdict, word);
            self.write(&format!("{}/{} {word} {id}\n", self.done, self.total));
        }
        self.rewrite();
    }

    /// Takes the line away, so that others can write there.
    pub fn clear(&mut self) {
        if self.line == ProgressLine::Rewritten {
            self.write("\r\x1b[K");
        }
    }

    fn rewrite(&mut self) {
        if self.line != ProgressLine::Rewritten {
            return;
        }
        let mut text = format!("{}/{}", self.done, self.total);
        if self.failed > 0 {
            text.push_str(&format!(" ({} failed)", self.failed));
        }
        if !self.running.is_empty() {
            text.push_str(&format!(" {} …", self.running.join(" ")));
        }
        // One column less than there are: some terminals begin a new line behind the last one.
        let text = printable::clip(&text, COLUMNS - 1);
        self.write(&format!("\r{text}\x1b[K"));
    }

    fn write(&mut self, text: &str) {
        let written = self.out.write_all(text.as_bytes());
        drop(written.and_then(|()| self.out.flush()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(line: ProgressLine) -> String {
        let mut out = Vec::new();
        let mut progress = Progress::new(&mut out, line, Colour::Plain, 58);
        progress.started("EXP-04");
        progress.started("EXP-05\x1b[2J");
        progress.finished("EXP-04", Verdict::Fail);
        progress.finished("EXP-05\x1b[2J", Verdict::Pass);
        progress.clear();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_terminal_has_one_line_that_is_rewritten() {
        let expected = [
            "0/58 EXP-04 …",
            r"0/58 EXP-04 EXP-05\x1b[2J …",
            r"1/58 (1 failed) EXP-05\x1b[2J …",
            "2/58 (1 failed)",
            "",
        ];
        let expected = expected.map(|line| format!("\r{line}\x1b[K")).concat();
        assert_eq!(shown(ProgressLine::Rewritten), expected);
    }

    #[test]
    fn a_log_has_a_line_for_what_failed() {
        assert_eq!(shown(ProgressLine::Sparse), "1/58 FAIL EXP-04\n");
        assert_eq!(shown(ProgressLine::Silent), "");
    }

    #[test]
    fn the_line_is_no_wider_than_the_terminal() {
        let mut out = Vec::new();
        let line = ProgressLine::Rewritten;
        let mut progress = Progress::new(&mut out, line, Colour::Plain, 100);
        (0..40).for_each(|i| progress.started(&format!("EXP-{i}")));
        let text = String::from_utf8(out).unwrap();
        for line in text.split('\r') {
            assert!(printable::width(line.trim_end_matches("\x1b[K")) < 80);
        }
    }
}
