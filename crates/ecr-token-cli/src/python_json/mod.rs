//! Parses JSON as Python's `json.loads` does, which v1 uses for files, responses and parameters.
//!
//! Python also accepts `NaN`, `Infinity`, `-Infinity`, unpaired surrogates and deep nesting, which `serde_json` rejects.

use serde_json::{Map, Value};

use fault::Fault;
use scanner::Scanner;

mod fault;
mod scanner;

/// The error for a text that Python does not accept, with Python's message.
#[derive(Debug, PartialEq, thiserror::Error)]
pub(crate) enum JsonError {
    /// Python's `ValueError`. v1 handles it in most places.
    #[error("{0}")]
    Invalid(String),
    /// Python's `RecursionError`, which v1 always reports.
    #[error("maximum recursion depth exceeded while decoding a JSON {0} from a unicode string")]
    TooDeep(&'static str),
}

/// Parses a text. `Value` cannot represent everything that Python accepts: `NaN` becomes null, and an unpaired surrogate becomes U+FFFD.
///
/// # Errors
/// Returns an error for a text that is not JSON, and for arrays and objects in more than [`MAX_DEPTH`] others.
pub(crate) fn parse(text: &str) -> Result<Value, JsonError> {
    let text: Vec<char> = text.chars().collect();
    let mut scanner = Scanner::new(&text);
    let parsed = document(&mut scanner);
    parsed.map_err(|fault| match fault {
        Fault::Syntax { message, offset } => syntax_error(&text, message, offset),
        Fault::Digits(count) => JsonError::Invalid(format!(
            "Exceeds the limit (4300 digits) for integer string conversion: value has {count} digits; use sys.set_int_max_str_digits() to increase the limit"
        )),
        Fault::TooDeep(kind) => JsonError::TooDeep(kind),
    })
}

fn syntax_error(text: &[char], message: &str, offset: usize) -> JsonError {
    let before = &text[..offset];
    let line = before.iter().filter(|&&c| c == '\n').count() + 1;
    let column = before.iter().rev().take_while(|&&c| c != '\n').count() + 1;
    JsonError::Invalid(format!(
        "{message}: line {line} column {column} (char {offset})"
    ))
}

/// An array or an object whose end was not read yet.
enum Container {
    Array(Vec<Value>),
    /// The members, and the key of the next one.
    Object(Map<String, Value>, String),
}

impl Container {
    fn end(&self) -> char {
        match self {
            Self::Array(_) => ']',
            Self::Object(..) => '}',
        }
    }

    /// Adds a value. As in Python, the last value of a repeated key replaces the others.
    fn push(&mut self, value: Value) {
        match self {
            Self::Array(items) => items.push(value),
            Self::Object(members, key) => drop(members.insert(std::mem::take(key), value)),
        }
    }

