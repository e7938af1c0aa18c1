//! What the command line resolves to, together with environment and profile.

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

/// The global options, with the profile files read once.
#[derive(Debug)]
pub(crate) struct Settings<'a> {
    globals: &'a Globals,
    timeouts: TimeoutSeconds,
    profile: Profile,
    profiles: ProfileSet,
    timestamps: Timestamps,
}

/// All that a call needs.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) region: Region,
    pub(crate) endpoint: Option<Endpoint>,
    pub(crate) variant: EndpointVariant,
    pub(crate) retries: Retries,
    pub(crate) timeouts: Timeouts,
    /// `None` where the request is not signed.
    pub(crate) credentials: Option<CredentialSource>,
    pub(crate) transport: Transport,
    /// Whether `--debug` asks for a log of the call.
    pub(crate) debug: bool,
}

impl<'a> Settings<'a> {
    /// Checks what v1 checks before it looks at the operation, and reads the profile files.
    ///
    /// # Errors
    /// An `--endpoint-url` without scheme, a timeout that is no number, unreadable profile files, an unknown
    /// `cli_timestamp_format`.
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

    /// How to spell times.
    pub(crate) fn timestamps(&self) -> Timestamps {
        self.timestamps
    }

    /// The format to print in: `--output`, `AWS_DEFAULT_OUTPUT`, the profile's `output`, JSON.
    pub(crate) fn format(&self) -> Format {
        let name = self.globals.output.clone();
        let name = name.or_else(|| setting("AWS_DEFAULT_OUTPUT", "output", &self.profiles));
        Format::named(name.as_deref())
    }

    /// Checks that the profile that was named exists.
    ///
    /// # Errors
    /// A profile that neither file holds.
    pub(crate) fn check_profile(&self) -> Result<(), Error> {
        match self.profile.name() {
            Some(name) if self.profiles.get_profile(name).is_none() => {
                Err(Error::ProfileNotFound(name.to_owned()))
            }
            _ => Ok(()),
        }
    }

    /// Resolves everything that a call needs, in v1's order of complaints.
    ///
    /// # Errors
    /// The first setting that is missing or wrong.
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

    /// `--no-verify-ssl`, `--ca-bundle`, `AWS_CA_BUNDLE`, the profile's `ca_bundle`, the platform's certificates.
    ///
    /// # Errors
    /// A name of a bundle that is blank.
    fn trust(&self) -> Result<Trust, Error> {
        if self.globals.no_verify_ssl {
            return Ok(Trust::Any);
        }
        let typed = self.globals.ca_bundle.clone();
        match typed.or_else(|| setting("AWS_CA_BUNDLE", "ca_bundle", &self.profiles)) {
            Some(path) if path.trim().is_empty() => Err(Error::CaBundleEmpty),
            Some(path) => Ok(Trust::Bundle(Path::new(&path).into())),
            None => Ok(Trust::Platform),
        }
    }
}

/// The profile's `cli_timestamp_format`.
fn timestamps(profiles: &ProfileSet) -> Result<Timestamps, Error> {
    match profiles.get("cli_timestamp_format") {
        None | Some("none" | "wire") => Ok(Timestamps::Wire),
        Some("iso8601") => Ok(Timestamps::Iso8601),
        Some(other) => Err(Error::TimestampFormat(other.to_owned())),
    }
}
