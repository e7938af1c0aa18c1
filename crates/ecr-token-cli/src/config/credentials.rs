//! Finds and loads the credentials, with the providers of aws-config in v1's order.

use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::profile::{ProfileFileCredentialsProvider, ProfileSet};
use aws_config::provider_config::ProviderConfig;
use aws_config::web_identity_token::WebIdentityTokenCredentialsProvider;
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_types::region::Region;
use http::HeaderValue;

use crate::config::environment::variable;
use crate::config::profile::{self, Profile};
use crate::config::role;
use crate::error::{Error, with_causes};
use crate::transport::Transport;

/// The source of the credentials.
#[derive(Debug, PartialEq)]
pub(crate) enum CredentialSource {
    Environment,
    /// All sources except the environment, starting with this profile.
    Profile(Option<String>),
    /// All sources except the environment and profiles.
    OtherProviders,
    /// Credentials that have been loaded.
    Loaded(Credentials),
}

impl CredentialSource {
    /// Selects the environment if it contains credentials and `--profile` does not exclude them, and the profile otherwise.
    ///
    /// # Errors
    /// Returns an error for a key id without a secret, and for a role without credentials to assume it with.
    pub(super) async fn find(profile: &Profile, profiles: &ProfileSet) -> Result<Self, Error> {
        if !matches!(profile, Profile::Option(_)) && is_in_environment()? {
            return Ok(Self::Environment);
        }
        let name = profile.name().unwrap_or("default");
        role::check(name, profiles)?;
        check_keys(name, profiles).await?;
        if has_secret_without_key_id(profiles) {
            return Ok(Self::OtherProviders);
        }
        Ok(Self::Profile(profile.name().map(str::to_owned)))
    }

    /// Loads the credentials once. A command is too short to need a refresh.
    ///
    /// # Errors
    /// Returns an error if there are no credentials, or if their source fails.
    pub(crate) async fn load(
        &self,
        region: &Region,
        transport: &Transport,
    ) -> Result<Credentials, Error> {
        let loaded = match self {
            Self::Environment => from_environment().await,
            Self::Loaded(credentials) => Ok(credentials.clone()),
            Self::Profile(name) => {
                let chain = chain(name.as_deref(), &provider_config(region, transport));
                chain.provide_credentials().await
            }
            Self::OtherProviders => {
                let chain = other_providers(&provider_config(region, transport));
                chain.provide_credentials().await
            }
        };
        let credentials = loaded.map_err(|error| match error {
            CredentialsError::CredentialsNotLoaded(_) => Error::NoCredentials,
            other => Error::Credentials(with_causes(&other)),
        })?;
        check_characters(&credentials)?;
        Ok(credentials)
    }
}

/// The SDK panics if a value cannot be written to a header. The message does not contain the value.
fn check_characters(credentials: &Credentials) -> Result<(), Error> {
    let key = Some(credentials.access_key_id());
    for (name, value) in [
        ("access key id", key),
        ("session token", credentials.session_token()),
    ] {
        if value.is_some_and(|value| HeaderValue::from_str(value).is_err()) {
            let text = format!("the {name} contains a character that is not allowed in a header");
            return Err(Error::Credentials(text));
        }
    }
    Ok(())
}

fn is_in_environment() -> Result<bool, Error> {
    let is_set = |name| variable(name).is_some_and(|value| !value.is_empty());
    match (is_set("AWS_ACCESS_KEY_ID"), is_set("AWS_SECRET_ACCESS_KEY")) {
        (true, false) => Err(Error::PartialCredentials {
            found_in: "env",
            missing: "AWS_SECRET_ACCESS_KEY",
        }),
        (has_key, _) => Ok(has_key),
    }
}

/// v1 names the file that contains the key without its secret. The merged profile no longer contains the file name.
async fn check_keys(name: &str, profiles: &ProfileSet) -> Result<(), Error> {
    let key = "aws_access_key_id";
    let missing = "aws_secret_access_key";
    let has = |key| profiles.get(key).is_some();
    if !has(key) || has(missing) || has("role_arn") {
        return Ok(());
    }
    let found_in = match profile::credentials_file_has(name, key).await? {
        true => "shared-credentials-file",
        false if has("credential_process") => return Ok(()),
        false => "config-file",
    };
    Err(Error::PartialCredentials { found_in, missing })
}

/// v1 ignores a secret without its key id; the SDK reports an error.
fn has_secret_without_key_id(profiles: &ProfileSet) -> bool {
    let has = |key| profiles.get(key).is_some();
    let others = ["aws_access_key_id", "role_arn", "credential_process"];
    has("aws_secret_access_key") && !others.into_iter().any(has)
}

/// In v1, `AWS_SECURITY_TOKEN`, the old name of `AWS_SESSION_TOKEN`, takes precedence.
async fn from_environment() -> aws_credential_types::provider::Result {
    let provider = EnvironmentVariableCredentialsProvider::new();
    let credentials = provider.provide_credentials().await?;
    let token = variable("AWS_SECURITY_TOKEN").filter(|token| !token.is_empty());
    match token {
        Some(token) => Ok(Credentials::new(
            credentials.access_key_id(),
            credentials.secret_access_key(),
            Some(token),
            None,
            "AWS_SECURITY_TOKEN",
        )),
        None => Ok(credentials),
    }
}

/// Returns the default chain of aws-config without the environment, which is [`CredentialSource::Environment`].
///
/// It reads the profile files again, but only if the environment contains no credentials.
fn chain(profile: Option<&str>, config: &ProviderConfig) -> CredentialsProviderChain {
    let files = ProfileFileCredentialsProvider::builder()
        .configure(config)
        .profile_name(profile.unwrap_or("default"))
        .build();
    CredentialsProviderChain::first_try("Profile", files)
        .or_else("Elsewhere", other_providers(config))
}

fn other_providers(config: &ProviderConfig) -> CredentialsProviderChain {
    let web_identity = WebIdentityTokenCredentialsProvider::builder().configure(config);
    let container = EcsCredentialsProvider::builder().configure(config);
    let instance = ImdsCredentialsProvider::builder().configure(config);
    CredentialsProviderChain::first_try("WebIdentityToken", web_identity.build())
        .or_else("EcsContainer", container.build())
        .or_else("Ec2InstanceMetadata", instance.build())
}

fn provider_config(region: &Region, transport: &Transport) -> ProviderConfig {
    ProviderConfig::without_region()
        .with_region(Some(region.clone()))
        .with_http_client(transport.clone())
}
