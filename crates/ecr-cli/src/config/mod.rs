//! What the command line resolves to, together with environment and profile.

use std::borrow::Cow;

use aws_config::profile::{self, ProfileSet};
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_types::os_shim_internal::{Env, Fs};
use aws_types::region::Region;

use crate::args::Globals;
use crate::error::{Error, with_causes};
use crate::output::Format;
use crate::output::timestamps::Timestamps;
use crate::transport::Transport;
use credentials::CredentialSource;
use endpoint::Endpoint;
use retries::Retries;

pub(crate) mod credentials;
pub(crate) mod endpoint;
pub(crate) mod retries;

/// The global options with the profile files read, once.
#[derive(Debug)]
pub(crate) struct Settings {
    ca_bundle: Option<String>,
    endpoint: Option<Endpoint>,
    output: Option<String>,
    region: Option<String>,
    profile: Profile,
    profiles: ProfileSet,
}

/// Which profile applies, and whether it shuts out credentials in the environment.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Profile {
    /// `--profile`: environment credentials do not count.
    Option(String),
    /// `AWS_DEFAULT_PROFILE` or `AWS_PROFILE`: environment credentials come first.
    Environment(String),
    Default,
}

/// All that a call needs.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) region: Region,
    pub(crate) endpoint: Option<Endpoint>,
    pub(crate) variant: EndpointVariant,
    pub(crate) retries: Retries,
    pub(crate) credentials: CredentialSource,
    pub(crate) transport: Transport,
}

/// Which of a region's own endpoints to use.
#[derive(Debug, Default)]
pub(crate) struct EndpointVariant {
    pub(crate) fips: bool,
    pub(crate) dual_stack: bool,
}

impl Settings {
    /// Checks what v1 checks before it looks at the operation, and reads the profile files.
    ///
    /// # Errors
    /// A bad `--endpoint-url`, unreadable profile files, an unknown `cli_timestamp_format`.
    pub(crate) async fn load(globals: &Globals) -> Result<Self, Error> {
        let endpoint = globals.endpoint_url.as_deref();
        let endpoint = endpoint.map(Endpoint::from_option).transpose()?;
        let profile = Profile::chosen(globals.profile.as_deref());
        let settings = Self {
            ca_bundle: globals.ca_bundle.clone(),
            endpoint,
            output: globals.output.clone(),
            region: globals.region.clone(),
            profiles: profiles(&profile).await?,
            profile,
        };
        match settings.profiles.get("cli_timestamp_format") {
            None | Some("none" | "wire" | "iso8601") => Ok(settings),
            Some(other) => Err(Error::TimestampFormat(other.to_owned())),
        }
    }

    /// The format to print in: `--output`, `AWS_DEFAULT_OUTPUT`, the profile's `output`, JSON.
    pub(crate) fn format(&self) -> Format {
        let name = self
            .output
            .clone()
            .or_else(|| variable("AWS_DEFAULT_OUTPUT"));
        let name = name.as_deref().or_else(|| self.profiles.get("output"));
        Format::named(name)
    }

    /// How to spell times.
    pub(crate) fn timestamps(&self) -> Timestamps {
        match self.profiles.get("cli_timestamp_format") {
            Some("iso8601") => Timestamps::Iso8601,
            _ => Timestamps::Wire,
        }
    }

