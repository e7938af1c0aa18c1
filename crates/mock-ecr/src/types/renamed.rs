//! Adds suggestions to errors about unknown keys, values and parameters: the new name of a renamed key, or a similar name.

use crate::types::expected::with_plain_type;
use crate::types::similar::{DidYouMean, most_similar};

/// Adds a suggestion to the message of an error about an unknown key or value: the new name if the key was renamed,
/// otherwise the most similar expected names. In other messages, replaces types of Rust.
pub(crate) fn with_suggestion(message: String) -> String {
    let Some((found, expected)) = unknown_name(&message) else {
        return with_plain_type(message);
    };
    match new_name(found) {
        Some(new) => format!("{message}; it was renamed to `{new}`"),
        None => {
            let similar = most_similar(found, expected);
            format!("{message}{}", DidYouMean(&similar))
        }
    }
}

/// Returns the unknown name and the expected names of a message of serde.
pub(crate) fn unknown_name(message: &str) -> Option<(&str, impl Iterator<Item = &str>)> {
    let is_field_or_variant = ["unknown field `", "unknown variant `"];
    let rest = is_field_or_variant
        .iter()
        .find_map(|start| message.strip_prefix(start))?;
    let mut quoted = rest.split('`');
    let found = quoted.next()?;
    // Names and the text between them alternate.
    Some((found, quoted.skip(1).step_by(2)))
}

/// Returns the new name of a key or parameter that was renamed.
pub(crate) fn new_name(old: &str) -> Option<&'static str> {
    let mut names = RENAMED.iter();
    names.find(|(name, _)| *name == old).map(|(_, new)| *new)
}

const RENAMED: [(&str, &str); 5] = [
    ("plane", "service"),
    ("token_life", "token_ttl"),
    ("way", "ingress"),
    ("what", "action"),
    ("when", "match"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_about_an_old_key_contains_the_new_one() {
        let message = |text: &str| with_suggestion(text.to_owned());
        assert_eq!(
            message("unknown field `when`, expected `match`"),
            "unknown field `when`, expected `match`; it was renamed to `match`"
        );
        let other = "unknown field `x`, expected `match`";
        assert_eq!(message(other), other);
    }

    #[test]
    fn the_message_about_a_misspelled_key_or_value_contains_a_similar_one() {
        let message = |text: &str| with_suggestion(text.to_owned());
        for kind in ["field", "variant"] {
            let text = format!("unknown {kind} `sede`, expected one of `region`, `seed`, `store`");
            assert_eq!(message(&text), format!("{text}; did you mean \"seed\"?"));
        }
        let text = "invalid type: integer `7`, expected a string";
        assert_eq!(message(text), text);
    }
}
