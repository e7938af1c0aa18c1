//! The current names of the keys and values in scenario files that were renamed.

/// Returns the message of a deserialization error. If the error is about a renamed key or value, adds the current name to the message.
pub(super) fn with_current_name(message: &str) -> String {
    let renamed = rejected(message, "unknown field `", &KEYS)
        .or_else(|| rejected(message, "unknown variant `", &VALUES));
    match renamed {
        Some((old, new)) => format!("`{old}` was renamed to `{new}`"),
        None => message.to_owned(),
    }
}

fn rejected(message: &str, start: &str, table: &[Renamed]) -> Option<Renamed> {
    let (name, _) = message.strip_prefix(start)?.split_once('`')?;
    table.iter().find(|(old, _)| *old == name).copied()
}

/// An old name and the current name.
type Renamed = (&'static str, &'static str);

const KEYS: [Renamed; 22] = [
    ("age", "backdate"),
    ("also", "other_registries"),
    ("answer", "result"),
    ("ask", "run"),
    ("calls_for_each", "calls_per_registry"),
    ("classes", "client_types"),
    ("kept", "stored_passwords"),
    ("logins", "logins_per_host"),
    ("needs_fence", "needs_sandbox"),
    ("not_yet", "skip"),
    ("observe", "info"),
    ("password_by", "password_via"),
    ("patience", "timeout"),
    ("plane", "service"),
    ("reason", "error_text"),
    ("says", "prints"),
    ("spoil", "corrupt"),
    ("token_life", "token_ttl"),
    ("unsaid", "never_prints"),
    ("what", "action"),
    ("when", "match"),
    ("world", "config"),
];

const VALUES: [Renamed; 11] = [
    ("alive", "valid"),
    ("either", "login-or-error"),
    ("fits", "matches"),
    ("fresh", "valid"),
    ("hard-error", "other-error"),
    ("hosts", "sandbox"),
    ("observe", "info"),
    ("other", "different"),
    ("refusal", "error"),
    ("whole", "valid_json"),
    ("zero_or_reason", "zero_or_message"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Source;

    #[test]
    fn a_scenario_with_an_old_name_is_rejected_with_the_current_name() {
        let head = "id = 'T-1'\ntitle = 't'\nseverity = 'must'\nclient_types = 'all'\nwhy = []\n[[step]]\n";
        for (step, expected) in [
            (
                "ask = {}",
                "t.toml:7: step[0].ask: `ask` was renamed to `run`",
            ),
            (
                "expect.secret = 'alive'",
                "t.toml:7: step[0].expect.secret: `alive` was renamed to `valid`",
            ),
            (
                "faults = [{ what = 'x' }]",
                "t.toml:7: step[0].faults[0].what: `what` was renamed to `action`",
            ),
        ] {
            let (file, text) = ("t.toml".to_owned(), format!("{head}{step}\n"));
            let built_in = false;
            let source = Source {
                file,
                text,
                built_in,
            };
            let error = source.cases().unwrap_err();
            assert_eq!(error.to_string(), expected);
        }
    }

    #[test]
    fn a_renamed_key_or_value_is_reported_with_its_current_name() {
        let current = |message| with_current_name(message);
        let key = "unknown field `classes`, expected one of `id`, `title`";
        assert_eq!(current(key), "`classes` was renamed to `client_types`");
        let value = "unknown variant `alive`, expected one of `issued`, `valid`";
        assert_eq!(current(value), "`alive` was renamed to `valid`");
    }

    #[test]
    fn other_messages_are_unchanged() {
        for message in [
            "unknown field `klasses`, expected `id`",
            "unknown variant `classes`, expected `issued`",
            "missing field `classes`",
        ] {
            assert_eq!(with_current_name(message), message);
        }
    }

    #[test]
    fn each_table_is_sorted() {
        assert!(KEYS.is_sorted() && VALUES.is_sorted());
    }
}
