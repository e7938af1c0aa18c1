//! Writes the lines of a table and their colours.

/// Whether a table is coloured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Paint {
    Plain,
    Coloured,
}

impl Paint {
    /// Returns the text of a cell in a row.
    pub(super) fn cell(self, text: &str) -> String {
        self.styled("\x1b[1m\x1b[34m", text)
    }

    fn bar(self) -> String {
        self.styled("\x1b[2m\x1b[33m", "|")
    }

    fn styled(self, style: &str, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Coloured => format!("{style}{text}{RESET}"),
        }
    }
}

/// The lines drawn so far.
#[derive(Debug)]
pub(super) struct Canvas {
    text: String,
    paint: Paint,
}

impl Canvas {
    pub(super) fn new(paint: Paint) -> Self {
        Self {
            text: String::new(),
            paint,
        }
    }

    pub(super) fn paint(&self) -> Paint {
        self.paint
    }

    /// Writes a line with `indent` bars on each side, one for each level of nesting.
    pub(super) fn line(&mut self, indent: usize, line: &str) {
        let bars = self.paint.bar().repeat(indent);
        self.write(&bars);
        self.write(line);
        self.write(&bars);
        self.write("\n");
    }

    /// Writes a text. v1 resets the colour after each write, even after an empty one.
    pub(super) fn write(&mut self, text: &str) {
        self.text.push_str(text);
        if self.paint == Paint::Coloured {
            self.text.push_str(RESET);
        }
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }
}

/// Resets the colour.
pub(crate) const RESET: &str = "\x1b[0m";

#[cfg(test)]
mod tests {
    use super::*;

    /// Recorded from AWS CLI 1.46.3 with `--color on`.
    #[test]
    fn every_write_is_followed_by_a_reset() {
        let mut canvas = Canvas::new(Paint::Coloured);
        canvas.write("--\n");
        canvas.line(0, "a");
        canvas.line(1, &canvas.paint().cell("b"));
        let expected = "--\n\x1b[0m\x1b[0ma\x1b[0m\x1b[0m\n\x1b[0m\
            \x1b[2m\x1b[33m|\x1b[0m\x1b[0m\x1b[1m\x1b[34mb\x1b[0m\x1b[0m\x1b[2m\x1b[33m|\x1b[0m\x1b[0m\n\x1b[0m";
        assert_eq!(canvas.into_text(), expected);
    }
}
