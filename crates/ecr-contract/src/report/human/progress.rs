//! Writes the progress of a run.

use std::io::Write;

use crate::report::human::screen::Screen;
use crate::report::{FinishedCase, Verdict, sanitize};

/// How the progress of a run is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProgressLine {
    /// One line that each finished case overwrites, for a terminal.
    Rewritten,
    /// One line for each failed case and each set-up error, for a log.
    Sparse,
    /// No output.
    Silent,
}

/// Writes the progress of a run: the number of finished cases, and the name of the case that has finished last.
///
/// Errors that occur when the progress is written are ignored.
#[derive(Debug)]
pub struct Progress<W> {
    out: W,
    line: ProgressLine,
    screen: Screen,
    failed: usize,
}

impl<W: Write> Progress<W> {
    /// Creates a value that writes the progress to `out`. A report should not be written to the same stream.
    pub fn new(out: W, line: ProgressLine, screen: Screen) -> Self {
        Progress {
            out,
            line,
            screen,
            failed: 0,
        }
    }

    /// Writes that a case has finished.
    pub fn update(&mut self, finished: &FinishedCase<'_>) {
        let verdict = finished.case.verdict;
        let word = match verdict {
            Verdict::Failed => Some("FAIL"),
            Verdict::SetUpError => Some("SET-UP ERROR"),
            _ => None,
        };
        self.failed += usize::from(word.is_some());
        match (self.line, word) {
            (ProgressLine::Rewritten, _) => self.rewrite(finished),
            (ProgressLine::Sparse, Some(word)) => {
                let word = self.screen.colour.verdict(verdict, word);
                self.write(&format!(
                    "{}/{} {word} {}\n",
                    finished.done,
                    finished.total,
                    name(finished)
                ));
            }
            _ => {}
        }
    }

    /// Removes the line of [`ProgressLine::Rewritten`], so that other text can be written. Does nothing for the other values.
    pub fn clear(&mut self) {
        if self.line == ProgressLine::Rewritten {
            self.write("\r\x1b[K");
        }
    }

    fn rewrite(&mut self, finished: &FinishedCase<'_>) {
        let failed = match self.failed {
            0 => String::new(),
            n => format!(" ({n} failed)"),
        };
        let text = format!(
            "{}/{}{failed} {} …",
            finished.done,
            finished.total,
            name(finished)
        );
        // One column is left free: some terminals wrap after the last column.
        let text = sanitize::clip(&text, self.screen.columns - 1);
        self.write(&format!("\r{text}\x1b[K"));
    }

    fn write(&mut self, text: &str) {
        let written = self.out.write_all(text.as_bytes());
        drop(written.and_then(|()| self.out.flush()));
    }
}

fn name(finished: &FinishedCase<'_>) -> String {
    match &finished.case.name {
        Some(name) => sanitize::line(&format!("{}/{name}", finished.id)),
        None => sanitize::line(finished.id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn output(line: ProgressLine) -> String {
        let mut out = Vec::new();
        let mut progress = Progress::new(&mut out, line, Screen::default());
        let scenarios = sample::report().scenarios;
        let runs = scenarios
            .iter()
            .flat_map(|one| one.cases.iter().map(|case| (&one.id, case)));
        let total = runs.clone().count();
        for (at, (id, case)) in runs.take(4).enumerate() {
            let done = at + 1;
            progress.update(&FinishedCase {
                done,
                total,
                id,
                case,
            });
        }
        progress.clear();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_terminal_has_one_line_that_is_rewritten() {
        let expected = [
            "1/10 TOK-01 …",
            "2/10 (1 failed) EXP-04 …",
            "3/10 (2 failed) TOK-02/in-the-middle …",
            "4/10 (2 failed) TOK-02/twice …",
            "",
        ];
        let expected = expected.map(|line| format!("\r{line}\x1b[K")).concat();
        assert_eq!(output(ProgressLine::Rewritten), expected);
    }

    #[test]
    fn a_log_has_a_line_for_each_failure() {
        let expected = "2/10 FAIL EXP-04\n3/10 FAIL TOK-02/in-the-middle\n";
        assert_eq!(output(ProgressLine::Sparse), expected);
        assert_eq!(output(ProgressLine::Silent), "");
    }

    #[test]
    fn the_line_fits_the_terminal_and_contains_no_control_character() {
        let mut case = sample::report().scenarios[0].cases[0].clone();
        case.name = Some(sample::HOSTILE.to_owned());
        let mut out = Vec::new();
        let mut progress = Progress::new(&mut out, ProgressLine::Rewritten, Screen::default());
        let (done, total, id, case) = (1, 58, "EXP-04", &case);
        progress.update(&FinishedCase {
            done,
            total,
            id,
            case,
        });
        let text = String::from_utf8(out).unwrap();
        let line = text.trim_start_matches('\r').trim_end_matches("\x1b[K");
        assert!(sanitize::width(line) < 80 && !line.contains(char::is_control));
    }
}
