//! Names and IDs of repositories.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::types::account_id::AccountId;
use crate::types::name::{NameError, as_text};
use crate::types::region::Region;
use crate::types::registry_id::RegistryId;

/// The name of a repository, such as `team/app`.
///
/// A name has 2 to 256 characters: lower-case letters, digits and separators. A separator is `.`, `_`, `__`, `/` or any
/// number of hyphens, and is always between two letters or digits. Source of the form: the pattern and the length
/// limits of `RepositoryName` in ECR's service model (botocore 1.44.5).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RepositoryName(Arc<str>);

impl RepositoryName {
    /// Returns the name as a string.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RepositoryName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        if (2..=256).contains(&text.len()) && text.split('/').all(is_component) {
            Ok(RepositoryName(text.into()))
        } else {
            let expected = "2 to 256 characters: lower-case letters and digits, joined by . _ __ - or /, such as team/app";
            Err(NameError::new("repository name", text, expected))
        }
    }
}

/// Returns whether a text consists of words that are joined by a dot, one or two underscores, or any number of hyphens.
fn is_component(text: &str) -> bool {
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let is_separator = |separator: &str| {
        matches!(separator, "." | "_" | "__")
            || (!separator.is_empty() && separator.bytes().all(|c| c == b'-'))
    };
    text.starts_with(is_word)
        && text.ends_with(is_word)
        && text
            .split(is_word)
            .filter(|between| !between.is_empty())
            .all(is_separator)
}

impl From<RepositoryName> for String {
    fn from(name: RepositoryName) -> String {
        name.0.as_ref().to_owned()
    }
}

as_text!(RepositoryName);

/// The ID of a repository: its registry and its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct RepositoryId {
    pub(crate) registry: RegistryId,
    pub(crate) name: RepositoryName,
}

impl RepositoryId {
    /// Creates the ID of a repository in the private registry of an account in a Region.
    pub(crate) fn private(account: AccountId, region: Region, name: RepositoryName) -> Self {
        let registry = RegistryId::Private { account, region };
        RepositoryId { registry, name }
    }

    /// Returns the account that owns the registry.
    pub(crate) fn account(&self) -> AccountId {
        self.registry.account()
    }
}

/// Formats the ARN, such as `arn:aws:ecr:us-east-1:123456789012:repository/app`.
impl fmt::Display for RepositoryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let resource = format_args!("repository/{}", self.name);
        f.write_str(&self.registry.arn(resource))
    }
}

impl FromStr for RepositoryId {
    type Err = NameError;

    /// Parses the ARN of a private repository. Its partition must be that of its Region.
    fn from_str(text: &str) -> Result<Self, NameError> {
        let read = || {
            let rest = text.strip_prefix("arn:")?;
            let [_partition, "ecr", region, account, resource] =
                rest.splitn(5, ':').collect::<Vec<_>>()[..]
            else {
                return None;
            };
            let name = resource.strip_prefix("repository/")?.parse().ok()?;
            Some(RepositoryId::private(
                account.parse().ok()?,
                region.parse().ok()?,
                name,
            ))
        };
        read().filter(|id| id.to_string() == text).ok_or_else(|| {
            let expected = "an ARN such as arn:aws:ecr:us-east-1:123456789012:repository/app";
            NameError::new("repository ARN", text, expected)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_name_consists_of_words_and_separators() {
        for right in ["ab", "a/b", "a__b", "a---b/c.d_e", "0/1", &"a".repeat(256)] {
            assert_eq!(right.parse::<RepositoryName>().unwrap().as_str(), right);
        }
        for wrong in [
            "",
            "a",
            "A/b",
            "a//b",
            "/a",
            "a/",
            "a..b",
            "a___b",
            "a.-b",
            "-a",
            "a-",
            "a\n",
            "é/a",
            &"a".repeat(257),
        ] {
            assert!(wrong.parse::<RepositoryName>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn an_arn_contains_partition_region_account_and_repository() {
        let region = "cn-north-1".parse().unwrap();
        let name = "team/app".parse().unwrap();
        let id = RepositoryId::private(AccountId::EXAMPLE, region, name);
        assert_eq!(
            id.to_string(),
            "arn:aws-cn:ecr:cn-north-1:123456789012:repository/team/app"
        );
        assert_eq!(id.to_string().parse(), Ok(id));
        for wrong in [
            "",
            "arn:aws:ecr:cn-north-1:123456789012:repository/app",
            "arn:aws:ecr:us-east-1:123456789012:app",
            "arn:aws:iam::123456789012:user/app",
        ] {
            assert!(wrong.parse::<RepositoryId>().is_err(), "{wrong}");
        }
    }
}
