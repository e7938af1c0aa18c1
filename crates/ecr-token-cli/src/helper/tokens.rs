//! Gets logins for the helper commands, from the cache file or from ECR.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use ecr_token_source::{
    AuthorizationData, CacheFile, Credentials, FetchError, Identity, Registry, TokenRequest,
    TokenSource,
};
use serde_json::Value;

use crate::args::globals::Globals;
use crate::client;
use crate::config::Settings;
use crate::error::Error;
use crate::platform;
use crate::python_time::PythonTime;
use crate::response::TokenResponse;
use crate::session::Session;

/// Credentials, and how long the caller may cache them.
pub(super) struct Login {
    pub(super) credentials: Credentials,
    pub(super) cache_duration: Duration,
}

/// Returns the login of a registry, or of the registry of the caller's account.
///
/// The kubelet waits for one minute, other callers for 30 seconds. The deadline is shorter than both.
///
/// # Errors
/// Returns an error if settings are missing or invalid, if there are no credentials, or if the call fails and no valid token
/// is cached.
pub(super) async fn login(globals: &Globals, registry: Option<Registry>) -> Result<Login, Error> {
    with_deadline(async {
        let source = source(globals, registry, CacheMode::File).await?;
        get(&source).await
    })
    .await
}

/// Returns an error if the task does not finish before the deadline.
pub(super) async fn with_deadline<T>(
    task: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let finished = tokio::time::timeout(DEADLINE, task).await;
    finished.unwrap_or_else(|_| {
        let seconds = DEADLINE.as_secs();
        let text = format!("no credentials or no response from ECR within {seconds} s");
        Err(Error::Request(text))
    })
}

/// Where tokens are cached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CacheMode {
    /// In the file that all processes share.
    File,
    /// In memory only.
    Memory,
}

/// Creates a token source for a registry from the current configuration.
///
/// # Errors
/// Returns an error if settings are missing or invalid, or if there are no credentials.
pub(super) async fn source(
    globals: &Globals,
    registry: Option<Registry>,
    cache_mode: CacheMode,
) -> Result<TokenSource, Error> {
    let region = registry
        .as_ref()
        .map(|registry| registry.region().to_owned());
    let globals = in_region(globals, region);
    let settings = Settings::load(&globals)?;
    let mut session = Session::open(&settings).await?;
    if let Some(registry) = &registry {
        session.config.variant.fips |= registry.is_fips();
        session.config.variant.dual_stack |= registry.is_dual_stack();
    }
    let cache = match cache_path().filter(|_| cache_mode == CacheMode::File) {
        None => None,
        Some(path) => Some(CacheFile::new(
            path,
            identity(&mut session, registry.as_ref()).await?,
        )),
    };
    Ok(build_source(session, registry, cache))
}

/// Returns a login, and how long the caller may cache it.
///
/// # Errors
/// Returns an error if the call fails and no valid token is cached.
pub(super) async fn get(source: &TokenSource) -> Result<Login, Error> {
    let credentials = source.get().await;
    let credentials = credentials.map_err(|error| Error::Token(error.to_string()))?;
    Ok(Login {
        cache_duration: source.cache_duration(&credentials),
        credentials,
    })
}

/// The region of the registry takes precedence. Short timeouts leave time for a retry before the deadline.
fn in_region(globals: &Globals, region: Option<String>) -> Globals {
    let globals = globals.clone();
    let seconds =
        |option: Option<String>| option.or_else(|| Some(STALL_TIMEOUT_SECONDS.to_owned()));
    Globals {
        region: region.or(globals.region),
        connect_timeout: seconds(globals.connect_timeout),
        read_timeout: seconds(globals.read_timeout),
        ..globals
    }
}

/// Loads the credentials, so that the call does not load them again.
async fn identity(session: &mut Session, registry: Option<&Registry>) -> Result<Identity, Error> {
    let mut access_key_id = String::new();
    if let Some(credentials) = session.credentials().await? {
        credentials.access_key_id().clone_into(&mut access_key_id);
        session.set_credentials(credentials);
    }
    let config = &session.config;
    let region = match registry {
        Some(_) => String::new(),
        None => config.region.to_string(),
    };
    let endpoint = config.endpoint.as_ref();
    Ok(Identity {
        access_key_id,
        region,
        endpoint: endpoint.map_or_else(String::new, |endpoint| endpoint.uri().to_string()),
    })
}

