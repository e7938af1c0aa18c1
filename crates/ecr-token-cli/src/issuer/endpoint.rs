//! The URLs of the services that issue credentials.

use http::Uri;

use crate::config::endpoint::{Endpoint, configured_url};
use crate::config::environment::setting;
use crate::config::profile::Profiles;
use crate::config::region::{self, EndpointVariant};
use crate::credential_error::CredentialError;
use crate::error::Error;

/// A service that issues credentials.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Service {
    Sts,
    /// The portal of IAM Identity Center, which issues the credentials of a role.
    SsoPortal,
    /// The OIDC service of IAM Identity Center, which renews tokens of users.
    SsoOidc,
    /// AWS Sign-In, which renews tokens of `aws login`.
    Signin,
}

/// Where a request is sent, and the region of its signature.
#[derive(Debug, PartialEq)]
pub(super) struct Target {
    pub(super) url: Uri,
    pub(super) region: String,
}

impl Service {
    /// Returns the configured URL of the service, or else that of the region.
    ///
    /// # Errors
    /// Returns an error for an invalid region, a URL that is not valid, and an unknown `sts_regional_endpoints`.
    pub(super) fn target(self, region: &str, profiles: &Profiles) -> Result<Target, Error> {
        region::check_format(region)?;
        let (host_region, variant) = EndpointVariant::of(region, profiles)?;
        let region = host_region.to_string();
        if let Some(url) = configured_url(self.id(), profiles)? {
            let url = Endpoint::parse(&url)?.uri().clone();
            return Ok(Target { url, region });
        }
        if self == Self::Sts && !variant.fips && !variant.dual_stack {
            let is_global = region == "aws-global"
                || (LEGACY_REGIONS.contains(&region.as_str()) && is_legacy(profiles)?);
            if is_global {
                return Ok(Target {
                    url: Uri::from_static("https://sts.amazonaws.com/"),
                    region: "us-east-1".to_owned(),
                });
            }
        }
        let host = self.host(&region, variant);
        let url: Result<Uri, _> = format!("https://{host}/").parse();
        let url = url.map_err(|_| Error::InvalidEndpoint(host))?;
        Ok(Target { url, region })
    }

    /// Returns the identifier of the service in the names of settings.
    fn id(self) -> &'static str {
        match self {
            Self::Sts => "sts",
            Self::SsoPortal => "sso",
            Self::SsoOidc => "sso_oidc",
            Self::Signin => "signin",
        }
    }

    fn host(self, region: &str, variant: EndpointVariant) -> String {
        let prefix = match self {
            Self::Sts => "sts",
            Self::SsoPortal => "portal.sso",
            Self::SsoOidc => "oidc",
            Self::Signin => "signin",
        };
        let partition = Partition::of(region);
        if self == Self::Signin && !variant.fips && !variant.dual_stack {
            return format!("{region}.signin.{}", partition.sign_in);
        }
        // The regular endpoints of AWS GovCloud are FIPS endpoints.
        let is_regular = region.starts_with("us-gov-") && !variant.dual_stack;
        let fips = match variant.fips && !is_regular {
            true => "-fips",
            false => "",
        };
        let suffix = match variant.dual_stack {
            true => partition.dual_stack,
            false => partition.regular,
        };
        format!("{prefix}{fips}.{region}.{suffix}")
    }
}

/// The domains of a partition.
struct Partition {
    prefix: &'static str,
    regular: &'static str,
    dual_stack: &'static str,
    /// The domain of AWS Sign-In, from its `endpoint-rule-set-1.json` in botocore 1.44.5.
    sign_in: &'static str,
}

impl Partition {
    const fn new(prefix: &'static str, [regular, dual_stack, sign_in]: [&'static str; 3]) -> Self {
        Self {
            prefix,
            regular,
            dual_stack,
            sign_in,
        }
    }

    fn of(region: &str) -> &'static Self {
        let mut others = PARTITIONS.iter();
        others
            .find(|partition| region.starts_with(partition.prefix))
            .unwrap_or(&STANDARD)
    }
}

const STANDARD: Partition = Partition::new("", ["amazonaws.com", "api.aws", "aws.amazon.com"]);

