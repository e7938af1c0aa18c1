//! Shortens long texts for messages.

use std::borrow::Cow;

/// Shortens a text of more than `max` characters in its middle: a message begins with the problem and ends with the expected value.
///
/// A secret in the text can be cut. A text that is recorded must be redacted before it is shortened.
pub(crate) fn shortened(text: &str, max: usize) -> Cow<'_, str> {
    let half = max / 2;
    let middle = text.char_indices().nth(half).map(|(start, _)| start);
    let end = text.char_indices().nth_back(half - 1).map(|(end, _)| end);
    match (middle, end, text.chars().nth(max)) {
        (Some(middle), Some(end), Some(_)) => {
            format!("{}…{}", &text[..middle], &text[end..]).into()
        }
        _ => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn the_middle_of_a_long_text_is_omitted() {
        assert_eq!(shortened("ééabcé", 6), "ééabcé");
        assert_eq!(shortened("ééabcéü", 6), "ééa…céü");
        assert_eq!(shortened("", 2), "");
    }
}
