//! Resolves the settings from command line, environment and profile.

use std::path::Path;
use std::sync::Arc;

use aws_types::region::Region;

use crate::args::globals::Globals;
use crate::config::environment::setting;
use crate::error::Error;
use crate::output::Format;
use crate::output::timestamps::Timestamps;
use crate::transport::{Transport, Trust};
use endpoint::Endpoint;
use metadata::MetadataService;
use profile::{Profile, Profiles};
use region::EndpointVariant;
use retries::Retries;
use timeouts::{TimeoutSeconds, Timeouts};

pub(crate) mod endpoint;
pub(crate) mod environment;
mod ini;
pub(crate) mod integer;
mod location;
pub(crate) mod metadata;
pub(crate) mod profile;
pub(crate) mod region;
pub(crate) mod retries;
pub(crate) mod section;
mod services;
pub(crate) mod timeouts;
pub(crate) mod variables;

/// The global options and the profile files, which are read once.
#[derive(Debug)]
pub(crate) struct Settings<'a> {
    globals: &'a Globals,
    timeouts: TimeoutSeconds,
    profile: Profile,
    profiles: Arc<Profiles>,
    metadata: MetadataService,
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
    pub(crate) transport: Transport,
    /// Whether `--debug` is set.
    pub(crate) debug: bool,
}

impl<'a> Settings<'a> {
    /// Checks what v1 checks before the operation, and reads the profile files.
    ///
    /// # Errors
    /// Returns an error for an `--endpoint-url` without a scheme, a timeout that is not an integer, a profile file that cannot be parsed, an
    /// unknown `cli_timestamp_format`, or an invalid setting of the instance metadata service.
    pub(crate) fn load(globals: &'a Globals) -> Result<Self, Error> {
        variables::check()?;
        if let Some(url) = &globals.endpoint_url {
            endpoint::check_scheme(url)?;
        }
        let timeouts = TimeoutSeconds::read(globals)?;
        let profile = Profile::select(globals.profile.as_deref());
        let profiles = Profiles::load(&profile)?;
        let timestamps = timestamps(&profiles)?;
        // v1 reports an unknown profile later, and does not read other settings before that.
        let metadata = match profiles.has(&profile) {
            true => MetadataService::read(&profiles)?,
            false => MetadataService::default(),
        };
        Ok(Self {
            globals,
            timeouts,
            profile,
            metadata,
            profiles: Arc::new(profiles),
            timestamps,
        })
    }

    /// Returns the format of timestamps.
    pub(crate) fn timestamps(&self) -> Timestamps {
        self.timestamps
    }

    pub(crate) fn profile(&self) -> &Profile {
        &self.profile
    }

    pub(crate) fn profiles(&self) -> &Arc<Profiles> {
        &self.profiles
    }

    pub(crate) fn metadata(&self) -> &MetadataService {
        &self.metadata
    }

    /// Returns whether requests are signed, which `--no-sign-request` disables.
    pub(crate) fn is_signed(&self) -> bool {
        !self.globals.no_sign_request
    }

    /// Returns the output format: `--output`, `AWS_DEFAULT_OUTPUT`, the profile's `output`, or JSON.
    ///
    /// # Errors
    /// Returns an error if the profile's `output` is a block of nested settings.
    pub(crate) fn format(&self) -> Result<Format, Error> {
        let name = match self.globals.output.clone() {
            Some(name) => Some(name),
            None => setting("AWS_DEFAULT_OUTPUT", "output", &self.profiles)?,
        };
        Ok(Format::named(name.as_deref()))
    }

    /// Checks that the selected profile exists.
    ///
    /// # Errors
    /// Returns an error if neither file contains it.
    pub(crate) fn check_profile(&self) -> Result<(), Error> {
        match self.profile.name() {
            Some(name) if !self.profiles.has(&self.profile) => {
                Err(Error::ProfileNotFound(name.to_owned()))
            }
            _ => Ok(()),
        }
    }

