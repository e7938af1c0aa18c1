//! Checks the destinations of a replication configuration.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt;

use crate::types::{AccountId, Region};

/// What the destinations of a registry must comply with. The account of a destination need not exist: no policy of its registry allows the
/// replication then.
pub(crate) struct Destinations<'a> {
    pub(crate) account: AccountId,
    pub(crate) region: &'a Region,
    pub(crate) additional_regions: &'a [Region],
}

/// The reason why a destination is invalid.
///
/// Source of the text for the own registry: getmoto/moto, `ecr/models.py`. The others are `[ASSUME]`. Source of the number: the quotas in the user
/// guide of Amazon ECR. That guide states 10 rules in one place and 25 in another; the service model permits 25.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum InvalidDestination {
    Source,
    UnknownRegion(String),
    OtherPartition(String),
    TooMany,
}

impl Destinations<'_> {
    /// Checks the destinations of all rules.
    pub(crate) fn check<'d>(
        &self,
        destinations: impl Iterator<Item = (AccountId, &'d Region)>,
    ) -> Result<(), InvalidDestination> {
        let mut all = BTreeSet::new();
        for (account, region) in destinations {
            if (account, region) == (self.account, self.region) {
                return Err(InvalidDestination::Source);
            }
            if region.check_known(self.additional_regions).is_err() {
                return Err(InvalidDestination::UnknownRegion(region.to_string()));
            }
            if region.partition() != self.region.partition() {
                return Err(InvalidDestination::OtherPartition(region.to_string()));
            }
            all.insert((account, region));
        }
        match all.len() > MOST_DESTINATIONS {
            true => Err(InvalidDestination::TooMany),
            false => Ok(()),
        }
    }
}

/// The maximum number of different destinations of a registry.
const MOST_DESTINATIONS: usize = 25;

impl fmt::Display for InvalidDestination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InvalidDestination::Source => {
                f.write_str("Replication destination cannot be the same as the source registry")
            }
            InvalidDestination::UnknownRegion(region) => {
                write!(f, "Replication destination has the invalid region {region}")
            }
            InvalidDestination::OtherPartition(region) => write!(
                f,
                "Replication destination region {region} is in another partition than the source registry"
            ),
            InvalidDestination::TooMany => write!(
                f,
                "Replication configuration has more than {MOST_DESTINATIONS} unique destinations"
            ),
        }
    }
}

impl Error for InvalidDestination {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destinations_are_other_known_registries_of_the_same_partition() {
        let (region, own) = (Region::default(), AccountId::EXAMPLE);
        let additional = ["us-mars-1".parse().unwrap()];
        let destinations = Destinations {
            account: own,
            region: &region,
            additional_regions: &additional,
        };
        let check = |account: AccountId, region: &str| {
            let region = region.parse().unwrap();
            destinations.check([(account, &region)].into_iter())
        };
        let other = "210987654321".parse().unwrap();
        assert_eq!(check(own, "eu-west-1"), Ok(()));
        assert_eq!(check(own, "us-mars-1"), Ok(()));
        assert_eq!(check(other, "us-east-1"), Ok(()));
        assert_eq!(check(own, "us-east-1"), Err(InvalidDestination::Source));
        let unknown = InvalidDestination::UnknownRegion("mars".to_owned());
        assert_eq!(check(own, "mars"), Err(unknown));
        let china = InvalidDestination::OtherPartition("cn-north-1".to_owned());
        assert_eq!(check(own, "cn-north-1"), Err(china));
    }

    #[test]
    fn the_number_of_different_destinations_is_limited() {
        let region = Region::default();
        let destinations = Destinations {
            account: AccountId::EXAMPLE,
            region: &region,
            additional_regions: &[],
        };
        let check = |count: usize| {
            let accounts = (0..count).map(|one| format!("2{one:011}").parse().unwrap());
            let twice = accounts.clone().chain(accounts);
            destinations.check(twice.map(|account| (account, &region)))
        };
        assert_eq!(check(25), Ok(()));
        assert_eq!(check(26), Err(InvalidDestination::TooMany));
    }
}
