//! The region, and the variant of its endpoint.

use aws_config::profile::ProfileSet;
use aws_types::region::Region;

use crate::config::endpoint::Endpoint;
use crate::config::environment::{is_on, variable};
use crate::error::Error;

/// The variant of a region's endpoint.
#[derive(Debug, Default)]
pub(crate) struct EndpointVariant {
    pub(crate) fips: bool,
    pub(crate) dual_stack: bool,
}

/// Returns the region: `--region`, `AWS_DEFAULT_REGION`, `AWS_REGION`, or the profile's `region`.
///
/// v1 ignores `AWS_REGION`. All SDKs use it, so it is supported here, after `AWS_DEFAULT_REGION`.
///
/// # Errors
/// Returns an error for an invalid region name.
pub(super) fn resolve(
    option: Option<&str>,
    profiles: &ProfileSet,
) -> Result<Option<String>, Error> {
    let region = option.map(str::to_owned);
    let region = region.or_else(|| variable("AWS_DEFAULT_REGION"));
    let region = region.or_else(|| variable("AWS_REGION"));
    let region = region.or_else(|| profiles.get("region").map(str::to_owned));
    match region {
        Some(region) if !is_region(&region) => Err(Error::RegionFormat(region)),
        other => Ok(other),
    }
}

/// Rejects an empty region if it would be part of the host name. With a custom endpoint, v1 signs an empty region.
pub(super) fn check_host(region: &str, endpoint: Option<&Endpoint>) -> Result<(), Error> {
    match region.is_empty() && endpoint.is_none() {
        true => Err(Error::InvalidEndpoint(
            "https://api.ecr..amazonaws.com".to_owned(),
        )),
        false => Ok(()),
    }
}

impl EndpointVariant {
    /// Converts a region named `fips-…` or `…-fips` to the region without the affix and its FIPS endpoint.
    pub(super) fn of(region: &str, profiles: &ProfileSet) -> (Region, Self) {
        let plain = region.strip_prefix("fips-");
        let plain = plain.or(region.strip_suffix("-fips"));
        let named = plain.is_some();
        let region = plain.unwrap_or(region).to_owned();
        let fips = named || is_on("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint", profiles);
        let dual_stack = is_on(
            "AWS_USE_DUALSTACK_ENDPOINT",
            "use_dualstack_endpoint",
            profiles,
        );
        (Region::new(region), Self { fips, dual_stack })
    }
}

/// Returns whether a region is a host label. As in v1, an empty region is accepted.
fn is_region(region: &str) -> bool {
    let is_label = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let is_number = !region.is_empty() && region.bytes().all(|byte| byte.is_ascii_digit());
    let fits = region.len() <= 63 && !region.starts_with('-') && !region.ends_with('-');
    fits && !is_number && region.chars().all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_a_host_label() {
        for region in ["us-east-1", "xx-nowhere-9", ""] {
            assert!(is_region(region), "{region}");
        }
        for region in ["us east", "bad_region!", "123456789012", "-a", "a-", "é"] {
            assert!(!is_region(region), "{region}");
        }
    }

    #[test]
    fn an_empty_region_needs_an_endpoint() {
        assert!(check_host("us-east-1", None).is_ok());
        assert!(check_host("", None).is_err());
    }

    #[test]
    fn a_fips_region_name_selects_the_fips_endpoint() {
        let none = ProfileSet::default();
        let (region, variant) = EndpointVariant::of("fips-us-east-1", &none);
        assert_eq!(region.as_ref(), "us-east-1");
        assert!(variant.fips);
    }
}
