//! Escapes text for HTML.

use crate::report::printable;

/// In one line, as text or within the quotes of an attribute.
pub(super) fn escaped(text: &str) -> String {
    printable::entities(&printable::line(text))
}

/// With its line breaks.
pub(super) fn escaped_lines(text: &str) -> String {
    printable::entities(&printable::lines(text).join("\n"))
}
