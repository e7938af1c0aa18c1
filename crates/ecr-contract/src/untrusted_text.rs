//! Escapes text of other programs and servers, so that it can be written to a terminal or to the log of a CI service.

/// Returns a text on one line. Control characters and invisible characters are escaped: a line break is replaced by `\n`.
///
/// The beginning of a command of a CI service is escaped as well, because some services execute commands such as `##vso[…]` and
/// `section_start:…` anywhere in the log.
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
            c if is_command(&text[at..]) => sanitized.push_str(&escape(c)),
            c if c.is_ascii_control() => sanitized.push_str(&escape(c)),
            c if is_hidden(c) => sanitized.extend(c.escape_unicode()),
            c => sanitized.push(c),
        }
    }
    sanitized
}

/// Returns a text whose lines are escaped by [`sanitize_line`] and do not begin like a command of a CI service. The line breaks are
/// preserved.
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
    for (at, c) in json.char_indices() {
        match c {
            '\n' => sanitized.push(c),
            c if is_hidden(c) || is_command(&json[at..]) => {
                let mut units = [0; 2];
                let units = c.encode_utf16(&mut units).iter();
                units.for_each(|unit| sanitized.push_str(&format!("\\u{unit:04x}")));
            }
            c => sanitized.push(c),
        }
    }
    sanitized
}

/// Escapes the first character of a line that a CI service executes or displays as a command if it is at the start of a line, such as
/// `::error::text` of GitHub Actions. GitHub ignores spaces before the command.
pub(crate) fn disarm_line(line: &str) -> String {
    let command = line.trim_start();
    let mut chars = command.chars();
    match chars.next() {
        Some(first) if command.starts_with("::") || is_group(command) => {
            let indent = &line[..line.len() - command.len()];
            format!("{indent}{}{}", escape(first), chars.as_str())
        }
        _ => line.to_owned(),
    }
}

/// Returns whether a line starts or opens a group in the log of Buildkite. The beginning of a certificate, `-----BEGIN`, does not. Source:
/// buildkite.com/docs, "Managing log output".
fn is_group(line: &str) -> bool {
    let mut rest = ["---", "+++", "~~~", "^^^"]
        .iter()
        .filter_map(|start| line.strip_prefix(start));
    rest.any(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
}

/// Returns whether a text begins with a command that a CI service executes anywhere in a line, such as `##[group]`, `##vso[…]` and
/// `##teamcity[…]`.
fn is_command(text: &str) -> bool {
    let name = text.strip_prefix("##");
    let end = name.map(|name| name.trim_start_matches(|c: char| c.is_ascii_alphanumeric()));
    let is_bracketed = end.is_some_and(|end| end.starts_with('['));
    is_bracketed || SECTIONS.iter().any(|start| text.starts_with(start))
}

/// The markers of sections in the logs of GitLab and Travis CI.
const SECTIONS: [&str; 3] = ["section_start:", "section_end:", "travis_fold:"];

fn escape(c: char) -> String {
    format!("\\x{:02x}", u32::from(c))
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
        let section = "x section_start:1:a\r\x1b[0Kb";
        assert_eq!(sanitize_line(section), r"x \x73ection_start:1:a\r\x1b[0Kb");
        assert_eq!(sanitize_line("travis_fold:end:a"), r"\x74ravis_fold:end:a");
        let groups = "--- a\n +++ b\n~~~ c\n^^^ +++\n-- d\na --- b\n---\n-----BEGIN-----\n---e";
        let expected = "\\x2d-- a\n \\x2b++ b\n\\x7e~~ c\n\\x5e^^ +++\n-- d\na --- b\n\\x2d--\n-----BEGIN-----\n---e";
        assert_eq!(sanitize_text(groups), expected);
    }

    #[test]
    fn sanitized_json_is_an_equal_document() {
        let commands = "##vso[x] ##teamcity[y] section_start:1:a";
        let document = serde_json::json!({ "a": format!("{HOSTILE}\u{e0041}{commands}") });
        let json = sanitize_json(&format!("{document:#}\n"));
        assert!(json.is_ascii() || json.chars().all(|c| c == '\n' || !is_hidden(c)));
        assert!(
            json.contains(r"\u009b") && json.contains(r"\udb40\udc41"),
            "{json}"
        );
        let commands = ["##vso", "##teamcity", "section_start"];
        assert!(!commands.iter().any(|one| json.contains(one)), "{json}");
        let parsed: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(parsed, document);
    }
}
