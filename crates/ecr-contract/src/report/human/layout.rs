//! Lays text out in lines of 80 columns.

use crate::report::human::colour::{Colour, Style};
use crate::report::{Finding, Report, ScenarioReport, sanitize};

/// How wide all of it is.
pub(super) const COLUMNS: usize = 80;

/// Where text begins that stands beside what it is.
pub(super) const INDENT: usize = 9;

/// Where what was expected begins, beside the longest of the names of what is looked at.
pub(super) const EXPECTED_COLUMN: usize = 15;

/// Who was run, and how.
pub(super) fn header(report: &Report, colour: Colour) -> Vec<String> {
    let client = sanitize::line(&report.client.join(" "));
    let client_type = report.client_type;
    let who = sanitize::clip(&format!("{client_type}: {client}"), COLUMNS);
    let sandbox = if report.sandboxed {
        "sandboxed"
    } else {
        "not sandboxed"
    };
    let how = format!(
        "mock-ecr {}, --redirect {}, {sandbox}, seed {}, {}",
        sanitize::line(&report.version),
        sanitize::line(&report.redirect),
        sanitize::line(&report.seed),
        sanitize::duration(report.took_ms)
    );
    vec![
        colour.paint(Style::Bold, &who),
        colour.paint(Style::Dim, &sanitize::clip(&how, COLUMNS)),
    ]
}

/// A word that tells what follows, painted as a verdict is, and text; what does not fit stands below, a little to the right.
pub(super) fn titled(style: impl Fn(&str) -> String, word: &str, text: &str) -> Vec<String> {
    let text = format!("{word} {}", sanitize::line(text));
    let mut lines = sanitize::fold(&text, COLUMNS - 2);
    lines[1..]
        .iter_mut()
        .for_each(|line| line.insert_str(0, "  "));
    // Painted last, so that nothing has to tell colours from columns.
    lines[0].replace_range(..word.len(), &style(word));
    lines
}

/// A word, and text beside it that is folded as often as it takes.
pub(super) fn labelled(label: &str, text: &str) -> Vec<String> {
    let folded = sanitize::fold(&sanitize::line(text), COLUMNS - INDENT);
    beside(label, &folded)
}

/// As `labelled`, with lines that stay as they are.
pub(super) fn beside(label: &str, lines: &[String]) -> Vec<String> {
    let labels = std::iter::once(label).chain(std::iter::repeat(""));
    let lines = labels.zip(lines);
    lines
        .map(|(label, line)| format!("{label:<INDENT$}{line}").trim_end().to_owned())
        .collect()
}

/// The incidents, and the command that runs it again; links and words stay whole, so that they can be copied.
pub(super) fn evidence(why: &[String], repeat: &str) -> Vec<String> {
    let why = why
        .iter()
        .flat_map(|link| match link.contains(char::is_whitespace) {
            true => sanitize::fold(&sanitize::line(link), COLUMNS - INDENT),
            false => vec![sanitize::line(link)],
        });
    let mut lines = beside("  why", &why.collect::<Vec<_>>());
    let repeat = sanitize::fold_command(&sanitize::line(repeat), COLUMNS - INDENT);
    lines.extend(beside("  repeat", &repeat));
    lines
}

/// What was expected beside what was seen, in no more lines than `most`.
pub(super) fn side_by_side(found: &Finding, most: usize) -> Vec<String> {
    let column = (COLUMNS - EXPECTED_COLUMN) / 2 - 1;
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
        // Columns of characters would stand askew under wide ones.
        let gap = " ".repeat(column.saturating_sub(sanitize::width(&left)));
        let row = format!("{:EXPECTED_COLUMN$}{left}{gap}  {right}", "");
        row.trim_end().to_owned()
    });
    rows.collect()
}

pub(super) fn ids(scenarios: &[&ScenarioReport]) -> String {
    let ids: Vec<_> = scenarios
        .iter()
        .map(|scenario| scenario.id.as_str())
        .collect();
    ids.join(" ")
}
