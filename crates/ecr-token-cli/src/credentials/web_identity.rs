//! Roles that are assumed with the token of a web identity, which a file contains.

use std::fs;

use aws_credential_types::Credentials;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use crate::config::profile::Profiles;
use crate::config::variables::variable;
use crate::credential_error::CredentialError;
use crate::credentials::provided::{Fetch, Provided};
use crate::credentials::search_context::Variables;
use crate::credentials::session_cache::{SessionCache, credentials};
use crate::credentials::session_name;
use crate::error::Error;
use crate::issuer::IssuerClient;
use crate::issuer::sts::{Parameter, Parameters};
use crate::platform;
use crate::python;
use crate::python_text::universal_newlines;

#[derive(Debug)]
struct WebIdentity {
    parameters: Parameters,
    cache: SessionCache,
    token_file: String,
}

/// Returns the role if the environment or the profile names a token file. Each variable takes precedence over its setting, even if it is
/// empty.
///
/// # Errors
/// Returns an error if there is no role, or if the token file cannot be read.
pub(super) fn find(
    profiles: &Profiles,
    profile: &str,
    variables: Variables,
) -> Result<Option<Provided>, Error> {
    let setting = |name: &str, key: &str| match variables {
        Variables::Used if variable(name).is_some() => Ok(variable(name)),
        _ => match profiles.profile(profile) {
            None => Ok(None),
            Some(section) => Ok::<_, Error>(section.text(key)?.map(str::to_owned)),
        },
    };
    let token_file = setting("AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file")?;
    let Some(token_file) = token_file.filter(|path| !path.is_empty()) else {
        return Ok(None);
    };
    let arn = setting("AWS_ROLE_ARN", "role_arn")?.filter(|arn| !arn.is_empty());
    let arn = arn.ok_or(CredentialError::WebIdentityWithoutRole)?;
    let name = setting("AWS_ROLE_SESSION_NAME", "role_session_name")?;
    let name = name.map(|name| ("RoleSessionName", Parameter::Text(name)));
    let mut parameters: Parameters = name.into_iter().collect();
    parameters.push(("RoleArn", Parameter::Text(arn)));
    let token = ("WebIdentityToken", Parameter::Text(read(&token_file)?));
    // The token is a part of the key of the cache, and is read again for the request.
    parameters.push(token);
    let cache = session_name::complete(&mut parameters);
    Ok(Some(Provided::Deferred(Box::new(WebIdentity {
        parameters,
        cache,
        token_file,
    }))))
}

fn read(path: &str) -> Result<String, Error> {
    let bytes = fs::read(path).map_err(|error| {
        let (number, text) = platform::errno(&error);
        CredentialError::Python(format!(
            "[Errno {number}] {text}: {}",
            python::repr_str(path)
        ))
    })?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|error| CredentialError::Python(python::decode_error(&bytes, error)))?;
    Ok(universal_newlines(text))
}

impl Fetch for WebIdentity {
    fn fetch<'f>(&'f self, issuers: &'f IssuerClient) -> BoxFuture<'f, Result<Credentials, Error>> {
        async move {
            if let Some(session) = self.cache.read()? {
                return Ok(session);
            }
            let mut parameters = self.parameters.clone();
            parameters.retain(|(name, _)| *name != "WebIdentityToken");
            let token = Parameter::Text(read(&self.token_file)?);
            parameters.push(("WebIdentityToken", token));
            let keys = issuers.assume_role_with_web_identity(&parameters).await?;
            self.cache.write(&keys);
            Ok(credentials(&keys)?)
        }
        .boxed()
    }
}