/// The other partitions, from `partitions.json` of botocore 1.43.62.
static PARTITIONS: &[Partition] = &[
    Partition::new(
        "us-gov-",
        ["amazonaws.com", "api.aws", "amazonaws-us-gov.com"],
    ),
    Partition::new(
        "cn-",
        [
            "amazonaws.com.cn",
            "api.amazonwebservices.com.cn",
            "amazonaws.cn",
        ],
    ),
    Partition::new(
        "eusc-",
        [
            "amazonaws.eu",
            "api.amazonwebservices.eu",
            "amazonaws-eusc.eu",
        ],
    ),
    Partition::new(
        "us-iso-",
        ["c2s.ic.gov", "api.aws.ic.gov", "c2shome.ic.gov"],
    ),
    Partition::new(
        "us-isob-",
        ["sc2s.sgov.gov", "api.aws.scloud", "sc2shome.sgov.gov"],
    ),
    Partition::new(
        "eu-isoe-",
        [
            "cloud.adc-e.uk",
            "api.cloud-aws.adc-e.uk",
            "csphome.adc-e.uk",
        ],
    ),
    Partition::new(
        "us-isof-",
        ["csp.hci.ic.gov", "api.aws.hci.ic.gov", "csphome.hci.ic.gov"],
    ),
];

/// Returns whether `sts_regional_endpoints` selects the global endpoint for the oldest regions.
fn is_legacy(profiles: &Profiles) -> Result<bool, Error> {
    let mode = setting(
        "AWS_STS_REGIONAL_ENDPOINTS",
        "sts_regional_endpoints",
        profiles,
    )?;
    match mode.as_deref() {
        None | Some("" | "regional") => Ok(false),
        Some("legacy") => Ok(true),
        Some(other) => Err(CredentialError::Python(format!(
            "STS regional endpoints option {other} is invalid. Valid options are: \"legacy\", \"regional\""
        ))
        .into()),
    }
}

/// The regions of `LEGACY_GLOBAL_STS_REGIONS` in botocore.
const LEGACY_REGIONS: &[&str] = &[
    "ap-northeast-1",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Hosts that botocore 1.43.62 resolves.
    #[test]
    fn the_host_depends_on_the_partition_and_the_variant() {
        use Service::{Signin, SsoOidc, SsoPortal, Sts};
        let host = |service: Service, region: &str, fips, dual_stack| {
            service.host(region, EndpointVariant { fips, dual_stack })
        };
        let regular = |service, region| host(service, region, false, false);
        let fips = |service, region| host(service, region, true, false);
        for (host, expected) in [
            (regular(Sts, "eu-west-1"), "sts.eu-west-1.amazonaws.com"),
            (
                regular(Sts, "cn-north-1"),
                "sts.cn-north-1.amazonaws.com.cn",
            ),
            (
                regular(Sts, "us-isob-east-1"),
                "sts.us-isob-east-1.sc2s.sgov.gov",
            ),
            (
                regular(SsoPortal, "eu-west-1"),
                "portal.sso.eu-west-1.amazonaws.com",
            ),
            (
                regular(Signin, "eu-west-1"),
                "eu-west-1.signin.aws.amazon.com",
            ),
            (
                regular(Signin, "us-gov-west-1"),
                "us-gov-west-1.signin.amazonaws-us-gov.com",
            ),
            (
                fips(Signin, "us-east-1"),
                "signin-fips.us-east-1.amazonaws.com",
            ),
            (fips(Sts, "us-east-1"), "sts-fips.us-east-1.amazonaws.com"),
            (
                fips(Sts, "us-gov-west-1"),
                "sts.us-gov-west-1.amazonaws.com",
            ),
            (
                fips(SsoOidc, "us-east-1"),
                "oidc-fips.us-east-1.amazonaws.com",
            ),
            (
                host(Sts, "us-east-1", true, true),
                "sts-fips.us-east-1.api.aws",
            ),
            (
                host(SsoPortal, "eu-west-1", false, true),
                "portal.sso.eu-west-1.api.aws",
            ),
        ] {
            assert_eq!(host, expected);
        }
    }

    #[test]
    fn the_region_is_validated_and_its_affix_selects_the_variant() {
        let profiles = Profiles::default();
        let target = Service::Sts.target("fips-us-east-1", &profiles).unwrap();
        assert_eq!(target.region, "us-east-1");
        assert_eq!(target.url, "https://sts-fips.us-east-1.amazonaws.com/");
        assert!(Service::Sts.target("us east", &profiles).is_err());
        let target = Service::Sts.target("aws-global", &profiles).unwrap();
        assert_eq!(target.region, "us-east-1");
    }
}
