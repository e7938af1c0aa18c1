//! The settings of the instance metadata service of EC2.

use crate::config::environment::{is_on, setting};
use crate::config::integer::integer;
use crate::config::profile::Profiles;
use crate::credential_error::CredentialError;
use crate::error::Error;
use crate::python_text::strip;

/// Where and how the credentials of an instance are requested.
#[derive(Debug, Clone, Default)]
pub(crate) struct MetadataService {
    /// The URL without a slash at its end.
    pub(crate) url: String,
    /// The timeout of each request in seconds.
    pub(crate) timeout: u64,
    pub(crate) attempts: u64,
    /// Whether requests need a token, which is version 2 of the service.
    pub(crate) requires_token: bool,
}

impl MetadataService {
    /// Reads the settings from environment and profile.
    ///
    /// # Errors
    /// Returns an error for a number that is not an integer, an unknown mode, and an invalid URL.
    pub(super) fn read(profiles: &Profiles) -> Result<Self, Error> {
        let number = |name: &str, key: &str| -> Result<u64, Error> {
            let number = setting(name, key, profiles)?;
            let number = number.map_or(Ok(1), |text| integer(&text))?;
            Ok(u64::try_from(number).unwrap_or_default())
        };
        let timeout = number("AWS_METADATA_SERVICE_TIMEOUT", "metadata_service_timeout")?;
        let attempts = number(
            "AWS_METADATA_SERVICE_NUM_ATTEMPTS",
            "metadata_service_num_attempts",
        )?;
        let requires_token = is_on(
            "AWS_EC2_METADATA_V1_DISABLED",
            "ec2_metadata_v1_disabled",
            profiles,
        )?;
        Ok(Self {
            url: url(profiles)?,
            timeout,
            attempts,
            requires_token,
        })
    }
}

fn url(profiles: &Profiles) -> Result<String, Error> {
    let configured = setting(
        "AWS_EC2_METADATA_SERVICE_ENDPOINT",
        "ec2_metadata_service_endpoint",
        profiles,
    )?;
    let is_ipv6 = is_ipv6(profiles)?;
    let url = match (configured.filter(|url| !url.is_empty()), is_ipv6) {
        (Some(url), _) => url,
        (None, true) => "http://[fd00:ec2::254]".to_owned(),
        (None, false) => "http://169.254.169.254".to_owned(),
    };
    let uri: Option<http::Uri> = url.parse().ok();
    match uri.is_some_and(|uri| uri.scheme().is_some() && uri.host().is_some()) {
        true => Ok(strip(&url).trim_end_matches('/').to_owned()),
        false => Err(CredentialError::MetadataEndpoint(url).into()),
    }
}

fn is_ipv6(profiles: &Profiles) -> Result<bool, Error> {
    let mode = setting(
        "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
        "ec2_metadata_service_endpoint_mode",
        profiles,
    )?;
    match mode.as_ref().map(|mode| mode.to_lowercase()).as_deref() {
        None => is_on("AWS_IMDS_USE_IPV6", "imds_use_ipv6", profiles),
        Some("ipv6") => Ok(true),
        Some("ipv4") => Ok(false),
        Some(_) => Err(CredentialError::MetadataMode(mode.unwrap_or_default()).into()),
    }
}