fn build_source(
    session: Session,
    registry: Option<Registry>,
    cache: Option<CacheFile>,
) -> TokenSource {
    let session = Arc::new(session);
    let mut builder = TokenSource::builder(move |request| fetch(Arc::clone(&session), request));
    if let Some(registry) = registry {
        builder = builder.registry(registry);
    }
    if let Some(cache) = cache {
        builder = builder.cache(cache);
    }
    builder.build()
}

async fn fetch(
    session: Arc<Session>,
    request: TokenRequest,
) -> Result<Vec<AuthorizationData>, FetchError> {
    let ids = request
        .registry
        .map(|registry| vec![registry.account().to_owned()]);
    let response = client::authorization_token(&session, ids).await?;
    Ok(data(response))
}

fn data(response: TokenResponse) -> Vec<AuthorizationData> {
    let document = response.into_document();
    let elements = document["authorizationData"].as_array();
    elements.into_iter().flatten().map(element).collect()
}

fn element(element: &Value) -> AuthorizationData {
    let text = |name: &str| element[name].as_str().map(str::to_owned);
    AuthorizationData {
        authorization_token: text("authorizationToken"),
        expires_at: expiry(&element["expiresAt"]),
        proxy_endpoint: text("proxyEndpoint"),
    }
}

/// Converts a number of seconds since 1970 or a date with a time. Returns `None` for any other value, as if the member was missing.
fn expiry(value: &Value) -> Option<SystemTime> {
    match value {
        Value::String(text) => match text.trim().parse() {
            Ok(seconds) => time(seconds),
            Err(_) => PythonTime::parse(text).ok()?.instant().ok(),
        },
        other => other.as_f64().and_then(time),
    }
}

/// Converts seconds since 1970. Returns `None` for a time that `SystemTime` cannot represent.
fn time(seconds: f64) -> Option<SystemTime> {
    let distance = Duration::try_from_secs_f64(seconds.abs()).ok()?;
    match seconds.is_sign_negative() {
        true => SystemTime::UNIX_EPOCH.checked_sub(distance),
        false => SystemTime::UNIX_EPOCH.checked_add(distance),
    }
}

/// Returns the path of the cache file. The variables are those of Amazon's helper; the file name is another one.
pub(super) fn cache_path() -> Option<PathBuf> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    if variable("AWS_ECR_DISABLE_CACHE").is_some() {
        return None;
    }
    let home = || platform::home().filter(|home| !home.is_empty());
    let directory = variable("AWS_ECR_CACHE_DIR").map(PathBuf::from);
    let directory = directory.or_else(|| Some(PathBuf::from(home()?).join(".ecr")))?;
    Some(directory.join("tokens.json"))
}

const DEADLINE: Duration = Duration::from_secs(25);

/// Timeout for connections and for each part of a response, in seconds.
const STALL_TIMEOUT_SECONDS: &str = "10";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unrepresentable_time_is_none() {
        let epoch = SystemTime::UNIX_EPOCH;
        assert_eq!(time(1.5), Some(epoch + Duration::from_millis(1500)));
        assert_eq!(time(-1.0), Some(epoch - Duration::from_secs(1)));
        for seconds in [f64::NAN, f64::INFINITY, 1e300, -1e300, 1e19] {
            assert_eq!(time(seconds), None, "{seconds}");
        }
    }

    #[test]
    fn missing_members_become_none() {
        let body = br#"{"authorizationData":[null,{},{"authorizationToken":"a","expiresAt":1,"proxyEndpoint":"b"}]}"#;
        let data = data(TokenResponse::read(body).unwrap());
        assert_eq!(data[..2], [const { empty() }, const { empty() }]);
        assert_eq!(data[2].authorization_token.as_deref(), Some("a"));
        assert_eq!(data[2].proxy_endpoint.as_deref(), Some("b"));
        assert!(data[2].expires_at.is_some());
    }

    #[test]
    fn an_expiry_may_be_a_text() {
        let second = Some(SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000));
        let texts = [
            "2001-09-09T01:46:40Z",
            "1000000000",
            "Sun, 09 Sep 2001 01:46:40 GMT",
        ];
        for text in texts {
            assert_eq!(expiry(&Value::from(text)), second, "{text}");
        }
        assert_eq!(expiry(&Value::from("soon")), None);
    }

    const fn empty() -> AuthorizationData {
        AuthorizationData {
            authorization_token: None,
            expires_at: None,
            proxy_endpoint: None,
        }
    }
}
