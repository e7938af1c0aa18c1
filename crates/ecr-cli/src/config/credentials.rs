//! Whose request it is: the credential providers of aws-config, in v1's order.

use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::web_identity_token::WebIdentityTokenCredentialsProvider;
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_types::region::Region;

use crate::config::{Profile, variable};
use crate::error::{Error, with_causes};
use crate::transport::Transport;

/// Where credentials are to be looked for.
#[derive(Debug, PartialEq)]
pub(crate) enum CredentialSource {
    Environment,
    /// Everything but the environment, beginning with this profile.
    Profile(Option<String>),
}

impl CredentialSource {
    /// Looks whether the environment holds credentials and whether they count.
    ///
    /// # Errors
    /// A key id without its secret.
    pub(crate) fn find(profile: &Profile) -> Result<Self, Error> {
        let profile_only = Self::Profile(profile.name().map(str::to_owned));
        if matches!(profile, Profile::Option(_)) {
            return Ok(profile_only);
        }
        let is_set = |name| variable(name).is_some_and(|value| !value.is_empty());
        match (is_set("AWS_ACCESS_KEY_ID"), is_set("AWS_SECRET_ACCESS_KEY")) {
            (true, true) => Ok(Self::Environment),
            (true, false) => Err(Error::PartialCredentials),
            (false, _) => Ok(profile_only),
        }
    }

    /// Loads the credentials once; a command does not live long enough to refresh them.
    ///
    /// # Errors
    /// No credentials anywhere, or a source that fails.
    pub(crate) async fn load(
        &self,
        region: &Region,
        transport: &Transport,
    ) -> Result<Credentials, Error> {
        let loaded = match self {
            Self::Environment => from_environment().await,
            Self::Profile(name) => {
                let chain = chain(name.as_deref(), region, transport);
                chain.provide_credentials().await
            }
        };
        loaded.map_err(|error| match error {
            CredentialsError::CredentialsNotLoaded(_) => Error::NoCredentials,
            other => Error::Credentials(with_causes(&other)),
        })
    }
}

/// `AWS_SECURITY_TOKEN`, the old name of `AWS_SESSION_TOKEN`, still counts in v1.
async fn from_environment() -> aws_credential_types::provider::Result {
    let provider = EnvironmentVariableCredentialsProvider::new();
    let credentials = provider.provide_credentials().await?;
    let token = variable("AWS_SECURITY_TOKEN").filter(|token| !token.is_empty());
    match token {
        Some(token) if credentials.session_token().is_none() => Ok(Credentials::new(
            credentials.access_key_id(),
            credentials.secret_access_key(),
            Some(token),
            None,
            "AWS_SECURITY_TOKEN",
        )),
        _ => Ok(credentials),
    }
}

/// The default chain of aws-config without its first link, which [`CredentialSource::Environment`] is.
///
/// It reads the profile files again. That happens only when the environment holds no credentials.
fn chain(
    profile: Option<&str>,
    region: &Region,
    transport: &Transport,
) -> CredentialsProviderChain {
    let config = ProviderConfig::without_region()
        .with_region(Some(region.clone()))
        .with_http_client(transport.clone());
    let files = ProfileFileCredentialsProvider::builder()
        .configure(&config)
        .profile_name(profile.unwrap_or("default"))
        .build();
    let web_identity = WebIdentityTokenCredentialsProvider::builder().configure(&config);
    let container = EcsCredentialsProvider::builder().configure(&config);
    let instance = ImdsCredentialsProvider::builder().configure(&config);
    CredentialsProviderChain::first_try("Profile", files)
        .or_else("WebIdentityToken", web_identity.build())
        .or_else("EcsContainer", container.build())
        .or_else("Ec2InstanceMetadata", instance.build())
}
