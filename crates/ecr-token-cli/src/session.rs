//! The settings and the credentials of a call.

use aws_credential_types::Credentials;

use crate::config::{Config, Settings};
use crate::credential_characters::check_characters;
use crate::credentials::{self, Provided};
use crate::error::Error;
use crate::issuer::IssuerClient;

/// Everything that a call to ECR needs.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) config: Config,
    credentials: SigningCredentials,
    issuers: IssuerClient,
}

#[derive(Debug)]
enum SigningCredentials {
    /// `--no-sign-request`.
    None,
    NotFound,
    Found(Provided),
}

impl Session {
    /// Resolves settings and credentials in the order in which v1 reports errors.
    ///
    /// # Errors
    /// Returns an error for the first setting that is missing or invalid. Missing credentials are reported when they are used.
    pub(crate) async fn open(settings: &Settings<'_>) -> Result<Self, Error> {
        let region = settings.region()?;
        let credentials = match settings.is_signed() {
            false => SigningCredentials::None,
            true => match credentials::find(settings).await? {
                None => SigningCredentials::NotFound,
                Some(found) => SigningCredentials::Found(found),
            },
        };
        credentials::check_sso_session(settings)?;
        let config = settings.resolve(region)?;
        let issuers = IssuerClient::new(settings, &config)?;
        Ok(Self {
            config,
            credentials,
            issuers,
        })
    }

    /// Returns the credentials that sign a request, or `None` if requests are not signed.
    ///
    /// # Errors
    /// Returns an error if there are no credentials, or if they cannot be fetched or cannot sign a request.
    pub(crate) async fn credentials(&self) -> Result<Option<Credentials>, Error> {
        match &self.credentials {
            SigningCredentials::None => Ok(None),
            SigningCredentials::NotFound => Err(Error::NoCredentials),
            SigningCredentials::Found(found) => {
                let found = found.keys(&self.issuers).await?;
                check_characters(&found)?;
                Ok(Some(found))
            }
        }
    }

    /// Replaces the source of the credentials with credentials that it has returned.
    pub(crate) fn set_credentials(&mut self, credentials: Credentials) {
        self.credentials = SigningCredentials::Found(Provided::Keys(credentials));
    }
}
