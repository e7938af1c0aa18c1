//! Escapes text for HTML.

use crate::report::sanitize;

/// Escapes a text on one line, for an element or a quoted attribute.
pub(super) fn escaped(text: &str) -> String {
    sanitize::entities(&sanitize::line(text))
}

/// Escapes a text, and keeps its line breaks.
pub(super) fn escaped_lines(text: &str) -> String {
    sanitize::entities(&sanitize::lines(text).join("\n"))
}
