//! Escapes text of other programs and servers, so that it can be written to a terminal or to the log of a CI service.

/// Returns a text on one line. Control characters and invisible characters are escaped: a line break is replaced by `\n`.
///
/// The beginning of a command of a CI service is escaped as well, because some services execute commands such as `##vso[…]` anywhere in
/// the log.
///
/// ```
/// assert_eq!(ecr_contract::sanitize_line("\x1b[31mred\n"), r"\x1b[31mred\n");
/// ```
pub fn sanitize_line(text: &str) -> String {
    let mut sanitized = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        match c {
            '\n' => sanitized.push_str("\\n"),
            '\r' => sanitized.push_str("\\r"),
            '\t' => sanitized.push_str("\\t"),
            '#' if is_command(&text[at..]) => sanitized.push_str("\\x23"),
            c if c.is_ascii_control() => sanitized.push_str(&format!("\\x{:02x}", u32::from(c))),
            c if is_hidden(c) => sanitized.extend(c.escape_unicode()),
            c => sanitized.push(c),
        }
    }
    sanitized
}

/// Returns a text whose lines are escaped by [`sanitize_line`] and do not begin like a workflow command. The line breaks are preserved.
pub fn sanitize_text(text: &str) -> String {
    let lines = text
        .split_inclusive('\n')
        .map(|line| match line.strip_suffix('\n') {
            Some(line) => disarm_line(&sanitize_line(line)) + "\n",
            None => disarm_line(&sanitize_line(line)),
        });
    lines.collect()
}

/// Escapes the characters of a JSON document that [`sanitize_line`] escapes and that JSON permits in strings. The result is an equal document.
pub fn sanitize_json(json: &str) -> String {
    let mut sanitized = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '\n' => sanitized.push(c),
            c if is_hidden(c) => {
                let mut units = [0; 2];
                let units = c.encode_utf16(&mut units).iter();
                units.for_each(|unit| sanitized.push_str(&format!("\\u{unit:04x}")));
            }
            c => sanitized.push(c),
        }
    }
    sanitized
}

/// Escapes the first colon of a line that GitHub Actions executes as a command, such as `::error::text`. Spaces before the command are
/// ignored there.
pub(crate) fn disarm_line(line: &str) -> String {
    match line.trim_start().strip_prefix("::") {
        Some(command) => {
            let indent = &line[..line.len() - command.len() - 2];
            format!("{indent}\\x3a:{command}")
        }
        None => line.to_owned(),
    }
}

/// Returns whether a text begins with a command such as `##[group]`, `##vso[…]` or `##teamcity[…]`.
fn is_command(text: &str) -> bool {
    let name = text.strip_prefix("##");
    let end = name.map(|name| name.trim_start_matches(|c: char| c.is_ascii_alphanumeric()));
    end.is_some_and(|end| end.starts_with('['))
}

/// Returns whether a character is a control character, is invisible (such as a joiner or a directional mark) or is forbidden in XML.
fn is_hidden(c: char) -> bool {
    let is_invisible = matches!(
        u32::from(c),
        0x200b..=0x200f
            | 0x2028..=0x202e
            | 0x2060..=0x206f
            | 0xfeff
            | 0xfff9..=0xfffb
            | 0xfffe
            | 0xffff
            | 0xe0000..=0xe0fff
    );
    c.is_control() || is_invisible
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str = "\x1b[31mred\x07\r\n\u{9b}0m\u{202e}drow\u{200b}\x7f\tgrün";

    #[test]
    fn control_characters_and_invisible_characters_are_escaped() {
        let sanitized = r"\x1b[31mred\x07\r\n\u{9b}0m\u{202e}drow\u{200b}\x7f\tgrün";
        assert_eq!(sanitize_line(HOSTILE), sanitized);
        assert_eq!(sanitize_text("a\x1b\n\nb\n"), "a\\x1b\n\nb\n");
    }

    #[test]
    fn commands_of_ci_services_are_escaped() {
        let text = "::error::x\n  ::set-output name=a::b\na ::error\n::";
        let expected = "\\x3a:error::x\n  \\x3a:set-output name=a::b\na ::error\n\\x3a:";
        assert_eq!(sanitize_text(text), expected);
        assert_eq!(sanitize_line("a ##[group]"), r"a \x23#[group]");
        assert_eq!(sanitize_line("###vso[x]y"), r"#\x23#vso[x]y");
        assert_eq!(sanitize_line("## a [b]"), "## a [b]");
    }

    #[test]
    fn sanitized_json_is_an_equal_document() {
        let document = serde_json::json!({ "a": format!("{HOSTILE}\u{e0041}") });
        let json = sanitize_json(&format!("{document:#}\n"));
        assert!(json.is_ascii() || json.chars().all(|c| c == '\n' || !is_hidden(c)));
        assert!(
            json.contains(r"\u009b") && json.contains(r"\udb40\udc41"),
            "{json}"
        );
        let parsed: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(parsed, document);
    }
}
