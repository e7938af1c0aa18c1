//! Removes from a text what a program adds when it wraps a long word or writes it in a URL.

/// Returns a text without whitespace and with decoded percent escapes. The escapes `\n`, `\r` and `\t` of JSON count as whitespace.
pub(super) fn condensed(text: &str) -> Vec<u8> {
    let mut condensed = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while !rest.is_empty() {
        let (byte, length) = first(rest);
        condensed.extend(byte);
        rest = &rest[length..];
    }
    condensed
}

/// Returns the first byte of a text, unless it is whitespace, and the number of bytes that encode it.
fn first(text: &[u8]) -> (Option<u8>, usize) {
    match text {
        [b'\\', b'n' | b'r' | b't', ..] => (None, 2),
        [b'%', high, low, ..] => match hex(*high, *low) {
            Some(byte) => (Some(byte), 3),
            None => (Some(b'%'), 1),
        },
        [byte, ..] => (Some(*byte).filter(|byte| !byte.is_ascii_whitespace()), 1),
        [] => (None, 0),
    }
}

fn hex(high: u8, low: u8) -> Option<u8> {
    let [high, low] = [high, low].map(|digit| char::from(digit).to_digit(16));
    u8::try_from(high? * 16 + low?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whitespace_is_removed_and_escapes_are_decoded() {
        assert_eq!(condensed("a b\n\tc\\nd%2Fe%zz\\x"), br"abcd/e%zz\x");
    }
}