    /// Returns the region. v1 checks its format before it searches credentials, and its presence after that. It reads the profile only if
    /// neither the command line nor the environment has a region.
    ///
    /// # Errors
    /// Returns an error for an invalid region and for an unknown profile.
    pub(crate) fn region(&self) -> Result<Option<String>, Error> {
        let option = self.globals.region.as_deref();
        if let Some(region) = region::without_profile(option) {
            region::check_format(&region)?;
        }
        self.check_profile()?;
        region::resolve(option, &self.profiles)
    }

    /// Returns the region of STS, which is not validated yet. As in v1, it is not affected by an empty `--region`.
    ///
    /// # Errors
    /// Returns an error if the profile's `region` is a block of nested settings.
    pub(crate) fn region_of_issuers(&self) -> Result<Option<String>, Error> {
        let option = self.globals.region.as_deref();
        match region::without_profile(option.filter(|region| !region.is_empty())) {
            Some(region) => Ok(Some(region)),
            None => Ok(self.profiles.get("region")?.map(str::to_owned)),
        }
    }

    /// Returns the region of AssumeRoleWithWebIdentity. It is that of the other calls, but v1 also uses an empty option if there is no other
    /// region.
    ///
    /// # Errors
    /// Returns an error if the region of the profile is not a text.
    pub(crate) fn region_of_web_identity(&self) -> Result<Option<String>, Error> {
        let region = self.region_of_issuers()?;
        Ok(region.or_else(|| self.globals.region.clone()))
    }

    /// Resolves the settings of a call in the order in which v1 reports errors.
    ///
    /// # Errors
    /// Returns an error for the first setting that is missing or invalid.
    pub(crate) fn resolve(&self, region: Option<String>) -> Result<Config, Error> {
        let globals = self.globals;
        let url = endpoint::resolve_url(globals.endpoint_url.as_deref(), &self.profiles)?;
        let region = region.ok_or(Error::NoRegion)?;
        let retries = Retries::resolve(&self.profiles)?;
        let endpoint = url.map(|url| Endpoint::parse(&url)).transpose()?;
        region::check_host(&region, endpoint.as_ref())?;
        let trust = self.trust()?;
        let timeouts = self.timeouts.checked()?;
        let (region, variant) = EndpointVariant::of(&region, &self.profiles)?;
        Ok(Config {
            region,
            endpoint,
            variant,
            retries,
            timeouts,
            transport: Transport::new(trust),
            debug: globals.debug,
        })
    }

    /// Selects the certificates that are trusted in calls to the services that issue credentials. As in v1, the options of the command line
    /// apply only to ECR.
    ///
    /// # Errors
    /// Returns an error if the path of the bundle is blank.
    pub(crate) fn trust_of_issuers(&self) -> Result<Trust, Error> {
        bundle(setting("AWS_CA_BUNDLE", "ca_bundle", &self.profiles)?)
    }

    /// Selects the trusted certificates: `--no-verify-ssl`, `--ca-bundle`, `AWS_CA_BUNDLE`, the profile's `ca_bundle`, or those of the
    /// platform.
    ///
    /// # Errors
    /// Returns an error if the path of the bundle is blank.
    fn trust(&self) -> Result<Trust, Error> {
        match (&self.globals.ca_bundle, self.globals.no_verify_ssl) {
            (_, true) => Ok(Trust::Any),
            (Some(path), false) => bundle(Some(path.clone())),
            (None, false) => self.trust_of_issuers(),
        }
    }
}

fn bundle(path: Option<String>) -> Result<Trust, Error> {
    match path {
        Some(path) if path.trim().is_empty() => Err(Error::CaBundleEmpty),
        Some(path) => Ok(Trust::Bundle(Path::new(&path).into())),
        None => Ok(Trust::Platform),
    }
}

/// Returns the profile's `cli_timestamp_format`.
fn timestamps(profiles: &Profiles) -> Result<Timestamps, Error> {
    match profiles.get("cli_timestamp_format")? {
        None | Some("none" | "wire") => Ok(Timestamps::Wire),
        Some("iso8601") => Ok(Timestamps::Iso8601),
        Some(other) => Err(Error::TimestampFormat(other.to_owned())),
    }
}