    fn into_value(self) -> Value {
        match self {
            Self::Array(items) => Value::Array(items),
            Self::Object(members, _) => Value::Object(members),
        }
    }
}

/// Parses without recursion, so that the depth is not limited by the stack.
fn document(scanner: &mut Scanner<'_>) -> Result<Value, Fault> {
    if scanner.peek() == Some('\u{feff}') {
        return scanner.error("Unexpected UTF-8 BOM (decode using utf-8-sig)");
    }
    let mut open = Vec::new();
    loop {
        scanner.skip_space();
        let value = match scanner.peek() {
            Some(bracket @ ('[' | '{')) => begin(scanner, bracket, &mut open)?,
            Some('"') => Some(Value::String(scanner.string()?)),
            _ => Some(scanner.scalar()?),
        };
        if let Some(value) = value
            && let Some(document) = end(scanner, value, &mut open)?
        {
            return Ok(document);
        }
    }
}

/// Reads the start of an array or an object. Returns its value if it is empty.
fn begin(
    scanner: &mut Scanner<'_>,
    bracket: char,
    open: &mut Vec<Container>,
) -> Result<Option<Value>, Fault> {
    let (mut container, kind) = match bracket {
        '[' => (Container::Array(Vec::new()), "array"),
        _ => (Container::Object(Map::new(), String::new()), "object"),
    };
    if open.len() == MAX_DEPTH {
        return Err(Fault::TooDeep(kind));
    }
    scanner.skip(1);
    scanner.skip_space();
    if scanner.peek() == Some(container.end()) {
        scanner.skip(1);
        return Ok(Some(container.into_value()));
    }
    next_key(scanner, &mut container)?;
    open.push(container);
    Ok(None)
}

/// Reads from the end of a value to the start of the next one. Returns the document if it has ended.
fn end(
    scanner: &mut Scanner<'_>,
    mut value: Value,
    open: &mut Vec<Container>,
) -> Result<Option<Value>, Fault> {
    loop {
        scanner.skip_space();
        let Some(mut container) = open.pop() else {
            return match scanner.peek() {
                None => Ok(Some(value)),
                Some(_) => scanner.error("Extra data"),
            };
        };
        container.push(value);
        match scanner.peek() {
            Some(c) if c == container.end() => value = container.into_value(),
            Some(',') => {
                scanner.skip(1);
                next_key(scanner, &mut container)?;
                open.push(container);
                return Ok(None);
            }
            _ => return scanner.error("Expecting ',' delimiter"),
        }
        scanner.skip(1);
    }
}

/// Inside an object, reads the key and the colon after it.
fn next_key(scanner: &mut Scanner<'_>, container: &mut Container) -> Result<(), Fault> {
    let Container::Object(_, key) = container else {
        return Ok(());
    };
    scanner.skip_space();
    if scanner.peek() != Some('"') {
        return scanner.error("Expecting property name enclosed in double quotes");
    }
    *key = scanner.string()?;
    scanner.skip_space();
    if scanner.peek() != Some(':') {
        return scanner.error("Expecting ':' delimiter");
    }
    scanner.skip(1);
    Ok(())
}

/// The limit of nesting. That of v1 depends on the place: it is between 955 and 993, and lower for the cached session of a role.
const MAX_DEPTH: usize = 955;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_syntax_error(text: &str, message: &str, position: &str) {
        let expected = format!("{message}: {position}");
        assert_eq!(parse(text).unwrap_err().to_string(), expected);
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
    fn a_document_is_equal_to_that_of_serde_json() {
        for text in [
            "{}",
            " [ ] ",
            r#"{"a":[1,-2.50,1e5,true,false,null,{"b":{}}],"c":"","a":[[]]}"#,
            r#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é😀""#,
        ] {
            let expected: Value = serde_json::from_str(text).unwrap();
            assert_eq!(parse(text).unwrap().to_string(), expected.to_string());
        }
    }

    #[test]
    fn what_only_python_accepts_is_parsed() {
        for (text, expected) in [
            ("[NaN,Infinity,-Infinity]", "[null,1e+999,-1e+999]"),
            (r#""\ud800""#, "\"\u{fffd}\""),
            (r#""\ude00\ud83da""#, "\"\u{fffd}\u{fffd}a\""),
            (r#""\ud83d\ud83d\ude00""#, "\"\u{fffd}😀\""),
        ] {
            assert_eq!(parse(text).unwrap().to_string(), expected);
        }
        assert_eq!(
            parse(r#""\ud83d\u12""#).unwrap_err().to_string(),
            "Invalid \\uXXXX escape: line 1 column 9 (char 8)"
        );
    }

    #[test]
    fn depth_and_digits_are_limited_with_pythons_messages() {
        let nested = |depth, [open, close]: [&str; 2]| open.repeat(depth) + &close.repeat(depth);
        assert!(parse(&nested(MAX_DEPTH, ["[", "]"])).is_ok());
        for (brackets, kind) in [(["[", "]"], "array"), (["{\"a\":", "}"], "object")] {
            let error = parse(&nested(100_000, brackets)).unwrap_err();
            assert_eq!(error, JsonError::TooDeep(kind));
        }
        assert!(parse(&"1".repeat(4300)).is_ok());
        let error = parse(&format!("-{}", "1".repeat(4301))).unwrap_err();
        assert!(
            error.to_string().contains("value has 4301 digits"),
            "{error}"
        );
        assert!(parse(&format!("{}.0", "1".repeat(5000))).is_ok());
    }
}
