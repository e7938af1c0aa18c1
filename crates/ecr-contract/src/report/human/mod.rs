//! For people at a terminal of 80 columns: the line that tells how far it is, the summary, and all there is of one scenario.

mod details;
mod failures;
mod progress;
mod summary;

use crate::report::{Finding, Report, ScenarioReport, Verdict, printable};

pub use details::Details;
pub use progress::{Progress, ProgressLine};
pub use summary::Summary;

/// Whether words are coloured; who writes decides, by the terminal and by `NO_COLOR`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Colour {
    /// Text alone.
    #[default]
    Plain,
    /// With the colours of ANSI terminals.
    Ansi,
}

impl Colour {
    fn paint(self, ink: Ink, text: &str) -> String {
        let code = match ink {
            Ink::Bold => "1",
            Ink::Green => "32",
            Ink::Red => "1;31",
            Ink::Yellow => "33",
            Ink::Magenta => "1;35",
            Ink::Dim => "2",
        };
        match self {
            Colour::Plain => text.to_owned(),
            Colour::Ansi => format!("\x1b[{code}m{text}\x1b[0m"),
        }
    }

    fn verdict(self, verdict: Verdict, text: &str) -> String {
        let ink = match verdict {
            Verdict::Pass => Ink::Green,
            Verdict::Observed => Ink::Bold,
            Verdict::Warn => Ink::Yellow,
            Verdict::Fail => Ink::Red,
            Verdict::BrokenSetUp => Ink::Magenta,
            Verdict::NotApplicable => Ink::Dim,
        };
        self.paint(ink, text)
    }
}

#[derive(Clone, Copy)]
enum Ink {
    Bold,
    Green,
    Red,
    Yellow,
    Magenta,
    Dim,
}

/// How wide all of it is.
const COLUMNS: usize = 80;

/// Where text begins that stands beside what it is.
const INDENT: usize = 9;

/// Where what was expected begins, beside the longest of the names of what is looked at.
const EXPECTED_AT: usize = 15;

/// Who was run, and how.
fn head(report: &Report, colour: Colour) -> Vec<String> {
    let client = printable::line(&report.client.join(" "));
    let class = report.class;
    let who = printable::clip(&format!("{class}: {client}"), COLUMNS);
    let fence = if report.fenced {
        "fenced"
    } else {
        "not fenced"
    };
    let how = format!(
        "mock-ecr {}, --redirect {}, {fence}, seed {}, {}",
        printable::line(&report.version),
        printable::line(&report.redirect),
        printable::line(&report.seed),
        printable::duration(report.took_ms)
    );
    vec![
        colour.paint(Ink::Bold, &who),
        colour.paint(Ink::Dim, &printable::clip(&how, COLUMNS)),
    ]
}

/// A word that tells what follows, painted as a verdict is, and text; what does not fit stands below, a little to the right.
fn headed(ink: impl Fn(&str) -> String, word: &str, text: &str) -> Vec<String> {
    let text = format!("{word} {}", printable::line(text));
    let mut lines = printable::fold(&text, COLUMNS - 2);
    lines[1..]
        .iter_mut()
        .for_each(|line| line.insert_str(0, "  "));
    // Painted last, so that nothing has to tell colours from columns.
    lines[0].replace_range(..word.len(), &ink(word));
    lines
}

/// A word, and text beside it that is folded as often as it takes.
fn labelled(label: &str, text: &str) -> Vec<String> {
    let folded = printable::fold(&printable::line(text), COLUMNS - INDENT);
    beside(label, &folded)
}

/// As `labelled`, with lines that stay as they are.
fn beside(label: &str, lines: &[String]) -> Vec<String> {
    let labels = std::iter::once(label).chain(std::iter::repeat(""));
    let lines = labels.zip(lines);
    lines
        .map(|(label, line)| format!("{label:<INDENT$}{line}").trim_end().to_owned())
        .collect()
}

/// The incidents, and the command that runs it again; links and words stay whole, so that they can be copied.
fn evidence(why: &[String], repeat: &str) -> Vec<String> {
    let why = why
        .iter()
        .flat_map(|link| match link.contains(char::is_whitespace) {
            true => printable::fold(&printable::line(link), COLUMNS - INDENT),
            false => vec![printable::line(link)],
        });
    let mut lines = beside("  why", &why.collect::<Vec<_>>());
    let repeat = printable::fold_command(&printable::line(repeat), COLUMNS - INDENT);
    lines.extend(beside("  repeat", &repeat));
    lines
}

/// What was expected beside what was seen, in no more lines than `most`.
fn side_by_side(found: &Finding, most: usize) -> Vec<String> {
    let column = (COLUMNS - EXPECTED_AT) / 2 - 1;
    let cell = |word: &str, text: &str| {
        let text = format!("{word} {}", printable::line(text));
        let mut lines = printable::fold(&text, column);
        if lines.len() > most {
            let cut = format!("{} {}", lines[most - 1], lines[most]);
            lines.truncate(most - 1);
            lines.push(printable::clip(&cut, column));
        }
        lines
    };
    let expected = cell("expected", &found.expected);
    let observed = cell("observed", &found.observed);
    let at = |cell: &[String], row: usize| cell.get(row).cloned().unwrap_or_default();
    let rows = (0..expected.len().max(observed.len())).map(|row| {
        let (left, right) = (at(&expected, row), at(&observed, row));
        // Columns of characters would stand askew under wide ones.
        let gap = " ".repeat(column.saturating_sub(printable::width(&left)));
        let row = format!("{:EXPECTED_AT$}{left}{gap}  {right}", "");
        row.trim_end().to_owned()
    });
    rows.collect()
}

fn ids(scenarios: &[&ScenarioReport]) -> String {
    let ids: Vec<_> = scenarios
        .iter()
        .map(|scenario| scenario.id.as_str())
        .collect();
    ids.join(" ")
}
