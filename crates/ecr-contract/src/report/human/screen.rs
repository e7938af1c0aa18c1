//! Where the output for people is shown.

use crate::report::human::colour::Colour;

/// Where the output for people is shown: whether words are coloured, and the width of a line.
///
/// The default is plain text in lines of 80 columns, for a file or a log.
///
/// ```
/// use ecr_contract::report::{Colour, Screen};
///
/// let terminal = Screen::new(Colour::Ansi, 132);
/// assert_eq!(terminal.columns(), 132);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Screen {
    pub(super) colour: Colour,
    pub(super) columns: usize,
}

impl Screen {
    /// Creates a screen of a number of columns. The number is limited to 60 to 160: two values side by side need 60 columns, and longer
    /// lines are hard to read.
    #[must_use]
    pub fn new(colour: Colour, columns: usize) -> Self {
        let columns = columns.clamp(MIN_COLUMNS, MAX_COLUMNS);
        Screen { colour, columns }
    }

    /// The width of a line, in columns. A link or a word of a command is not broken, and can be longer.
    #[must_use]
    pub fn columns(self) -> usize {
        self.columns
    }
}

impl Default for Screen {
    fn default() -> Self {
        Screen::new(Colour::Plain, DEFAULT_COLUMNS)
    }
}

const DEFAULT_COLUMNS: usize = 80;
const MIN_COLUMNS: usize = 60;
const MAX_COLUMNS: usize = 160;
