//! Regions and partitions.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::types::name::{NameError, as_text};
use crate::types::similar::{DidYouMean, most_similar};

/// An AWS Region such as `us-east-1`.
///
/// Every lower-case DNS label that starts with a letter is a valid value. However, the Regions of a configuration must be
/// known to this crate or listed in [`Config::additional_regions`](crate::Config::additional_regions). The default is
/// `us-east-1`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Region(Arc<str>);

impl From<Region> for String {
    fn from(region: Region) -> Self {
        region.as_str().to_owned()
    }
}

impl Region {
    /// Returns the name of the Region.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the partition of the Region. The partition is determined by the prefix of the Region's name, as in the
    /// AWS SDKs.
    pub fn partition(&self) -> Partition {
        let prefix = |(prefix, _): &&(&str, Partition)| self.0.starts_with(prefix);
        PARTITIONS
            .iter()
            .find(prefix)
            .map_or(Partition::AWS, |(_, partition)| *partition)
    }
}

impl Default for Region {
    fn default() -> Self {
        Region("us-east-1".into())
    }
}

impl FromStr for Region {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let is_label = text.len() <= 63
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && !text.ends_with('-')
            && text
                .bytes()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-');
        if is_label {
            Ok(Region(text.into()))
        } else {
            Err(NameError::new(
                "region",
                text,
                "lower-case letters, digits and hyphens, such as us-east-1",
            ))
        }
    }
}

impl Region {
    /// Returns an error if the Region is neither known nor in `additional`.
    pub(crate) fn check_known(&self, additional: &[Region]) -> Result<(), UnknownRegion> {
        let is_known = REGIONS.binary_search(&self.as_str()).is_ok();
        match is_known || additional.contains(self) {
            true => Ok(()),
            false => Err(UnknownRegion::new(self)),
        }
    }
}

/// The error for a Region that is neither known nor in `additional_regions`. The message suggests similar Regions.
#[derive(Debug)]
pub(crate) struct UnknownRegion {
    nearest: Vec<&'static str>,
}

impl UnknownRegion {
    pub(crate) fn new(region: &Region) -> Self {
        let nearest = most_similar(region.as_str(), REGIONS.iter().copied());
        UnknownRegion { nearest }
    }
}

impl fmt::Display for UnknownRegion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let suggestion = DidYouMean(&self.nearest);
        write!(f, "unknown Region{suggestion}")
    }
}

impl std::error::Error for UnknownRegion {}

/// The known Regions of all partitions. Source: `partitions.json` and `endpoints.json` of botocore 1.44.5.
pub(crate) const REGIONS: &[&str] = &[
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-central-1",
    "eu-central-2",
    "eu-isoe-west-1",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eusc-de-east-1",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "me-west-1",
    "mx-central-1",
    "sa-east-1",
    "sa-west-1",
    "us-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-iso-east-1",
    "us-iso-west-1",
    "us-isob-east-1",
    "us-isob-west-1",
    "us-isof-east-1",
    "us-isof-south-1",
    "us-west-1",
    "us-west-2",
];

/// A group of Regions that have the same partition in their ARNs and the same DNS suffix.
///
/// Source: the partitions in the endpoint rules of the SDKs; `amazonaws.com.cn` was recorded in kubernetes/kubernetes#69141.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Partition {
    /// The name of the partition, such as `aws`. It is the second part of an ARN.
    pub name: &'static str,
    /// The suffix of registry host names, such as `amazonaws.com`.
    pub dns_suffix: &'static str,
    /// The suffix of the dual-stack host names of the API, such as `api.aws`.
    pub(crate) dual_stack_suffix: &'static str,
}

impl Partition {
    /// Returns all partitions.
    pub(crate) fn all() -> impl Iterator<Item = Partition> {
        let others = PARTITIONS.iter().map(|(_, partition)| *partition);
        others.chain([Partition::AWS])
    }

    pub(super) const AWS: Partition = Partition::new("aws", "amazonaws.com", "api.aws");

    const fn new(
        name: &'static str,
        dns_suffix: &'static str,
        dual_stack_suffix: &'static str,
    ) -> Self {
        Partition {
            name,
            dns_suffix,
            dual_stack_suffix,
        }
    }
}

/// The partitions by prefix of their Regions. A Region without one of these prefixes is in `aws`.
const PARTITIONS: [(&str, Partition); 7] = [
    (
        "cn-",
        Partition::new("aws-cn", "amazonaws.com.cn", "api.amazonwebservices.com.cn"),
    ),
    (
        "us-gov-",
        Partition::new("aws-us-gov", "amazonaws.com", "api.aws"),
    ),
    (
        "us-iso-",
        Partition::new("aws-iso", "c2s.ic.gov", "api.aws.ic.gov"),
    ),
    (
        "us-isob-",
        Partition::new("aws-iso-b", "sc2s.sgov.gov", "api.aws.scloud"),
    ),
    (
        "eu-isoe-",
        Partition::new("aws-iso-e", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"),
    ),
    (
        "us-isof-",
        Partition::new("aws-iso-f", "csp.hci.ic.gov", "api.aws.hci.ic.gov"),
    ),
    (
        "eusc-",
        Partition::new("aws-eusc", "amazonaws.eu", "api.amazonwebservices.eu"),
    ),
];

as_text!(Region);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_known_regions_are_sorted() {
        assert!(REGIONS.is_sorted());
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
    fn the_partition_of_a_region_is_determined_by_its_prefix() {
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
}
