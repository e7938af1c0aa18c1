//! Removes from a text what a program adds when it wraps or escapes a long word.

use std::ops::Range;

/// A text without whitespace and with decoded percent escapes, and the position of each byte in the original text.
///
/// The escapes `\n`, `\r` and `\t` of JSON count as whitespace.
#[derive(Debug)]
pub(super) struct Condensed {
    bytes: Vec<u8>,
    positions: Vec<Range<usize>>,
}

impl Condensed {
    pub(super) fn of(text: &str) -> Self {
        let mut condensed = Condensed {
            bytes: Vec::with_capacity(text.len()),
            positions: Vec::with_capacity(text.len()),
        };
        let mut at = 0;
        while at < text.len() {
            let (byte, length) = first(&text.as_bytes()[at..]);
            if let Some(byte) = byte {
                condensed.bytes.push(byte);
                condensed.positions.push(at..at + length);
            }
            at += length;
        }
        condensed
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the range of the original text for a range that is not empty.
    pub(super) fn original(&self, range: &Range<usize>) -> Range<usize> {
        self.positions[range.start].start..self.positions[range.end - 1].end
    }
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
        let condensed = Condensed::of("a b\n\tc\\nd%2Fe%zz\\x");
        assert_eq!(condensed.bytes(), br"abcd/e%zz\x");
        assert_eq!(condensed.original(&(1..3)), 2..6);
        assert_eq!(condensed.original(&(3..5)), 8..12);
    }
}
