//! Escapes characters that are not printable.

/// Escapes as [`char::escape_debug`], except quotes and backslashes: the values in messages are quoted and escaped already.
pub(crate) fn printable(text: &str) -> String {
    let escaped = text.chars().map(|c| match c {
        '"' | '\'' | '\\' => c.to_string(),
        _ => c.escape_debug().to_string(),
    });
    escaped.collect()
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn quotes_and_backslashes_are_not_escaped() {
        assert_eq!(printable("\"a\\n\" é\n\u{202e}"), "\"a\\n\" é\\n\\u{202e}");
    }
}
