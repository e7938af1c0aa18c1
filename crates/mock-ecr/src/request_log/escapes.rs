//! Decodes the escapes of URLs and JSON, and maps positions in the result to positions in the original text.

use std::ops::Range;

/// A text without escapes, and the position of each byte in the original text.
pub(super) struct Unescaped {
    bytes: Vec<u8>,
    /// The position of each byte, and the length of the original text at the end.
    positions: Vec<usize>,
}

impl Unescaped {
    /// Decodes the escapes of a text once. Returns `None` if the text has no escapes.
    pub(super) fn of(text: &[u8]) -> Option<Self> {
        // Escapes begin with these bytes.
        memchr::memchr2(b'%', b'\\', text)?;
        let unchanged = Unescaped {
            bytes: text.to_vec(),
            positions: (0..=text.len()).collect(),
        };
        unchanged.again()
    }

    /// Decodes the escapes in the result once more. Returns `None` if it has no escapes.
    pub(super) fn again(&self) -> Option<Self> {
        let mut result = Unescaped {
            bytes: Vec::with_capacity(self.bytes.len()),
            positions: Vec::with_capacity(self.positions.len()),
        };
        let mut at = 0;
        while at < self.bytes.len() {
            let (byte, length) = first(&self.bytes[at..]);
            result.bytes.push(byte);
            result.positions.push(self.positions[at]);
            at += length;
        }
        result.positions.push(self.positions[at]);
        (result.bytes.len() < self.bytes.len()).then_some(result)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the range of the original text from which a range of the result was decoded.
    pub(super) fn original(&self, range: Range<usize>) -> Range<usize> {
        self.positions[range.start]..self.positions[range.end]
    }
}

/// Decodes the first byte of a text, and returns it with the length of its encoding.
fn first(text: &[u8]) -> (u8, usize) {
    let decoded = match text {
        [b'%', high, low, ..] => hex(&[*high, *low]).map(|byte| (byte, 3)),
        [b'\\', b'u', b'0', b'0', high, low, ..] => hex(&[*high, *low]).map(|byte| (byte, 6)),
        [b'\\', escaped @ (b'/' | b'"' | b'\\'), ..] => Some((*escaped, 2)),
        _ => None,
    };
    decoded.unwrap_or((text[0], 1))
}

fn hex(digits: &[u8; 2]) -> Option<u8> {
    let [high, low] = digits.map(|digit| char::from(digit).to_digit(16));
    u8::try_from(high? * 16 + low?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_decoded_and_positions_are_those_of_the_original() {
        let decoded = Unescaped::of(br"a%2Fb\/c\u002fd%zz\x%").unwrap();
        assert_eq!(decoded.bytes(), br"a/b/c/d%zz\x%");
        assert_eq!(decoded.original(1..4), 1..7);
        assert_eq!(decoded.original(5..6), 8..14);
        assert_eq!(decoded.original(0..13), 0..21);
        assert!(decoded.again().is_none());
        assert!(Unescaped::of(b"a/b").is_none());
    }

    #[test]
    fn escapes_of_escapes_are_decoded_one_level_at_a_time() {
        let once = Unescaped::of(b"%25252F.").unwrap();
        assert_eq!(once.bytes(), b"%252F.");
        let twice = once.again().unwrap();
        let thrice = twice.again().unwrap();
        assert_eq!(thrice.bytes(), b"/.");
        assert_eq!(thrice.original(0..1), 0..7);
    }
}
