//! The names that requests carry: parse and print, nothing else.

mod digest;
pub(crate) mod duration;
mod reference;
mod region;
mod repository;
pub(crate) mod secret;
pub(crate) mod timestamp;
mod upload_id;

use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub(crate) use digest::{Algorithm, Digest};
pub(crate) use reference::{Reference, Tag};
pub(crate) use region::REGIONS;
pub use region::{Partition, Region};
pub(crate) use repository::RepositoryId;
pub use repository::RepositoryName;
pub(crate) use upload_id::UploadId;

/// The twelve digits of an AWS account, which is also the id of its registry.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct AccountId([u8; 12]);

impl Serialize for AccountId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl AccountId {
    /// The account of AWS's documentation examples, and of a world that names none.
    pub const EXAMPLE: AccountId = AccountId(*b"123456789012");

    /// The twelve digits.
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).expect("an account id is made of ASCII digits")
    }
}

impl FromStr for AccountId {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        <[u8; 12]>::try_from(text.as_bytes())
            .ok()
            .filter(|digits| digits.iter().all(u8::is_ascii_digit))
            .map(AccountId)
            .ok_or_else(|| NameError::new("an account id", text, "12 digits, such as 123456789012"))
    }
}

/// The ARN of who calls: a user, a role session or the root of an account.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PrincipalArn(Arc<str>);

impl From<PrincipalArn> for String {
    fn from(arn: PrincipalArn) -> Self {
        arn.as_str().to_owned()
    }
}

impl PrincipalArn {
    /// The root user of `account`, in the partition of `region`.
    pub fn root(account: AccountId, region: &Region) -> Self {
        let partition = region.partition().name;
        PrincipalArn(format!("arn:{partition}:iam::{account}:root").into())
    }

    /// A user of `account`, in the partition of `region`.
    pub(crate) fn user(account: AccountId, region: &Region, name: &str) -> Self {
        let partition = region.partition().name;
        PrincipalArn(format!("arn:{partition}:iam::{account}:user/{name}").into())
    }

    /// The whole ARN.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The account that the principal belongs to.
    pub fn account(&self) -> AccountId {
        self.part(4)
            .parse()
            .expect("parsing an ARN checks its account")
    }

    /// Whether this is the root user of its account.
    pub fn is_root(&self) -> bool {
        self.part(5) == "root"
    }

    fn part(&self, index: usize) -> &str {
        self.0
            .splitn(6, ':')
            .nth(index)
            .expect("parsing an ARN checks its six parts")
    }
}

impl FromStr for PrincipalArn {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let is_arn = matches!(parts[..], ["arn", partition, "iam" | "sts", "", account, resource]
            if !partition.is_empty() && account.parse::<AccountId>().is_ok() && !resource.is_empty());
        let is_printable = text.len() <= 2048 && text.bytes().all(|c| c.is_ascii_graphic());
        if is_arn && is_printable {
            Ok(PrincipalArn(text.into()))
        } else {
            Err(NameError::new(
                "the ARN of a principal",
                text,
                "arn:PARTITION:iam|sts::ACCOUNT:RESOURCE, such as arn:aws:iam::123456789012:user/developer",
            ))
        }
    }
}

/// A name that is not what it should be; says what it is, and what was expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} is not {what}; expected {expected}")]
pub struct NameError {
    what: &'static str,
    found: String,
    expected: &'static str,
}

impl NameError {
    fn new(what: &'static str, found: &str, expected: &'static str) -> Self {
        let found = found.chars().take(100).collect();
        NameError {
            what,
            found,
            expected,
        }
    }
}

/// Names are printed as they are written, and read from text wherever a file has a string.
macro_rules! as_text {
    ($name:ty) => {
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{:?}", self.as_str())
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::types::NameError;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl TryFrom<&str> for $name {
            type Error = $crate::types::NameError;

            fn try_from(text: &str) -> Result<Self, Self::Error> {
                text.parse()
            }
        }
    };
}

use as_text;

as_text!(AccountId);
as_text!(Region);
as_text!(PrincipalArn);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_id_has_twelve_digits() {
        assert_eq!("123456789012".parse::<AccountId>(), Ok(AccountId::EXAMPLE));
        for wrong in [
            "",
            "12345678901",
            "1234567890123",
            "12345678901a",
            "１23456789012",
        ] {
            assert!(wrong.parse::<AccountId>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_region_is_a_lower_case_label() {
        for right in ["us-east-1", "cn-north-1", "eusc-de-east-1", "xx-moon-9"] {
            assert_eq!(right.parse::<Region>().unwrap().as_str(), right);
        }
        for wrong in ["", "us east", "US-EAST-1", "1us", "us-", "us/1"] {
            assert!(wrong.parse::<Region>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_region_tells_its_partition() {
        for (region, name, suffix) in [
            ("us-east-1", "aws", "amazonaws.com"),
            ("ap-southeast-7", "aws", "amazonaws.com"),
            ("cn-north-1", "aws-cn", "amazonaws.com.cn"),
            ("us-gov-west-1", "aws-us-gov", "amazonaws.com"),
            ("us-iso-east-1", "aws-iso", "c2s.ic.gov"),
            ("us-isob-east-1", "aws-iso-b", "sc2s.sgov.gov"),
            ("eusc-de-east-1", "aws-eusc", "amazonaws.eu"),
        ] {
            let partition = region.parse::<Region>().unwrap().partition();
            assert_eq!((partition.name, partition.dns_suffix), (name, suffix));
        }
    }

    #[test]
    fn a_principal_arn_names_its_account() {
        let arn: PrincipalArn = "arn:aws:sts::210987654321:assumed-role/Role/session:1"
            .parse()
            .unwrap();
        assert_eq!(arn.account().as_str(), "210987654321");
        for wrong in [
            "",
            "arn:aws:iam::12:user/x",
            "arn:aws:ecr:us-east-1:123456789012:x",
            "arn:aws:iam::123456789012:",
        ] {
            assert!(wrong.parse::<PrincipalArn>().is_err(), "{wrong}");
        }
    }
}
