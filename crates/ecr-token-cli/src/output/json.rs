//! Formats JSON as v1 does: Python's `json.dumps(indent=4, ensure_ascii=False)`.

use serde_json::Value;

use crate::python;

/// Formats a document with a trailing newline. As in v1, the output for an empty object is empty.
pub(crate) fn render(document: &Value) -> String {
    if document
        .as_object()
        .is_some_and(|members| members.is_empty())
    {
        return String::new();
    }
    let mut text = String::new();
    write_value(&mut text, document, 0);
    text.push('\n');
    text
}

/// Formats a document on one line in ASCII, like Python's `json.dumps(separators=(",", ":"))`.
pub(crate) fn compact(document: &Value) -> String {
    match document {
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(compact).collect();
            format!("[{}]", items.join(","))
        }
        Value::Object(members) => {
            let member = |(key, value): (&String, _)| format!("{}:{}", ascii(key), compact(value));
            let members: Vec<_> = members.iter().map(member).collect();
            format!("{{{}}}", members.join(","))
        }
        Value::String(string) => ascii(string),
        scalar => {
            let mut text = String::new();
            write_value(&mut text, scalar, 0);
            text
        }
    }
}

fn ascii(string: &str) -> String {
    let mut text = String::new();
    write_string(&mut text, string);
    let mut ascii = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            ' '..='~' => ascii.push(c),
            other => {
                for unit in other.encode_utf16(&mut [0; 2]) {
                    ascii.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    ascii
}

fn write_value(text: &mut String, value: &Value, depth: usize) {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(true) => text.push_str("true"),
        Value::Bool(false) => text.push_str("false"),
        Value::Number(number) => text.push_str(match python::number_repr(number).as_str() {
            "inf" => "Infinity",
            "-inf" => "-Infinity",
            repr => repr,
        }),
        Value::String(string) => write_string(text, string),
        Value::Array(items) => write_items(text, ['[', ']'], depth, items, |text, item| {
            write_value(text, item, depth + 1);
        }),
        Value::Object(members) => {
            write_items(text, ['{', '}'], depth, members, |text, (key, value)| {
                write_string(text, key);
                text.push_str(": ");
                write_value(text, value, depth + 1);
            });
        }
    }
}

fn write_items<T>(
    text: &mut String,
    [open, close]: [char; 2],
    depth: usize,
    items: impl IntoIterator<Item = T>,
    write_item: impl Fn(&mut String, T),
) {
    text.push(open);
    let mut is_empty = true;
    for item in items {
        text.push_str(if is_empty { "\n" } else { ",\n" });
        text.push_str(&INDENT.repeat(depth + 1));
        write_item(text, item);
        is_empty = false;
    }
    if !is_empty {
        text.push('\n');
        text.push_str(&INDENT.repeat(depth));
    }
    text.push(close);
}

/// Escapes quotes, backslashes and C0 controls only, not DEL, U+2028 and the slash.
fn write_string(text: &mut String, string: &str) {
    text.push('"');
    for c in string.chars() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            c if c < ' ' => text.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => text.push(c),
        }
    }
    text.push('"');
}

const INDENT: &str = "    ";

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(json: &str) -> String {
        render(&serde_json::from_str(json).unwrap())
    }

    #[test]
    fn an_empty_object_prints_nothing_and_an_empty_list_prints_brackets() {
        assert_eq!(rendered("{}"), "");
        assert_eq!(rendered("[]"), "[]\n");
        assert_eq!(rendered(r#"{"a":{}}"#), "{\n    \"a\": {}\n}\n");
    }

    #[test]
    fn only_quotes_backslashes_and_controls_are_escaped() {
        let text = rendered(r#""\"\\\/\b\f\n\r\t\u0001\u007fé\u2028""#);
        let expected = "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\u{7f}é\u{2028}\"\n";
        assert_eq!(text, expected);
    }
}
