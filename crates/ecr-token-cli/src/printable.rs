//! Escapes text of servers, so that it can be written to a terminal or to the log of a CI service.

use serde_json::Value;

/// Escapes control characters, invisible characters and the commands of CI services. Line breaks and tabs are kept.
pub(crate) fn text(text: &str) -> String {
    let lines = text.split_inclusive('\n').map(line);
    lines.collect()
}

/// Escapes the strings of a document, in which line breaks are escaped too.
pub(crate) fn document(document: Value) -> Value {
    match document {
        Value::String(string) => Value::String(text(&string).replace('\n', "\\n")),
        Value::Array(items) => items.into_iter().map(self::document).collect(),
        Value::Object(members) => {
            let members = members.into_iter();
            let escaped = |(name, value): (String, Value)| (text(&name), self::document(value));
            Value::Object(members.map(escaped).collect())
        }
        other => other,
    }
}

/// Escapes the characters of a JSON text that are not escaped in JSON but that a terminal interprets. The result is an equal document.
pub(crate) fn json(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '\n' => escaped.push(c),
            c if is_hidden(c) => {
                let mut units = [0; 2];
                let units = c.encode_utf16(&mut units).iter();
                units.for_each(|unit| escaped.push_str(&format!("\\u{unit:04x}")));
            }
            c => escaped.push(c),
        }
    }
    escaped
}

fn line(line: &str) -> String {
    let start = line.len() - line.trim_start().len();
    let mut escaped = String::with_capacity(line.len());
    for (at, c) in line.char_indices() {
        let rest = &line[at..];
        match c {
            '\n' | '\t' => escaped.push(c),
            c if at == start && begins_line_command(rest) => escaped.push_str(&ascii_escape(c)),
            c if begins_command(rest) || c.is_ascii_control() => escaped.push_str(&ascii_escape(c)),
            c if is_hidden(c) => escaped.extend(c.escape_unicode()),
            c => escaped.push(c),
        }
    }
    escaped
}

fn ascii_escape(c: char) -> String {
    format!("\\x{:02x}", u32::from(c))
}

/// Returns whether a line begins with a command of GitHub Actions, such as `::error::text`, or opens a group of Buildkite. `-----BEGIN` does not.
/// Source: buildkite.com/docs, "Managing log output".
fn begins_line_command(line: &str) -> bool {
    let mut groups = ["---", "+++", "~~~", "^^^"].iter();
    let is_group = groups.any(|start| {
        let rest = line.strip_prefix(start);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
    });
    is_group || line.starts_with("::")
}

/// Returns whether a text begins with a command that a CI service executes anywhere in a line: `##[group]`, `##vso[…]`, `##teamcity[…]`, and
/// the sections of GitLab and Travis CI.
fn begins_command(text: &str) -> bool {
    let name = text.strip_prefix("##");
    let end = name.map(|name| name.trim_start_matches(|c: char| c.is_ascii_alphanumeric()));
    let is_bracketed = end.is_some_and(|end| end.starts_with('['));
    let mut sections = ["section_start:", "section_end:", "travis_fold:"].iter();
    is_bracketed || sections.any(|start| text.starts_with(start))
}

/// Returns whether a character is a control character, or is invisible, such as a joiner or a directional mark.
fn is_hidden(c: char) -> bool {
    let is_invisible = matches!(
        u32::from(c),
        0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0xfff9..=0xfffb | 0xe0000..=0xe0fff
    );
    c.is_control() || is_invisible
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_or_a_ci_service_interprets_is_escaped() {
        let hostile = "a\x1b[2J\u{9b}0m\r\tb\n  ::error::c\n::add-mask::d ##[e] \u{202e}";
        let expected =
            "a\\x1b[2J\\u{9b}0m\\x0d\tb\n  \\x3a:error::c\n\\x3a:add-mask::d \\x23#[e] \\u{202e}";
        assert_eq!(text(hostile), expected);
        assert_eq!(text("é a::b\n"), "é a::b\n");
    }

    #[test]
    fn commands_of_each_ci_service_are_escaped() {
        for command in [
            "##[e]",
            "##vso[e]",
            "##teamcity[e]",
            "section_start:1:a",
            "section_end:1:a",
            "travis_fold:start:a",
        ] {
            let inside = format!("a {command}");
            let first = u32::from(command.chars().next().unwrap());
            assert_eq!(text(&inside), format!("a \\x{first:02x}{}", &command[1..]));
        }
        for group in ["--- a", "+++ a", "~~~ a", "^^^ +++", "---"] {
            let first = u32::from(group.chars().next().unwrap());
            assert_eq!(text(group), format!("\\x{first:02x}{}", &group[1..]));
        }
        for harmless in ["-----BEGIN CERTIFICATE-----", "a --- b", "# a", "## a [b]"] {
            assert_eq!(text(harmless), harmless);
        }
    }

    #[test]
    fn a_document_is_escaped() {
        let hostile = serde_json::json!({ "a\x1b": ["\x07", 1, null, "b\nc"] });
        let expected = serde_json::json!({ "a\\x1b": ["\\x07", 1, null, "b\\nc"] });
        assert_eq!(document(hostile), expected);
    }

    #[test]
    fn escaped_json_is_an_equal_document() {
        let document = serde_json::json!({ "a": "\x1b\u{9b}\x7f\u{e0041}é" });
        let escaped = json(&document.to_string());
        assert!(!escaped.contains(is_hidden), "{escaped}");
        assert_eq!(serde_json::from_str::<Value>(&escaped).unwrap(), document);
    }
}
