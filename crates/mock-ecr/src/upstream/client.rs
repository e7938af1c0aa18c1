//! Sends requests to an upstream registry, and logs in if the registry requires it.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use bytes::Bytes;
use http::header::{self, HeaderName, HeaderValue};
use http::{Request, Response, StatusCode, Uri};
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use tokio::net::TcpStream;

use crate::config::UpstreamAddress;
use crate::http::body::collect;
use crate::http::buffers::Reservation;
use crate::http::query::encode;
use crate::token::{Claims, TokenIssuer};
use crate::types::secret::Secret;
use crate::upstream::challenge::Challenge;
use crate::upstream::error::UpstreamError;
use crate::upstream::secret::Credentials;
use crate::upstream::upstreams::Upstreams;

/// The header with the images whose import has led to a request. A mock that receives it does not import one of these images: a rule can name
/// an upstream registry whose images come from the same cache.
pub(crate) const IMPORTING: HeaderName = HeaderName::from_static("x-mock-ecr-importing");

/// A client of an upstream registry.
pub(super) struct Client<'a> {
    pub(super) upstreams: &'a Upstreams,
    pub(super) address: &'a UpstreamAddress,
    /// The value of the header `Host`.
    pub(super) host: String,
    pub(super) credentials: Option<Credentials>,
    pub(super) tokens: &'a TokenIssuer,
    /// The claims of the token for a registry of Amazon ECR.
    pub(super) claims: Claims,
    /// The value of [`IMPORTING`].
    pub(super) importing: String,
    /// The memory of responses.
    pub(super) reservation: Reservation,
    pub(super) authorization: Option<HeaderValue>,
}

impl Client<'_> {
    /// Returns a resource, or a redirect to it. Logs in if the registry requires it.
    pub(super) async fn get(
        &mut self,
        path: &str,
        accept: &str,
    ) -> Result<Response<Incoming>, UpstreamError> {
        let response = self.send(path, accept).await?;
        let response = match response.status() {
            StatusCode::UNAUTHORIZED => {
                self.log_in(&response).await?;
                self.send(path, accept).await?
            }
            _ => response,
        };
        checked(response)
    }

    async fn send(&self, path: &str, accept: &str) -> Result<Response<Incoming>, UpstreamError> {
        let mut request = request(&self.host, path)?;
        let headers = request.headers_mut();
        headers.insert(header::ACCEPT, value(accept)?);
        headers.insert(IMPORTING, value(&self.importing)?);
        if let Some(authorization) = &self.authorization {
            headers.insert(header::AUTHORIZATION, authorization.clone());
        }
        send_to(self.address, request).await
    }

    /// Returns the target of a redirect. The credentials are sent only if it has the same host.
    pub(super) async fn follow(&self, location: &str) -> Result<Response<Incoming>, UpstreamError> {
        let url: Uri = location.parse().map_err(UpstreamError::unavailable)?;
        let Some(authority) = url.authority() else {
            return checked(self.send(location, "*/*").await?);
        };
        let address = self.resolve(&url, "a redirect")?;
        let request = request(authority.as_str(), path_of(&url))?;
        checked(send_to(address, request).await?)
    }

    fn resolve(&self, url: &Uri, what: &str) -> Result<&UpstreamAddress, UpstreamError> {
        self.upstreams.resolve(url).ok_or_else(|| {
            let host = url.host().unwrap_or_default();
            let reason =
                format!("upstreams.addresses has no address for {host}, the host of {what}");
            UpstreamError::Unavailable(reason)
        })
    }

    /// Sets the credentials that the registry requires.
    async fn log_in(&mut self, response: &Response<Incoming>) -> Result<(), UpstreamError> {
        let headers = response.headers().get_all(header::WWW_AUTHENTICATE);
        let mut texts = headers.iter().filter_map(|value| value.to_str().ok());
        let challenge = texts.find_map(Challenge::parse);
        let authorization = match challenge {
            Some(Challenge::Bearer {
                realm,
                service,
                scope,
            }) => {
                let token = self.token(&realm, service, scope).await?;
                Secret::from(format!("Bearer {}", token.expose()))
            }
            Some(Challenge::Basic { service }) => self.basic(service.as_deref())?,
            None => {
                let reason = "it requires an unsupported kind of authentication".to_owned();
                return Err(UpstreamError::AccessDenied(reason));
            }
        };
        self.authorization = Some(sensitive(&authorization)?);
        Ok(())
    }

    /// Returns the credentials for Basic authentication. A registry of Amazon ECR accepts a token of the mock.
    fn basic(&self, service: Option<&str>) -> Result<Secret, UpstreamError> {
        match (&self.credentials, service) {
            (Some(credentials), _) => Ok(basic(credentials)),
            (None, Some("ecr.amazonaws.com")) => {
                let token = self.tokens.issue(&self.claims);
                Ok(format!("Basic {}", token.as_str()).into())
            }
            (None, _) => {
                let reason = "it requires credentials, and the rule has none".to_owned();
                Err(UpstreamError::AccessDenied(reason))
            }
        }
    }

    /// Requests a token. Source: distribution/distribution, `docs/content/spec/auth/token.md`.
    async fn token(
        &mut self,
        realm: &str,
        service: Option<String>,
        scope: Option<String>,
    ) -> Result<Secret, UpstreamError> {
        let url: Uri = realm.parse().map_err(UpstreamError::unavailable)?;
        let address = self.resolve(&url, "the token service")?;
        let mut path = path_of(&url).to_owned();
        for (name, value) in [("service", service), ("scope", scope)] {
            if let Some(value) = value {
                let separator = if path.contains('?') { '&' } else { '?' };
                path += &format!("{separator}{name}={}", encode(value.as_bytes()));
            }
        }
        let host = url.authority().map_or("", |authority| authority.as_str());
        let mut request = request(host, &path)?;
        if let Some(credentials) = &self.credentials {
            let authorization = sensitive(&basic(credentials))?;
            request
                .headers_mut()
                .insert(header::AUTHORIZATION, authorization);
        }
        let response = checked(send_to(address, request).await?)?;
        let body = response.into_body();
        let body = collect(body, MAX_TOKEN_RESPONSE, &mut self.reservation).await;
        let body = body.map_err(UpstreamError::unavailable)?;
        let token: TokenResponse = serde_json::from_slice(&body).map_err(|_| no_token())?;
        token.token.or(token.access_token).ok_or_else(no_token)
    }
}

