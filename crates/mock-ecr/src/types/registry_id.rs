//! Identifies the private and public registries of accounts.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::types::account_id::AccountId;
use crate::types::name::NameError;
use crate::types::region::{Partition, Region};

/// The registry that a repository belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum RegistryId {
    /// The private registry of an account in a Region.
    Private { account: AccountId, region: Region },
    /// The public registry of an account, under one of its aliases.
    Public {
        account: AccountId,
        alias: RegistryAlias,
    },
}

impl RegistryId {
    /// Returns the account that owns the registry.
    pub(crate) fn account(&self) -> AccountId {
        match self {
            RegistryId::Private { account, .. } | RegistryId::Public { account, .. } => *account,
        }
    }

    /// Returns whether it is a private registry in this Region.
    pub(crate) fn is_in(&self, expected: &Region) -> bool {
        match self {
            RegistryId::Private { region, .. } => region == expected,
            RegistryId::Public { .. } => false,
        }
    }

    /// Returns the partition. Public registries exist only in the partition `aws`.
    pub(crate) fn partition(&self) -> Partition {
        match self {
            RegistryId::Private { region, .. } => region.partition(),
            RegistryId::Public { .. } => Partition::AWS,
        }
    }

    /// Returns the part after the account in keys and paths: the Region, or `public!` and the alias. No Region contains `public!`.
    pub(crate) fn place(&self) -> String {
        match self {
            RegistryId::Private { region, .. } => region.to_string(),
            RegistryId::Public { alias, .. } => format!("{PUBLIC}{alias}"),
        }
    }

    /// Parses the values of [`account`](RegistryId::account) and [`place`](RegistryId::place).
    pub(crate) fn parse(account: &str, place: &str) -> Option<Self> {
        let account = account.parse().ok()?;
        Some(match place.strip_prefix(PUBLIC) {
            Some(alias) => RegistryId::Public {
                account,
                alias: alias.parse().ok()?,
            },
            None => RegistryId::Private {
                account,
                region: place.parse().ok()?,
            },
        })
    }

    /// Returns the ARN of a resource in it. Source: the patterns of `Arn` in the service models of ECR and ECR Public.
    pub(crate) fn arn(&self, resource: impl fmt::Display) -> String {
        match self {
            RegistryId::Private { account, region } => {
                let partition = region.partition().name;
                format!("arn:{partition}:ecr:{region}:{account}:{resource}")
            }
            RegistryId::Public { account, .. } => {
                format!("arn:aws:ecr-public::{account}:{resource}")
            }
        }
    }
}

const PUBLIC: &str = "public!";

/// The alias of a public registry, such as `x1y2z3a4`.
///
/// Source of the form: `RegistryAliasName` in the service model of ECR Public.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct RegistryAlias(Arc<str>);

impl FromStr for RegistryAlias {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let is_letter = |c: char| c.is_ascii_lowercase();
        let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let mut words = text.split(['.', '_', '-']);
        let first = words.next().unwrap_or_default();
        let are_words = words.all(|word| !word.is_empty() && word.chars().all(is_word));
        let fits = first.len() >= 2 && first.starts_with(is_letter) && first.chars().all(is_word);
        if (2..=50).contains(&text.len()) && fits && are_words {
            Ok(RegistryAlias(text.into()))
        } else {
            let expected = "2 to 50 characters: a lower-case letter, then lower-case letters and digits, joined by . _ or -";
            Err(NameError::new("registry alias", text, expected))
        }
    }
}

impl fmt::Display for RegistryAlias {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_id_is_parsed_from_account_and_place() {
        let private = RegistryId::Private {
            account: AccountId::EXAMPLE,
            region: "eu-west-1".parse().unwrap(),
        };
        let public = RegistryId::Public {
            account: AccountId::EXAMPLE,
            alias: "x1y2z3a4".parse().unwrap(),
        };
        for (registry, place, arn) in [
            (
                private,
                "eu-west-1",
                "arn:aws:ecr:eu-west-1:123456789012:repository/app",
            ),
            (
                public,
                "public!x1y2z3a4",
                "arn:aws:ecr-public::123456789012:repository/app",
            ),
        ] {
            assert_eq!(registry.place(), place);
            assert_eq!(registry.arn("repository/app"), arn);
            assert_eq!(RegistryId::parse("123456789012", place), Some(registry));
        }
        for wrong in ["", "public!", "public!x", "Public", "public!a/b"] {
            assert_eq!(RegistryId::parse("123456789012", wrong), None, "{wrong}");
        }
    }
}
