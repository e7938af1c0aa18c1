//! The colours of words in a report.

use crate::report::Verdict;

/// Whether words are coloured. The caller selects the value, for example depending on the terminal and `NO_COLOR`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Colour {
    /// No colours.
    #[default]
    Plain,
    /// ANSI colours.
    Ansi,
}

impl Colour {
    pub(super) fn paint(self, style: Style, text: &str) -> String {
        let code = match style {
            Style::Bold => "1",
            Style::Green => "32",
            Style::Red => "1;31",
            Style::Yellow => "33",
            Style::Magenta => "1;35",
            Style::Dim => "2",
        };
        match self {
            Colour::Plain => text.to_owned(),
            Colour::Ansi => format!("\x1b[{code}m{text}\x1b[0m"),
        }
    }

    pub(super) fn verdict(self, verdict: Verdict, text: &str) -> String {
        let style = match verdict {
            Verdict::Passed => Style::Green,
            Verdict::Info => Style::Bold,
            Verdict::Warning => Style::Yellow,
            Verdict::Failed => Style::Red,
            Verdict::SetUpError => Style::Magenta,
            Verdict::NotApplicable => Style::Dim,
        };
        self.paint(style, text)
    }
}

#[derive(Clone, Copy)]
pub(super) enum Style {
    Bold,
    Green,
    Red,
    Yellow,
    Magenta,
    Dim,
}
