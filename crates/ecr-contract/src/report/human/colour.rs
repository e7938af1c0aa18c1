//! The colours of the words in a report.

use crate::report::Verdict;

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
    pub(super) fn paint(self, ink: Ink, text: &str) -> String {
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

    pub(super) fn verdict(self, verdict: Verdict, text: &str) -> String {
        let ink = match verdict {
            Verdict::Passed => Ink::Green,
            Verdict::Info => Ink::Bold,
            Verdict::Warning => Ink::Yellow,
            Verdict::Failed => Ink::Red,
            Verdict::SetUpError => Ink::Magenta,
            Verdict::NotApplicable => Ink::Dim,
        };
        self.paint(ink, text)
    }
}

#[derive(Clone, Copy)]
pub(super) enum Ink {
    Bold,
    Green,
    Red,
    Yellow,
    Magenta,
    Dim,
}
