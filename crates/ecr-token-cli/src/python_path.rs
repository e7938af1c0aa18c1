//! Expands paths as Python's `os.path` does.

use std::path::is_separator;

use crate::platform;

/// `os.path.expanduser`, for the home directory of the current user.
pub(crate) fn expand_user(path: &str) -> String {
    match (path.strip_prefix('~'), platform::home()) {
        (Some(rest), Some(home)) if rest.is_empty() || rest.starts_with(is_separator) => {
            let home = home.trim_end_matches(is_separator);
            match (home, rest) {
                ("", "") => "/".to_owned(),
                (home, rest) => format!("{home}{rest}"),
            }
        }
        _ => path.to_owned(),
    }
}

/// `os.path.expandvars`. An unknown variable is not replaced.
pub(crate) fn expand_variables(path: &str) -> String {
    let mut expanded = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('$') {
        expanded.push_str(before);
        let (reference, remainder) = variable(after);
        let name = reference.trim_matches(['{', '}']);
        match std::env::var(name) {
            Ok(value) if !name.is_empty() => expanded.push_str(&value),
            _ => {
                expanded.push('$');
                expanded.push_str(reference);
            }
        }
        rest = remainder;
    }
    expanded + rest
}

/// Splits `NAME…` or `{NAME}…` after a dollar sign.
fn variable(text: &str) -> (&str, &str) {
    if text.starts_with('{') {
        return match text.find('}') {
            Some(end) => text.split_at(end + 1),
            None => ("", text),
        };
    }
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.split_at(text.find(|c| !is_name(c)).unwrap_or(text.len()))
}
