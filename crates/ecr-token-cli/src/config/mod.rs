//! Resolves the settings from command line, environment and profile.

use std::path::Path;

use aws_config::profile::ProfileSet;
use aws_types::region::Region;

use crate::args::globals::Globals;
use crate::config::environment::setting;
use crate::error::Error;
use crate::output::Format;
use crate::output::timestamps::Timestamps;
use crate::transport::{Transport, Trust};
use credentials::CredentialSource;
use endpoint::Endpoint;
use profile::Profile;
use region::EndpointVariant;
use retries::Retries;
use timeouts::{TimeoutSeconds, Timeouts};

pub(crate) mod credentials;
pub(crate) mod endpoint;
mod environment;
mod integer;
mod location;
pub(crate) mod profile;
pub(crate) mod region;
pub(crate) mod retries;
mod role;
mod services;
pub(crate) mod timeouts;

/// The global options and the profile files, which are read once.
#[derive(Debug)]
pub(crate) struct Settings<'a> {
    globals: &'a Globals,
    timeouts: TimeoutSeconds,
    profile: Profile,
    profiles: ProfileSet,
    timestamps: Timestamps,
}

/// The settings of a call.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) region: Region,
    pub(crate) endpoint: Option<Endpoint>,
    pub(crate) variant: EndpointVariant,
    pub(crate) retries: Retries,
    pub(crate) timeouts: Timeouts,
    /// `None` if the request is not signed.
    pub(crate) credentials: Option<CredentialSource>,
    pub(crate) transport: Transport,
    /// Whether `--debug` is set.
    pub(crate) debug: bool,
}

impl<'a> Settings<'a> {
    /// Checks what v1 checks before the operation, and reads the profile files.
    ///
    /// # Errors
    /// Returns an error for an `--endpoint-url` without a scheme, a timeout that is not an integer, an unreadable profile
    /// file, or an unknown `cli_timestamp_format`.
    pub(crate) async fn load(globals: &'a Globals) -> Result<Self, Error> {
        if let Some(url) = &globals.endpoint_url {
            endpoint::check_scheme(url)?;
        }
        let timeouts = TimeoutSeconds::read(globals)?;
        let profile = Profile::select(globals.profile.as_deref());
        let profiles = profile::load(&profile).await?;
        let timestamps = timestamps(&profiles)?;
        Ok(Self {
            globals,
            timeouts,
            profile,
            profiles,
            timestamps,
        })
    }

    /// Returns the format of timestamps.
    pub(crate) fn timestamps(&self) -> Timestamps {
        self.timestamps
    }

    /// Returns the output format: `--output`, `AWS_DEFAULT_OUTPUT`, the profile's `output`, or JSON.
    pub(crate) fn format(&self) -> Format {
        let name = self.globals.output.clone();
        let name = name.or_else(|| setting("AWS_DEFAULT_OUTPUT", "output", &self.profiles));
        Format::named(name.as_deref())
    }

    /// Checks that the selected profile exists.
    ///
    /// # Errors
    /// Returns an error if neither file contains it.
    pub(crate) fn check_profile(&self) -> Result<(), Error> {
        match self.profile.name() {
            Some(name) if self.profiles.get_profile(name).is_none() => {
                Err(Error::ProfileNotFound(name.to_owned()))
            }
            _ => Ok(()),
        }
    }

    /// Resolves the settings of a call in the order in which v1 reports errors.
    ///
    /// # Errors
    /// Returns an error for the first setting that is missing or invalid.
    pub(crate) async fn resolve(&self) -> Result<Config, Error> {
        self.check_profile()?;
        let globals = self.globals;
        let region = region::resolve(globals.region.as_deref(), &self.profiles)?;
        let credentials = match globals.no_sign_request {
            true => None,
            false => Some(CredentialSource::find(&self.profile, &self.profiles).await?),
        };
        let url = endpoint::resolve_url(globals.endpoint_url.as_deref(), &self.profiles)?;
        let region = region.ok_or(Error::NoRegion)?;
        let retries = Retries::resolve(&self.profiles)?;
        let endpoint = url.map(|url| Endpoint::parse(&url)).transpose()?;
        region::check_host(&region, endpoint.as_ref())?;
        let trust = self.trust()?;
        let timeouts = self.timeouts.checked()?;
        let (region, variant) = EndpointVariant::of(&region, &self.profiles);
        Ok(Config {
            region,
            endpoint,
            variant,
            retries,
            timeouts,
            credentials,
            transport: Transport::new(trust),
            debug: globals.debug,
        })
    }

    /// Selects the trusted certificates: `--no-verify-ssl`, `--ca-bundle`, `AWS_CA_BUNDLE`, the profile's `ca_bundle`, or those of the
    /// platform.
    ///
    /// # Errors
    /// Returns an error if the path of the bundle is blank.
    fn trust(&self) -> Result<Trust, Error> {
        if self.globals.no_verify_ssl {
            return Ok(Trust::Any);
        }
        let option = self.globals.ca_bundle.clone();
        match option.or_else(|| setting("AWS_CA_BUNDLE", "ca_bundle", &self.profiles)) {
            Some(path) if path.trim().is_empty() => Err(Error::CaBundleEmpty),
            Some(path) => Ok(Trust::Bundle(Path::new(&path).into())),
            None => Ok(Trust::Platform),
        }
    }
}

/// Returns the profile's `cli_timestamp_format`.
fn timestamps(profiles: &ProfileSet) -> Result<Timestamps, Error> {
    match profiles.get("cli_timestamp_format") {
        None | Some("none" | "wire") => Ok(Timestamps::Wire),
        Some("iso8601") => Ok(Timestamps::Iso8601),
        Some(other) => Err(Error::TimestampFormat(other.to_owned())),
    }
}
