//! Capabilities that a client can claim.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A capability that clients of a type can have but need not have. Scenarios that test it only report their results, unless the client claims
/// the capability: the values of the option `--claims`, and of the key `claim` in a scenario file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Claim {
    /// A caller of `docker login` renews its logins before they expire.
    Refresh,
}

impl Claim {
    /// All claims.
    pub const ALL: [Claim; 1] = [Claim::Refresh];

    /// Returns the value of the option `--claims`.
    pub fn name(self) -> &'static str {
        match self {
            Claim::Refresh => "refresh",
        }
    }
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Claim {
    type Err = UnknownClaim;

    fn from_str(text: &str) -> Result<Self, UnknownClaim> {
        let mut claims = Claim::ALL.into_iter();
        let found = claims.find(|claim| claim.name() == text);
        found.ok_or_else(|| UnknownClaim(text.chars().take(100).collect()))
    }
}

/// The error returned when a string is not the name of a claim.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown claim {0:?}: expected refresh")]
pub struct UnknownClaim(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_parsed_from_its_name() {
        for claim in Claim::ALL {
            assert_eq!(claim.to_string().parse(), Ok(claim));
        }
        let error = "renew".parse::<Claim>().unwrap_err().to_string();
        assert_eq!(error, "unknown claim \"renew\": expected refresh");
    }
}
