//! The region, and the variant of its endpoint.

use aws_types::region::Region;

use crate::config::endpoint::Endpoint;
use crate::config::environment::is_on;
use crate::config::profile::Profiles;
use crate::config::variables::variable;
use crate::error::Error;

/// The variant of a region's endpoint.
#[derive(Debug, Clone, Copy, Default)]
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
pub(super) fn resolve(option: Option<&str>, profiles: &Profiles) -> Result<Option<String>, Error> {
    let region = match without_profile(option) {
        Some(region) => Some(region),
        None => profiles.get("region")?.map(str::to_owned),
    };
    region.as_deref().map_or(Ok(()), check_format)?;
    Ok(region)
}

/// Returns the region of the command line or of the environment.
pub(super) fn without_profile(option: Option<&str>) -> Option<String> {
    let region = option.map(str::to_owned);
    let region = region.or_else(|| variable("AWS_DEFAULT_REGION"));
    region.or_else(|| variable("AWS_REGION"))
}

/// Checks the format of a region name.
///
/// # Errors
/// Returns an error for a name that cannot be part of a host name.
pub(crate) fn check_format(region: &str) -> Result<(), Error> {
    match is_region(region) {
        true => Ok(()),
        false => Err(Error::RegionFormat(region.to_owned())),
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
    ///
    /// # Errors
    /// Returns an error if a switch of the profile is a block of nested settings.
    pub(crate) fn of(region: &str, profiles: &Profiles) -> Result<(Region, Self), Error> {
        let plain = region.strip_prefix("fips-");
        let plain = plain.or(region.strip_suffix("-fips"));
        let named = plain.is_some();
        let region = plain.unwrap_or(region).to_owned();
        let fips = named || is_on("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint", profiles)?;
        let dual_stack = is_on(
            "AWS_USE_DUALSTACK_ENDPOINT",
            "use_dualstack_endpoint",
            profiles,
        )?;
        Ok((Region::new(region), Self { fips, dual_stack }))
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
        let none = Profiles::default();
        let (region, variant) = EndpointVariant::of("fips-us-east-1", &none).unwrap();
        assert_eq!(region.as_ref(), "us-east-1");
        assert!(variant.fips);
    }
}
