//! Escapes text for HTML.

use crate::report::sanitize;

/// In one line, as text or within the quotes of an attribute.
pub(super) fn escaped(text: &str) -> String {
    sanitize::entities(&sanitize::line(text))
}

/// With its line breaks.
pub(super) fn escaped_lines(text: &str) -> String {
    sanitize::entities(&sanitize::lines(text).join("\n"))
}
