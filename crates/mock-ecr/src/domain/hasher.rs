//! Computes digests of streams and of byte slices.

use serde::{Deserialize, Serialize};
use sha2::digest::common::hazmat::SerializableState as _;
use sha2::{Digest as _, Sha256, Sha512};

use crate::types::{Algorithm, Digest};

/// An incremental computation of a digest.
#[derive(Clone, Debug)]
pub(crate) enum Hasher {
    Sha256(Sha256),
    Sha512(Box<Sha512>),
}

impl Hasher {
    pub(crate) fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Sha256 => Hasher::Sha256(Sha256::new()),
            Algorithm::Sha512 => Hasher::Sha512(Box::default()),
        }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Hasher::Sha256(hasher) => hasher.update(bytes),
            Hasher::Sha512(hasher) => hasher.update(bytes),
        }
    }

    pub(crate) fn finish(self) -> Digest {
        match self {
            Hasher::Sha256(hasher) => sha256_digest(hasher),
            Hasher::Sha512(hasher) => Digest::of(Algorithm::Sha512, &hasher.finalize()),
        }
    }
}

/// The state of an incremental SHA-256 digest, which another process can resume.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Sha256State(String);

impl Sha256State {
    /// Returns the state before the first byte.
    pub(crate) fn initial() -> Self {
        Sha256State::of(&Sha256::new())
    }

    pub(crate) fn of(hasher: &Sha256) -> Self {
        let bytes = hasher.serialize();
        Sha256State(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// Returns a hasher in this state.
    pub(crate) fn resume(&self) -> Sha256 {
        parse(&self.0).expect("checked when the value was created")
    }
}

impl TryFrom<String> for Sha256State {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match parse(&text) {
            Some(_) => Ok(Sha256State(text)),
            None => Err("expected the state of a SHA-256 digest in hexadecimal"),
        }
    }
}

impl From<Sha256State> for String {
    fn from(state: Sha256State) -> Self {
        state.0
    }
}

fn parse(text: &str) -> Option<Sha256> {
    let digits = text.as_bytes().chunks(2);
    let bytes = digits.map(|pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok());
    let bytes: Vec<u8> = bytes.collect::<Option<_>>()?;
    Sha256::deserialize(bytes[..].try_into().ok()?).ok()
}

/// Returns the digest that a hasher has computed.
pub(crate) fn sha256_digest(hasher: Sha256) -> Digest {
    Digest::of(Algorithm::Sha256, &hasher.finalize())
}

/// Returns the digest of a byte slice.
pub(crate) fn digest_of(algorithm: Algorithm, bytes: &[u8]) -> Digest {
    let mut hasher = Hasher::new(algorithm);
    hasher.update(bytes);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_resumed() {
        let text = [7; 200];
        for at in [0, 1, 63, 64, 65, 200] {
            let mut first = Sha256State::initial().resume();
            first.update(&text[..at]);
            let json = serde_json::to_string(&Sha256State::of(&first)).unwrap();
            let state: Sha256State = serde_json::from_str(&json).unwrap();
            let mut second = state.resume();
            second.update(&text[at..]);
            assert_eq!(sha256_digest(second), digest_of(Algorithm::Sha256, &text));
        }
    }

    #[test]
    fn an_invalid_state_is_an_error() {
        for text in ["", "00", "zz", "é"] {
            assert!(Sha256State::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
