//! Adds the new name to errors about keys and parameters that were renamed.

/// Adds the new name to the message of an error about an unknown key, if the key was renamed.
pub(crate) fn with_new_name(message: String) -> String {
    let key = message
        .strip_prefix("unknown field `")
        .and_then(|rest| rest.split('`').next());
    match key.and_then(new_name) {
        Some(new) => format!("{message}; it was renamed to `{new}`"),
        None => message,
    }
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
        let message = |text: &str| with_new_name(text.to_owned());
        assert_eq!(
            message("unknown field `when`, expected `match`"),
            "unknown field `when`, expected `match`; it was renamed to `match`"
        );
        let other = "unknown field `wen`, expected `match`";
        assert_eq!(message(other), other);
    }
}
