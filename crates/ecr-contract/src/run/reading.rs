//! Removes from a text the encodings that programs apply when they print, quote or send a word.

use std::ops::Range;

use crate::run::byte_array;
use crate::run::escapes::{self, Backslashes};

/// A text in which the encodings of a word are removed, and the position of each byte in the original text.
///
/// Whitespace, quotes and backslashes are removed, so that a word is the same however it is wrapped and quoted. `-` and `_` are replaced by
/// `+` and `/`, so that both alphabets of base64 are equal.
#[derive(Debug)]
pub(super) struct Reading {
    bytes: Vec<u8>,
    positions: Vec<Range<usize>>,
}

impl Reading {
    /// Reads a text in which a backslash, a percent sign and an ampersand have no meaning. A secret is read in this way.
    pub(super) fn literal(text: &str) -> Self {
        Reading::of(text, |rest| (rest[0], 1))
    }

    /// Decodes the escapes of JSON, of programming languages, of URLs and of XML.
    pub(super) fn decoded(text: &str, backslashes: Backslashes) -> Self {
        Reading::of(text, |rest| {
            escapes::decode(rest, backslashes).unwrap_or((rest[0], 1))
        })
    }

    /// Decodes arrays of bytes.
    pub(super) fn of_arrays(text: &str) -> Self {
        Reading::of(text, byte_array::decode)
    }

    /// `first` returns the first byte that a text stands for, and the number of bytes that encode it.
    fn of(text: &str, first: impl Fn(&[u8]) -> (u8, usize)) -> Self {
        let mut reading = Reading {
            bytes: Vec::with_capacity(text.len()),
            positions: Vec::with_capacity(text.len()),
        };
        let mut at = 0;
        while at < text.len() {
            let (byte, length) = first(&text.as_bytes()[at..]);
            if let Some(byte) = canonical(byte) {
                reading.bytes.push(byte);
                reading.positions.push(at..at + length);
            }
            at += length;
        }
        reading
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the range of the original text for a range that is not empty.
    pub(super) fn original(&self, range: &Range<usize>) -> Range<usize> {
        self.positions[range.start].start..self.positions[range.end - 1].end
    }
}

fn canonical(byte: u8) -> Option<u8> {
    match byte {
        b'\'' | b'"' | b'`' | b'\\' => None,
        byte if byte.is_ascii_whitespace() => None,
        b'-' => Some(b'+'),
        b'_' => Some(b'/'),
        byte => Some(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_whitespace_are_removed_and_positions_are_kept() {
        let reading = Reading::literal("a 'b'\n\\\tc-d_e%2F");
        assert_eq!(reading.bytes(), b"abc+d/e%2F");
        assert_eq!(reading.original(&(1..3)), 3..9);
    }

    #[test]
    fn escapes_are_decoded() {
        let text = r"a\n\/\u002B\\x2b&#43;&#x2f;&amp;%2f%zz\053=\=&no;";
        let reading = Reading::decoded(text, Backslashes::Several);
        assert_eq!(reading.bytes(), b"a/+++/&/%zz+==&no;");
        assert_eq!(reading.original(&(2..3)), 5..11);
    }

    #[test]
    fn arrays_of_bytes_are_decoded() {
        let reading = Reading::of_arrays("{\"data\":[65, 43,\n45]}");
        assert_eq!(reading.bytes().last_chunk(), Some(b"A++"));
    }
}
