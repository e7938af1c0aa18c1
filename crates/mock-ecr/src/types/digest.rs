//! Digests of blobs and manifests.

use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::types::name::{NameError, as_text};

/// A digest algorithm. Source: the registered algorithms of the OCI image specification, `descriptor.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Algorithm {
    Sha256,
    Sha512,
}

impl Algorithm {
    const ALL: [Algorithm; 2] = [Algorithm::Sha256, Algorithm::Sha512];

    /// Returns the prefix of digests, without the colon.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Algorithm::Sha256 => "sha256",
            Algorithm::Sha512 => "sha512",
        }
    }

    fn hex_digits(self) -> usize {
        match self {
            Algorithm::Sha256 => 64,
            Algorithm::Sha512 => 128,
        }
    }
}

/// The digest of a blob or manifest, such as `sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest(Arc<str>);

impl Digest {
    pub(crate) fn of(algorithm: Algorithm, bytes: &[u8]) -> Self {
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        Digest(format!("{}:{hex}", algorithm.as_str()).into())
    }

    /// Returns the digest as a string, including its algorithm.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the algorithm.
    pub(crate) fn algorithm(&self) -> Algorithm {
        match self.hex().len() {
            64 => Algorithm::Sha256,
            _ => Algorithm::Sha512,
        }
    }

    /// Returns the hexadecimal digits after the colon.
    pub(crate) fn hex(&self) -> &str {
        self.0
            .split_once(':')
            .expect("a parsed digest has a colon")
            .1
    }
}

impl FromStr for Digest {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let is_hex = |c: u8| c.is_ascii_digit() || (b'a'..=b'f').contains(&c);
        let is_digest = text.split_once(':').is_some_and(|(name, hex)| {
            Algorithm::ALL.into_iter().any(|algorithm| {
                name == algorithm.as_str()
                    && hex.len() == algorithm.hex_digits()
                    && hex.bytes().all(is_hex)
            })
        });
        if is_digest {
            Ok(Digest(text.into()))
        } else {
            let expected = "sha256: with 64 or sha512: with 128 lower-case hexadecimal digits";
            Err(NameError::new("digest", text, expected))
        }
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> String {
        digest.0.as_ref().to_owned()
    }
}

as_text!(Digest);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_digest_has_the_algorithm_and_the_number_of_digits_of_its_prefix() {
        let digest: Digest = format!("sha256:{}", "0a".repeat(32)).parse().unwrap();
        assert_eq!(digest.algorithm(), Algorithm::Sha256);
        assert_eq!(digest.hex(), "0a".repeat(32));
        let digest: Digest = format!("sha512:{}", "0a".repeat(64)).parse().unwrap();
        assert_eq!(digest.algorithm(), Algorithm::Sha512);
        for wrong in [
            String::new(),
            "sha256:".to_owned(),
            "0a".repeat(32),
            format!("sha256:{}", "0A".repeat(32)),
            format!("sha256:{}", "0a".repeat(31)),
            format!("sha256:{}", "0g".repeat(32)),
            format!("sha512:{}", "0a".repeat(32)),
            format!("md5:{}", "0a".repeat(16)),
            format!("sha256:{}\n", "0a".repeat(32)),
        ] {
            assert!(wrong.parse::<Digest>().is_err(), "{wrong:?}");
        }
    }

    proptest! {
        #[test]
        fn a_computed_digest_can_be_parsed(bytes: [u8; 32]) {
            let digest = Digest::of(Algorithm::Sha256, &bytes);
            prop_assert_eq!(digest.as_str().parse::<Digest>(), Ok(digest));
        }

        #[test]
        fn any_text_is_parsed_without_panic(text in ".*|sha256:.*") {
            let _ = text.parse::<Digest>();
        }
    }
}
