//! Formats untrusted text for reports.

use crate::untrusted_text::{disarm_line, sanitize_line};

/// Returns the text on one line. A line break is replaced by `\n`.
pub(crate) fn line(text: &str) -> String {
    sanitize_line(text)
}

/// Returns the lines of a text. A line break at the end of the text does not start another line. Each line can be the beginning of a line of
/// the report.
pub(super) fn lines(text: &str) -> Vec<String> {
    let lines = text.split_terminator('\n').map(line);
    lines.map(|line| disarm_line(&line)).collect()
}

/// Returns a report whose lines no CI service executes as a command. A line can begin in the middle of a text that was folded.
pub(super) fn disarm(report: &str) -> String {
    let lines = report.lines().map(|line| disarm_line(line) + "\n");
    lines.collect()
}

/// Returns the number of columns that a text needs in a terminal.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(columns).sum()
}

fn columns(c: char) -> usize {
    match u32::from(c) {
        0x1100..=0x115f
        | 0x2e80..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1faff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

/// Truncates a text to a number of columns. A truncated text ends with an ellipsis.
pub(super) fn clip(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let (start, _) = text.split_at(end_of(text, columns.saturating_sub(1)));
    format!("{}…", start.trim_end())
}

/// Folds a text into lines of at most `columns` columns. Where possible, lines end between words.
pub(super) fn fold(text: &str, columns: usize) -> Vec<String> {
    let mut folded = Vec::new();
    let mut rest = text.trim_end();
    while width(rest) > columns {
        // Each line contains at least one character. Otherwise, the loop would not end.
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let end = end_of(rest, columns).max(first);
        let space = match rest[end..].starts_with(' ') {
            true => Some(end),
            false => rest[..end].rfind(' '),
        };
        let (head, tail) = rest.split_at(space.unwrap_or(end));
        folded.push(head.trim_end().to_owned());
        rest = tail.trim_start();
    }
    if !rest.is_empty() || folded.is_empty() {
        folded.push(rest.to_owned());
    }
    folded
}

/// Returns the offset of the first character that does not fit into `fit` columns.
fn end_of(text: &str, fit: usize) -> usize {
    let mut taken = 0;
    for (at, c) in text.char_indices() {
        taken += columns(c);
        if taken > fit {
            return at;
        }
    }
    text.len()
}

/// Folds a command into lines that a shell parses as one command. Long words are not split.
pub(super) fn fold_command(command: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in join_values(words(command)) {
        match lines.last_mut() {
            Some(last) if width(last) + 1 + width(&word) <= columns.saturating_sub(2) => {
                last.push(' ');
                last.push_str(&word);
            }
            Some(last) => {
                last.push_str(" \\");
                lines.push(format!("  {word}"));
            }
            None => lines.push(word),
        }
    }
    lines
}

/// Joins each option with its value, so that the option and the value are on the same line.
fn join_values(words: Vec<String>) -> Vec<String> {
    let mut joined: Vec<String> = Vec::new();
    for word in words {
        match joined.last_mut() {
            Some(last) if is_option(last) && !word.starts_with('-') => {
                last.push(' ');
                last.push_str(&word);
            }
            _ => joined.push(word),
        }
    }
    joined
}

fn is_option(word: &str) -> bool {
    word.len() > 2 && word.starts_with("--") && !word.contains(' ')
}

/// Splits a command into words, as a shell does. The quotes are preserved.
fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    let mut chars = command.chars();
    while let Some(c) = chars.next() {
        if c == ' ' && quote.is_none() {
            words.push(String::new());
            continue;
        }
        let word = words.last_mut().expect("there is at least one word");
        word.push(c);
        match c {
            '\\' if quote != Some('\'') => word.extend(chars.next()),
            '\'' | '"' if quote.is_none() => quote = Some(c),
            c if quote == Some(c) => quote = None,
            _ => {}
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Formats a duration in milliseconds for people.
pub(super) fn duration(ms: u64) -> String {
    match ms {
        0..1000 => format!("{ms} ms"),
        1000..60_000 => format!("{}.{} s", ms / 1000, ms % 1000 / 100),
        _ => format!("{} min {} s", ms / 60_000, ms % 60_000 / 1000),
    }
}

/// Escapes a text for an element or a quoted attribute in HTML or XML. The text must not contain control characters.
pub(crate) fn entities(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_escaped() {
        assert_eq!(lines("a\r\n\nb\n"), ["a\\r", "", "b"]);
        assert_eq!(lines("::error"), ["\\x3a:error"]);
    }

    #[test]
    fn a_line_of_a_report_is_no_command() {
        assert_eq!(
            disarm("a ::b\n  ::error::c\n\n"),
            "a ::b\n  \\x3a:error::c\n\n"
        );
    }

    #[test]
    fn text_is_folded_between_words_or_within_a_long_word() {
        assert_eq!(fold("one two three", 7), ["one two", "three"]);
        assert_eq!(fold("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
        assert_eq!(fold("日本語", 4), ["日本", "語"]);
        assert_eq!(fold("日", 1), ["日"]);
        assert_eq!(fold("", 3), [""]);
        assert_eq!(clip("日本語", 5), "日本…");
        assert_eq!(clip("abc", 3), "abc");
    }

    #[test]
    fn a_folded_command_is_the_same_to_a_shell() {
        let command = r#"run --note 'two  words "of' "it's \" so" a\ b --end"#;
        let folded = fold_command(command, 20);
        let expected = [
            r"run \",
            r#"  --note 'two  words "of' \"#,
            r#"  "it's \" so" \"#,
            r"  a\ b --end",
        ];
        assert_eq!(folded, expected);
    }
}
