//! Formats text in lines of the width of a screen.

use crate::report::human::colour::Style;
use crate::report::human::screen::Screen;
use crate::report::{Finding, Report, ScenarioReport, sanitize};

/// The column at which the text after a label starts.
pub(super) const INDENT: usize = 9;

/// The column at which the expected value starts, after the key of the expectation.
pub(super) const EXPECTED_COLUMN: usize = 15;

impl Screen {
    /// Returns the first lines of the summary: the client and the settings of the run.
    pub(super) fn header(self, report: &Report) -> Vec<String> {
        let client = sanitize::line(&report.client.join(" "));
        let client_type = report.client_type;
        let who = sanitize::clip(&format!("{client_type}: {client}"), self.columns);
        let sandbox = if report.sandboxed {
            "sandboxed"
        } else {
            "not sandboxed"
        };
        let how = format!(
            "mock-ecr {}, suite {}, --redirect {}, {sandbox}, seed {}, {}",
            sanitize::line(&report.version),
            report.suite,
            sanitize::line(&report.redirect),
            sanitize::line(&report.seed),
            sanitize::duration(report.took_ms)
        );
        let measured = report.calibration.describe();
        let dim = |text: &str| {
            let text = sanitize::clip(text, self.columns);
            self.colour.paint(Style::Dim, &text)
        };
        vec![
            self.colour.paint(Style::Bold, &who),
            dim(&how),
            dim(&measured),
        ]
    }

    /// Returns a coloured word and a text. The second line and later lines are indented.
    pub(super) fn titled(
        self,
        style: impl Fn(&str) -> String,
        word: &str,
        text: &str,
    ) -> Vec<String> {
        let text = format!("{word} {}", sanitize::line(text));
        let mut lines = sanitize::fold(&text, self.columns - 2);
        lines[1..]
            .iter_mut()
            .for_each(|line| line.insert_str(0, "  "));
        // The colour is added last, so that the escape codes are not counted as columns.
        lines[0].replace_range(..word.len(), &style(word));
        lines
    }

    /// Returns a label and a text. Long lines of the text are folded.
    pub(super) fn labelled(self, label: &str, text: &str) -> Vec<String> {
        let folded = sanitize::fold(&sanitize::line(text), self.columns - INDENT);
        beside(label, &folded)
    }

    /// Returns the sentences for the author of the client.
    pub(super) fn advice(self, scenario: &ScenarioReport) -> Vec<String> {
        match scenario.advice() {
            [] => Vec::new(),
            advice => self.labelled("  fix", &advice.join(" ")),
        }
    }

    /// Returns the links of a scenario, and the command that repeats a case. Links and words are never split, so that they can be copied.
    pub(super) fn evidence(self, why: &[String], repeat: &str) -> Vec<String> {
        let why = why
            .iter()
            .flat_map(|link| match link.contains(char::is_whitespace) {
                true => sanitize::fold(&sanitize::line(link), self.columns - INDENT),
                false => vec![sanitize::line(link)],
            });
        let mut lines = beside("  why", &why.collect::<Vec<_>>());
        let repeat = sanitize::fold_command(&sanitize::line(repeat), self.columns - INDENT);
        lines.extend(beside("  repeat", &repeat));
        lines
    }

    /// Returns the expected value and the observed value in two columns, in at most `most` lines.
    pub(super) fn side_by_side(self, found: &Finding, most: usize) -> Vec<String> {
        let column = (self.columns - EXPECTED_COLUMN) / 2 - 1;
        let cell = |word: &str, text: &str| {
            let text = format!("{word} {}", sanitize::line(text));
            let mut lines = sanitize::fold(&text, column);
            if lines.len() > most {
                let cut = format!("{} {}", lines[most - 1], lines[most]);
                lines.truncate(most - 1);
                lines.push(sanitize::clip(&cut, column));
            }
            lines
        };
        let expected = cell("expected", &found.expected);
        let observed = cell("observed", &found.observed);
        let at = |cell: &[String], row: usize| cell.get(row).cloned().unwrap_or_default();
        let rows = (0..expected.len().max(observed.len())).map(|row| {
            let (left, right) = (at(&expected, row), at(&observed, row));
            // The padding is computed in columns: a wide character needs two columns.
            let gap = " ".repeat(column.saturating_sub(sanitize::width(&left)));
            let row = format!("{:EXPECTED_COLUMN$}{left}{gap}  {right}", "");
            row.trim_end().to_owned()
        });
        rows.collect()
    }
}

/// Returns a label and lines of text, as `labelled` does. The lines are not folded.
pub(super) fn beside(label: &str, lines: &[String]) -> Vec<String> {
    let labels = std::iter::once(label).chain(std::iter::repeat(""));
    let lines = labels.zip(lines);
    lines
        .map(|(label, line)| format!("{label:<INDENT$}{line}").trim_end().to_owned())
        .collect()
}

pub(super) fn ids(scenarios: &[&ScenarioReport]) -> String {
    let ids: Vec<_> = scenarios
        .iter()
        .map(|scenario| scenario.id.as_str())
        .collect();
    ids.join(" ")
}
