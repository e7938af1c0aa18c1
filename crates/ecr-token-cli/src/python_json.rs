//! Parses JSON and reports syntax errors with Python's messages.

use serde_json::Value;

/// Parses a text.
///
/// # Errors
/// Returns Python's message with the error and its position.
pub(crate) fn parse(text: &str) -> Result<Value, String> {
    serde_json::from_str(text)
        .map_err(|error| syntax_error(text).unwrap_or_else(|| error.to_string()))
}

/// Returns Python's error. Returns `None` for input that Python accepts and `Value` cannot represent: `NaN`, infinities,
/// unpaired surrogates and deep nesting.
fn syntax_error(text: &str) -> Option<String> {
    let text: Vec<char> = text.chars().collect();
    let SyntaxError { message, offset } = Scanner {
        text: &text,
        offset: 0,
    }
    .document()
    .err()?;
    let before = &text[..offset];
    let line = before.iter().filter(|&&c| c == '\n').count() + 1;
    let column = before.iter().rev().take_while(|&&c| c != '\n').count() + 1;
    Some(format!(
        "{message}: line {line} column {column} (char {offset})"
    ))
}

struct SyntaxError {
    message: &'static str,
    offset: usize,
}

type ScanResult = Result<(), SyntaxError>;

/// Scans a text by code points and stops at the same position as Python.
struct Scanner<'a> {
    text: &'a [char],
    offset: usize,
}

impl Scanner<'_> {
    fn document(mut self) -> ScanResult {
        if self.peek() == Some('\u{feff}') {
            return self.error("Unexpected UTF-8 BOM (decode using utf-8-sig)");
        }
        let mut open = Vec::new();
        loop {
            self.skip_space();
            match self.peek() {
                Some(bracket @ ('[' | '{')) => {
                    open.push(bracket);
                    self.offset += 1;
                    self.skip_space();
                    if self.peek() != Some(closing(bracket)) {
                        self.object_key(bracket)?;
                        continue;
                    }
                }
                Some('"') => self.string()?,
                _ => self.scalar()?,
            }
            if self.end_of_value(&mut open)? {
                return Ok(());
            }
        }
    }

    /// Scans from the end of a value to the start of the next one. Returns whether the document has ended.
    fn end_of_value(&mut self, open: &mut Vec<char>) -> Result<bool, SyntaxError> {
        loop {
            self.skip_space();
            match (open.last().copied(), self.peek()) {
                (None, None) => return Ok(true),
                (None, Some(_)) => self.error("Extra data")?,
                (Some(bracket), Some(c)) if c == closing(bracket) => drop(open.pop()),
                (Some(bracket), Some(',')) => {
                    self.offset += 1;
                    self.object_key(bracket)?;
                    return Ok(false);
                }
                _ => self.error("Expecting ',' delimiter")?,
            }
            self.offset += 1;
        }
    }

    /// Inside an object, scans the key and the colon after it.
    fn object_key(&mut self, bracket: char) -> ScanResult {
        if bracket == '[' {
            return Ok(());
        }
        self.skip_space();
        if self.peek() != Some('"') {
            return self.error("Expecting property name enclosed in double quotes");
        }
        self.string()?;
        self.skip_space();
        if self.peek() != Some(':') {
            return self.error("Expecting ':' delimiter");
        }
        self.offset += 1;
        Ok(())
    }

    fn string(&mut self) -> ScanResult {
        let start = self.offset;
        self.offset += 1;
        loop {
            match self.peek() {
                Some('"') => break,
                Some('\\') if self.offset + 1 < self.text.len() => self.escape()?,
                Some('\\') | None => {
                    self.offset = start;
                    return self.error("Unterminated string starting at");
                }
                Some(c) if c < ' ' => return self.error("Invalid control character at"),
                Some(_) => self.offset += 1,
            }
        }
        self.offset += 1;
        Ok(())
    }

    fn escape(&mut self) -> ScanResult {
        match self.text[self.offset + 1] {
            'u' => {
                self.offset += 1;
                // Python requires one more character after the digits: the closing quote.
                let digits = self.text.get(self.offset + 1..self.offset + 5);
                let is_hex = digits.is_some_and(|it| it.iter().all(char::is_ascii_hexdigit));
                if !is_hex || self.offset + 5 >= self.text.len() {
                    return self.error("Invalid \\uXXXX escape");
                }
                self.offset += 5;
            }
            c if "\"\\/bfnrt".contains(c) => self.offset += 2,
            _ => return self.error("Invalid \\escape"),
        }
        Ok(())
    }

    /// Scans a literal or a number. Python ends a number at the first character that cannot continue it, and reports the
    /// character after it.
    fn scalar(&mut self) -> ScanResult {
        let rest = &self.text[self.offset..];
        let is_next = |word: &&&str| word.chars().eq(rest.iter().copied().take(word.len()));
        let length = match WORDS.iter().find(is_next) {
            Some(word) => word.len(),
            None => number(rest),
        };
        if length == 0 {
            return self.error("Expecting value");
        }
        self.offset += length;
        Ok(())
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(' ' | '\t' | '\n' | '\r')) {
            self.offset += 1;
        }
    }

    fn peek(&self) -> Option<char> {
        self.text.get(self.offset).copied()
    }

    fn error(&self, message: &'static str) -> ScanResult {
        Err(SyntaxError {
            message,
            offset: self.offset,
        })
    }
}

