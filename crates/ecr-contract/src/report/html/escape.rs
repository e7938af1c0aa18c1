//! Escapes text for HTML.

use crate::report::sanitize;

/// Returns an escaped text on one line, for an element or a quoted attribute.
pub(super) fn escaped(text: &str) -> String {
    sanitize::entities(&sanitize::line(text))
}

/// Returns an escaped text. Line breaks are preserved.
pub(super) fn escaped_lines(text: &str) -> String {
    sanitize::entities(&sanitize::lines(text).join("\n"))
}