    /// Resolves everything that a call needs, in v1's order of complaints.
    ///
    /// # Errors
    /// The first setting that is missing or wrong.
    pub(crate) fn resolve(self) -> Result<Config, Error> {
        if let Some(name) = self.profile.name()
            && self.profiles.get_profile(name).is_none()
        {
            return Err(Error::ProfileNotFound(name.to_owned()));
        }
        let region = self.region();
        if let Some(region) = region.as_deref().filter(|region| !is_region(region)) {
            return Err(Error::RegionFormat(region.to_owned()));
        }
        let credentials = CredentialSource::find(&self.profile)?;
        let region = region.ok_or(Error::NoRegion)?;
        let retries = Retries::resolve(&self.profiles)?;
        let endpoint = match self.endpoint {
            Some(endpoint) => Some(endpoint),
            None => Endpoint::configured(&self.profiles)?,
        };
        let ca_bundle = self.ca_bundle.or_else(|| variable("AWS_CA_BUNDLE"));
        let ca_bundle = ca_bundle.or_else(|| self.profiles.get("ca_bundle").map(str::to_owned));
        let (region, variant) = EndpointVariant::of(&region, &self.profiles);
        Ok(Config {
            region,
            endpoint,
            variant,
            retries,
            credentials,
            transport: Transport::new(ca_bundle),
        })
    }

    /// `--region`, `AWS_DEFAULT_REGION`, `AWS_REGION`, the profile's `region`.
    ///
    /// v1 does not know `AWS_REGION`. Every SDK does, so it is honoured here, behind what v1 knows of the environment.
    fn region(&self) -> Option<String> {
        let region = self.region.clone();
        let region = region.or_else(|| variable("AWS_DEFAULT_REGION"));
        let region = region.or_else(|| variable("AWS_REGION"));
        region.or_else(|| self.profiles.get("region").map(str::to_owned))
    }
}

impl Profile {
    /// `--profile`, unless it is empty, then `AWS_DEFAULT_PROFILE`, then `AWS_PROFILE`, even if empty.
    fn chosen(option: Option<&str>) -> Self {
        if let Some(name) = option.filter(|name| !name.is_empty()) {
            return Self::Option(name.to_owned());
        }
        let name = variable("AWS_DEFAULT_PROFILE").or_else(|| variable("AWS_PROFILE"));
        name.map_or(Self::Default, Self::Environment)
    }

    /// The name, if one was given.
    pub(crate) fn name(&self) -> Option<&str> {
        match self {
            Self::Option(name) | Self::Environment(name) => Some(name),
            Self::Default => None,
        }
    }
}

impl EndpointVariant {
    /// A region named `fips-…` or `…-fips` is that region with its FIPS endpoint.
    fn of(region: &str, profiles: &ProfileSet) -> (Region, Self) {
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

/// A switch in environment or profile; as in v1, anything but `true` is off.
pub(crate) fn is_on(name: &str, key: &str, profiles: &ProfileSet) -> bool {
    let value = variable(name).or_else(|| profiles.get(key).map(str::to_owned));
    value.is_some_and(|value| is_true(&value))
}

pub(crate) fn is_true(value: &str) -> bool {
    value.eq_ignore_ascii_case("true")
}

pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

async fn profiles(profile: &Profile) -> Result<ProfileSet, Error> {
    let name = profile.name().map_or("default", |name| name).to_owned();
    let files = EnvConfigFiles::default();
    profile::load(&Fs::real(), &Env::real(), &files, Some(Cow::Owned(name)))
        .await
        .map_err(|error| Error::ProfileFile(with_causes(&error)))
}

/// A host label. v1 lets an empty region pass too, and signs for it; the SDK does not.
fn is_region(region: &str) -> bool {
    let is_label = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let is_number = region.bytes().all(|byte| byte.is_ascii_digit());
    let fits = region.len() <= 63 && !region.starts_with('-') && !region.ends_with('-');
    fits && !is_number && region.chars().all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_a_host_label() {
        for region in ["us-east-1", "xx-nowhere-9"] {
            assert!(is_region(region), "{region}");
        }
        for region in [
            "us east",
            "bad_region!",
            "123456789012",
            "-a",
            "a-",
            "é",
            "",
        ] {
            assert!(!is_region(region), "{region}");
        }
    }

    #[test]
    fn a_fips_region_is_its_plain_region() {
        let none = ProfileSet::default();
        let (region, variant) = EndpointVariant::of("fips-us-east-1", &none);
        assert_eq!(region.as_ref(), "us-east-1");
        assert!(variant.fips);
    }
}