fn closing(bracket: char) -> char {
    if bracket == '[' { ']' } else { '}' }
}

/// Returns the number of characters of the number at the start of a text.
fn number(text: &[char]) -> usize {
    let digits = |from: usize| {
        let digits = text.iter().skip(from);
        digits.take_while(|c| c.is_ascii_digit()).count()
    };
    let sign = usize::from(text.first() == Some(&'-'));
    let mut end = sign
        + match text.get(sign) {
            Some('0') => 1,
            _ => digits(sign),
        };
    if end == sign {
        return 0;
    }
    if text.get(end) == Some(&'.') && digits(end + 1) > 0 {
        end += 1 + digits(end + 1);
    }
    if matches!(text.get(end), Some('e' | 'E')) {
        let signed = usize::from(matches!(text.get(end + 1), Some('+' | '-')));
        match digits(end + 1 + signed) {
            0 => {}
            count => end += 1 + signed + count,
        }
    }
    end
}

const WORDS: &[&str] = &["null", "true", "false", "NaN", "Infinity", "-Infinity"];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_syntax_error(text: &str, message: &str, position: &str) {
        let expected = format!("{message}: {position}");
        assert_eq!(parse(text).unwrap_err(), expected);
    }

    /// Recorded from CPython 3.11 through AWS CLI 1.46.3.
    #[test]
    fn syntax_errors_have_pythons_messages() {
        for (message, cases) in [
            (
                "Expecting value",
                &[
                    ("", 0),
                    ("nul", 0),
                    ("[-]", 1),
                    (r#"["1",]"#, 5),
                    (r#"{"a":}"#, 5),
                ][..],
            ),
            (
                "Expecting ',' delimiter",
                &[("[1", 2), ("[01]", 2), ("[1.]", 2), ("[1e+]", 2)],
            ),
            ("Expecting ':' delimiter", &[(r#"{"a" 1}"#, 5)]),
            (
                "Expecting property name enclosed in double quotes",
                &[("{", 1), ("{,}", 1), (r#"{"a":1,}"#, 7)],
            ),
            ("Extra data", &[("{}x", 2), ("1e5.3", 3), ("[]]", 2)]),
            (
                "Unterminated string starting at",
                &[("{\"é", 1), ("{\"a\":\"\\", 5)],
            ),
            ("Invalid control character at", &[("\"é\t\"", 2)]),
            ("Invalid \\escape", &[(r#""a\qc""#, 2)]),
            (
                "Invalid \\uXXXX escape",
                &[(r#""\u12""#, 2), (r#""\u1234"#, 2)],
            ),
        ] {
            for (text, offset) in cases {
                let position = format!("line 1 column {} (char {offset})", offset + 1);
                assert_syntax_error(text, message, &position);
            }
        }
    }

    #[test]
    fn positions_count_lines_and_code_points() {
        assert_syntax_error("{}\n\n{}", "Extra data", "line 3 column 1 (char 4)");
        let text = "[\"é\",\r\n x]";
        assert_syntax_error(text, "Expecting value", "line 2 column 2 (char 8)");
    }

    #[test]
    fn values_that_only_python_accepts_get_the_message_of_serde_json() {
        let nested = "[".repeat(1000) + &"]".repeat(1000);
        for text in ["NaN", "[-Infinity]", r#""\ud800""#, &nested] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(" at line 1 column "), "{error}");
        }
    }
}
