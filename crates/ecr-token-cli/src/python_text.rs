//! Splits and strips texts as Python does: `str.strip`, `str.splitlines` and `shlex.split`.

/// Returns whether `str.isspace` is true: Unicode's white space, and four separators of ASCII.
pub(crate) fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\x1c'..='\x1f')
}

/// `str.strip`.
pub(crate) fn strip(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// `str.rstrip`.
pub(crate) fn strip_end(text: &str) -> &str {
    text.trim_end_matches(is_space)
}

/// `str.splitlines`, with an additional empty line after each `\r` of a `\r\n`.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = &str> {
    let is_end = |c| {
        matches!(
            c,
            '\n' | '\r' | '\x0b' | '\x0c' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}'
        )
    };
    text.split(is_end)
}

/// Translates the line ends of a text file to `\n`, as Python's text mode does.
pub(crate) fn universal_newlines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// `shlex.split`: splits a text into words by the quoting rules of a POSIX shell. Expansions and operators have no meaning.
///
/// # Errors
/// Returns Python's message if a quotation or an escape does not end.
pub(crate) fn shell_words(text: &str) -> Result<Vec<String>, &'static str> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match c {
            ' ' | '\t' | '\r' | '\n' => words.extend(word.take()),
            '\\' => {
                let escaped = characters.next().ok_or(NO_ESCAPED_CHARACTER)?;
                word.get_or_insert_default().push(escaped);
            }
            '\'' | '"' => quotation(c, &mut characters, word.get_or_insert_default())?,
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Ok(words)
}

/// Reads to the closing quote. Between double quotes, a backslash escapes a double quote and a backslash only.
fn quotation(
    quote: char,
    characters: &mut impl Iterator<Item = char>,
    word: &mut String,
) -> Result<(), &'static str> {
    loop {
        match characters.next().ok_or(NO_CLOSING_QUOTATION)? {
            c if c == quote => return Ok(()),
            '\\' if quote == '"' => match characters.next().ok_or(NO_ESCAPED_CHARACTER)? {
                c @ ('"' | '\\') => word.push(c),
                c => word.extend(['\\', c]),
            },
            c => word.push(c),
        }
    }
}

/// Splits a command by the rules of Windows, as botocore does: double quotes group, and backslashes escape only quotes.
///
/// # Errors
/// Returns botocore's message if a quotation does not end.
#[cfg(any(windows, test))]
pub(crate) fn windows_words(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let (mut backslashes, mut is_quoted) = (0, false);
    for c in text.chars() {
        if c == '\\' {
            backslashes += 1;
            continue;
        }
        let count = match c {
            '"' => backslashes / 2,
            _ => backslashes,
        };
        let is_escaped = c == '"' && backslashes % 2 == 1;
        if backslashes > 0 {
            word.get_or_insert_default().push_str(&"\\".repeat(count));
            backslashes = 0;
        }
        match c {
            '"' if is_escaped => word.get_or_insert_default().push('"'),
            '"' => {
                is_quoted = !is_quoted;
                word.get_or_insert_default();
            }
            ' ' | '\t' if !is_quoted => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    if is_quoted {
        return Err(format!("No closing quotation in string: {text}"));
    }
    if backslashes > 0 {
        word.get_or_insert_default()
            .push_str(&"\\".repeat(backslashes));
    }
    words.extend(word);
    Ok(words)
}

const NO_CLOSING_QUOTATION: &str = "No closing quotation";
const NO_ESCAPED_CHARACTER: &str = "No escaped character";

#[cfg(test)]
mod tests {
    use super::*;

    /// Results of `shlex.split` of CPython 3.11.
    #[test]
    fn words_are_split_without_a_shell() {
        for (text, words) in [
            ("", &[][..]),
            (" a  b\tc\n", &["a", "b", "c"]),
            (
                "./p --url https://h/?a=1&b=2",
                &["./p", "--url", "https://h/?a=1&b=2"],
            ),
            ("a $$ * ; # ~ b", &["a", "$$", "*", ";", "#", "~", "b"]),
            (r"a\ b \'", &["a b", "'"]),
            (r#"'a b'"c d"e"#, &["a bc de"]),
            (r#"'a\b' "a\b\"\\\'""#, &[r"a\b", r#"a\b"\\'"#]),
            (r#"'' """#, &["", ""]),
        ] {
            assert_eq!(shell_words(text).unwrap(), words, "{text}");
        }
        assert_eq!(shell_words("a 'b"), Err("No closing quotation"));
        assert_eq!(shell_words("a\\"), Err("No escaped character"));
        assert_eq!(shell_words("\"a\\"), Err("No escaped character"));
    }

    /// The examples of botocore's tests of `compat_shell_split`.
    #[test]
    fn words_on_windows_are_split_by_its_rules() {
        for (text, words) in [
            ("", &[][..]),
            ("spam \\", &["spam", "\\"]),
            (r#""spam ""#, &["spam "]),
            (r#"'spam '"#, &["'spam", "'"]),
            (r#"spam \""#, &["spam", "\""]),
            (r#""a b c" d e"#, &["a b c", "d", "e"]),
            (r#""ab\"c" "\\" d"#, &[r#"ab"c"#, r"\", "d"]),
            (r#"a\\\b d"e f"g h"#, &[r"a\\\b", "de fg", "h"]),
            (r#"a\\\"b c d"#, &[r#"a\"b"#, "c", "d"]),
            (r#"a\\\\"b c" d e"#, &[r"a\\b c", "d", "e"]),
            (r#"spam """#, &["spam", ""]),
        ] {
            assert_eq!(windows_words(text).unwrap(), words, "{text}");
        }
        assert!(windows_words("\"").is_err());
    }

    #[test]
    fn the_separators_of_ascii_are_space() {
        assert_eq!(strip("\x1c a\u{a0}\x1f"), "a");
        assert_eq!(strip_end(" a \n"), " a");
        assert!(lines("a\x0bb\u{85}c").eq(["a", "b", "c"]));
    }
}
