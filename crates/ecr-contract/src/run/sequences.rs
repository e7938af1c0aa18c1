//! Sets of short sequences of bytes.

use std::collections::HashSet;
use std::fmt;

/// The length of a sequence: the number of characters of a secret that are redacted if they are found together.
pub(super) const LENGTH: usize = 16;

/// A set of sequences of [`LENGTH`] bytes. A sequence and its reverse are equal.
pub(super) struct Sequences {
    sequences: HashSet<[u8; LENGTH]>,
    /// A bit for the hash of each sequence. Most lookups need only this bit.
    filter: Vec<u64>,
}

impl Default for Sequences {
    fn default() -> Self {
        Sequences {
            sequences: HashSet::new(),
            filter: vec![0; 1 << (FILTER_BITS - 6)],
        }
    }
}

impl Sequences {
    /// Adds every sequence of a text.
    pub(super) fn insert(&mut self, text: &[u8]) {
        for sequence in sequences(text) {
            self.insert_sequence(sequence);
        }
    }

    /// Adds the sequences of a text that another set contains.
    pub(super) fn insert_common(&mut self, text: &[u8], other: &Sequences) {
        for sequence in sequences(text) {
            if other.contains(sequence) {
                self.insert_sequence(sequence);
            }
        }
    }

    /// Returns whether a text begins with a sequence of this set.
    pub(super) fn contains_start(&self, text: &[u8]) -> bool {
        text.first_chunk()
            .is_some_and(|sequence| self.contains(sequence))
    }

    fn contains(&self, sequence: &[u8; LENGTH]) -> bool {
        let (word, bit) = place(sequence);
        self.filter[word] & bit != 0 && self.sequences.contains(&canonical(sequence))
    }

    fn insert_sequence(&mut self, sequence: &[u8; LENGTH]) {
        let (word, bit) = place(sequence);
        self.filter[word] |= bit;
        self.sequences.insert(canonical(sequence));
    }
}

fn sequences(text: &[u8]) -> impl Iterator<Item = &[u8; LENGTH]> {
    (0..text.len()).map_while(|at| text[at..].first_chunk())
}

/// Returns the sequence or its reverse, whichever comes first.
fn canonical(sequence: &[u8; LENGTH]) -> [u8; LENGTH] {
    let mut reversed = *sequence;
    reversed.reverse();
    reversed.min(*sequence)
}

/// Returns the bit of a sequence in the filter. It is the same for the reverse.
fn place(sequence: &[u8; LENGTH]) -> (usize, u64) {
    let number = u128::from_le_bytes(*sequence);
    let folded = (number ^ number.swap_bytes()) as u64;
    let hash = folded.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - FILTER_BITS);
    let word = usize::try_from(hash >> 6).expect("the hash has 20 bits");
    (word, 1 << (hash & 63))
}

const FILTER_BITS: u32 = 20;

impl fmt::Debug for Sequences {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sequences(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sequence_and_its_reverse_are_equal() {
        let mut sequences = Sequences::default();
        sequences.insert(b"0123456789abcdefg");
        for text in ["0123456789abcdef!", "123456789abcdefg", "fedcba9876543210"] {
            assert!(sequences.contains_start(text.as_bytes()), "{text}");
        }
        for text in ["23456789abcdefg!", "0123456789abcde", ""] {
            assert!(!sequences.contains_start(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn only_common_sequences_are_added() {
        let mut candidates = Sequences::default();
        candidates.insert(b"--0123456789abcdef--");
        let mut common = Sequences::default();
        common.insert_common(b"0123456789abcdefghi", &candidates);
        assert!(common.contains_start(b"0123456789abcdef"));
        assert!(!common.contains_start(b"123456789abcdefg"));
        assert!(!common.contains_start(b"-0123456789abcde"));
    }
}
