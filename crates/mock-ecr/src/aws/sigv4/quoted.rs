//! Removes the values of clients from the messages about incomplete signatures.

use std::borrow::Cow;

/// Returns a message about an incomplete signature without the value that it quotes. A client can put a secret in the wrong place, for example
/// a secret key in the credential.
pub(crate) fn without_quoted_value(message: &str) -> Cow<'_, str> {
    let starts = QUOTES.iter().filter_map(|quote| {
        let at = message.find(quote)?;
        Some(at + quote.len())
    });
    let (Some(start), Some(end)) = (starts.min(), message.rfind('\'')) else {
        return message.into();
    };
    match message.get(start..end) {
        Some(_) => format!("{}REDACTED{}", &message[..start], &message[end..]).into(),
        None => message.into(),
    }
}

/// The texts before a quoted value.
const QUOTES: [&str; 3] = ["got '", "Got '", "AWS 'algorithm': '"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_value_of_the_client_is_removed() {
        for (message, expected) in [
            (
                "Unsupported AWS 'algorithm': 'secret'.",
                "Unsupported AWS 'algorithm': 'REDACTED'.",
            ),
            (
                "Date must be in ISO-8601 'basic format'. Got 'a'b'. See http://x",
                "Date must be in ISO-8601 'basic format'. Got 'REDACTED'. See http://x",
            ),
            (
                "Authorization header requires 'Credential' parameter. ",
                "Authorization header requires 'Credential' parameter. ",
            ),
            ("got '", "got '"),
        ] {
            assert_eq!(without_quoted_value(message), expected);
        }
    }
}
