//! The number of values of a JSON text, which determines the memory that the parsed text needs.

/// Returns whether a text has at most `limit` values and names of members. The text need not be valid JSON.
///
/// A parsed list or object needs about a hundred times the memory of its text, if its elements are short.
pub(crate) fn has_at_most(limit: usize, text: &[u8]) -> bool {
    let mut position = Position::Outside;
    let mut values = 0;
    for byte in text {
        position = match (position, byte) {
            (Position::Outside, b'"') => Position::String,
            (Position::Outside, b'[' | b'{' | b',' | b':') => {
                values += 1;
                Position::Outside
            }
            (Position::Outside, _) | (Position::String, b'"') => Position::Outside,
            (Position::String, b'\\') => Position::Escape,
            (Position::String | Position::Escape, _) => Position::String,
        };
    }
    values <= limit
}

#[derive(Clone, Copy)]
enum Position {
    Outside,
    String,
    /// After a backslash.
    Escape,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_outside_of_strings_are_counted() {
        for (text, count) in [
            ("", 0),
            ("{}", 1),
            (r#"{"a":[1,2],"b":{}}"#, 7),
            (r#"{"a":"[[[,,,\"[["}"#, 2),
            (r#"["\\",1]"#, 2),
            (r#"["unfinished [[["#, 1),
        ] {
            assert!(has_at_most(count, text.as_bytes()), "{text}");
            assert!(
                count == 0 || !has_at_most(count - 1, text.as_bytes()),
                "{text}"
            );
        }
    }
}