/// The maximum size of the response of a token service, in bytes.
const MAX_TOKEN_RESPONSE: usize = 64 << 10;

#[derive(Deserialize)]
struct TokenResponse {
    token: Option<Secret>,
    access_token: Option<Secret>,
}

fn no_token() -> UpstreamError {
    UpstreamError::unavailable("the response of the token service has no token")
}

fn basic(credentials: &Credentials) -> Secret {
    let Credentials {
        username,
        access_token,
    } = credentials;
    let pair = format!("{username}:{}", access_token.expose());
    format!("Basic {}", BASE64_STANDARD.encode(pair)).into()
}

fn sensitive(text: &Secret) -> Result<HeaderValue, UpstreamError> {
    let mut value = HeaderValue::from_str(text.expose()).map_err(UpstreamError::unavailable)?;
    value.set_sensitive(true);
    Ok(value)
}

fn value(text: &str) -> Result<HeaderValue, UpstreamError> {
    HeaderValue::from_str(text).map_err(UpstreamError::unavailable)
}

fn path_of(url: &Uri) -> &str {
    url.path_and_query().map_or("/", |path| path.as_str())
}

fn request(host: &str, path: &str) -> Result<Request<Empty<Bytes>>, UpstreamError> {
    let request = Request::get(path)
        .header(header::HOST, host)
        .header(header::USER_AGENT, "mock-ecr")
        .body(Empty::new());
    request.map_err(UpstreamError::unavailable)
}

/// Sends a request on a new connection, which is closed after the response.
async fn send_to(
    address: &UpstreamAddress,
    request: Request<Empty<Bytes>>,
) -> Result<Response<Incoming>, UpstreamError> {
    let failed = |error: &dyn std::error::Error| {
        UpstreamError::Unavailable(format!("the request to {address} has failed: {error}"))
    };
    let stream = TcpStream::connect(address.to_string()).await;
    let stream = TokioIo::new(stream.map_err(|error| failed(&error))?);
    let connected = http1::handshake(stream).await;
    let (mut sender, connection) = connected.map_err(|error| failed(&error))?;
    // The task ends when the response was read or dropped.
    tokio::spawn(async move { drop(connection.await) });
    let sent = sender.send_request(request).await;
    sent.map_err(|error| failed(&error))
}

/// Returns a response that has succeeded or is a redirect.
fn checked(response: Response<Incoming>) -> Result<Response<Incoming>, UpstreamError> {
    let status = response.status();
    match status {
        _ if status.is_success() || status.is_redirection() => Ok(response),
        StatusCode::NOT_FOUND => Err(UpstreamError::NotFound),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            Err(UpstreamError::AccessDenied(format!("status {status}")))
        }
        StatusCode::TOO_MANY_REQUESTS => Err(UpstreamError::TooManyRequests),
        _ => Err(UpstreamError::Unavailable(format!("status {status}"))),
    }
}
