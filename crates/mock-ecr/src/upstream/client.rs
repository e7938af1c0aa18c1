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
use crate::upstream::rejected::checked;
use crate::upstream::secret::Credentials;
use crate::upstream::upstreams::Upstreams;

/// The header with the images whose import has led to a request, each with the mock that imports it. A mock that receives it does not import one
/// of its images in it: a rule can name an upstream registry whose images come from the same cache.
pub(crate) const IMPORTING: HeaderName = HeaderName::from_static("x-mock-ecr-importing");

/// The destination of a request: the value of the header `Host`, and the address of the connection.
#[derive(Clone, PartialEq)]
pub(super) struct Destination<'a> {
    host: String,
    address: &'a UpstreamAddress,
}

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

impl<'a> Client<'a> {
    /// Returns a resource, or a redirect to it. Logs in if the registry requires it.
    pub(super) async fn get(
        &mut self,
        path: &str,
        accept: &str,
    ) -> Result<Response<Incoming>, UpstreamError> {
        let registry = self.registry();
        let response = self.send(&registry, path, accept).await?;
        if response.status() != StatusCode::UNAUTHORIZED {
            return self.checked(response, &registry, path).await;
        }
        self.log_in(&response).await?;
        let response = self.send(&registry, path, accept).await?;
        let status = response.status();
        let checked = self.checked(response, &registry, path).await;
        checked.map_err(|error| match error {
            // Amazon ECR rejects an invalid token with this status.
            UpstreamError::Unsupported(reason) if status == StatusCode::BAD_REQUEST => {
                UpstreamError::AccessDenied(reason)
            }
            error => error,
        })
    }

    /// Returns a response that has succeeded or is a redirect.
    async fn checked(
        &self,
        response: Response<Incoming>,
        from: &Destination<'_>,
        path: &str,
    ) -> Result<Response<Incoming>, UpstreamError> {
        let is_secret = |text: &str| self.is_secret(text);
        checked(response, &from.sent(path), is_secret).await
    }

    /// Returns whether a text contains a credential that was sent.
    fn is_secret(&self, text: &str) -> bool {
        let token = self.credentials.as_ref().map(|one| &one.access_token);
        let sent = self
            .authorization
            .as_ref()
            .and_then(|value| value.to_str().ok());
        let sent = sent.and_then(|value| value.split(' ').next_back());
        let mut secrets = token.map(Secret::expose).into_iter().chain(sent);
        secrets.any(|secret| !secret.is_empty() && text.contains(secret))
    }

    /// Returns the destination of requests to the registry.
    pub(super) fn registry(&self) -> Destination<'a> {
        Destination {
            host: self.host.clone(),
            address: self.address,
        }
    }

    /// Sends a request. Adds the credentials only if the destination is the registry.
    async fn send(
        &self,
        to: &Destination<'_>,
        path: &str,
        accept: &str,
    ) -> Result<Response<Incoming>, UpstreamError> {
        let mut request = request(&to.host, path)?;
        let headers = request.headers_mut();
        headers.insert(header::ACCEPT, value(accept)?);
        if *to == self.registry() {
            headers.insert(IMPORTING, value(&self.importing)?);
            if let Some(authorization) = &self.authorization {
                headers.insert(header::AUTHORIZATION, authorization.clone());
            }
        }
        send_to(to, path, request).await
    }

    /// Follows a redirect. Returns the response and its destination. Source: RFC 9110, section 10.2.2. A location
    /// that is relative to the path of the request is not supported.
    pub(super) async fn follow(
        &self,
        from: Destination<'a>,
        location: &str,
    ) -> Result<(Response<Incoming>, Destination<'a>), UpstreamError> {
        if location.starts_with('/') && !location.starts_with("//") {
            let response = self.send(&from, location, "*/*").await?;
            return Ok((self.checked(response, &from, location).await?, from));
        }
        let absolute = match location.starts_with("//") {
            true => format!("http:{location}"),
            false => location.to_owned(),
        };
        let url: Uri = absolute.parse().map_err(UpstreamError::unavailable)?;
        let destination = self.resolve(&url, "a redirect")?;
        let response = self.send(&destination, path_of(&url), "*/*").await?;
        let response = self.checked(response, &destination, path_of(&url)).await?;
        Ok((response, destination))
    }

    /// Returns the destination of a URL that an upstream registry has sent.
    fn resolve(&self, url: &Uri, what: &str) -> Result<Destination<'a>, UpstreamError> {
        let address = self.upstreams.resolve(url).ok_or_else(|| {
            let host = url.host().unwrap_or_default();
            let reason =
                format!("upstreams.addresses has no address for {host}, the host of {what}");
            UpstreamError::Unavailable(reason)
        })?;
        let authority = url.authority().map_or("", |authority| authority.as_str());
        // The header `Host` contains no user name and no password.
        let host = authority.rsplit('@').next().unwrap_or_default().to_owned();
        Ok(Destination { host, address })
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
        let destination = self.resolve(&url, "the token service")?;
        let mut path = path_of(&url).to_owned();
        for (name, value) in [("service", service), ("scope", scope)] {
            if let Some(value) = value {
                let separator = if path.contains('?') { '&' } else { '?' };
                path += &format!("{separator}{name}={}", encode(value.as_bytes()));
            }
        }
        let mut request = request(&destination.host, &path)?;
        if let Some(credentials) = &self.credentials {
            let authorization = sensitive(&basic(credentials))?;
            request
                .headers_mut()
                .insert(header::AUTHORIZATION, authorization);
        }
        let response = send_to(&destination, &path, request).await?;
        let response = self.checked(response, &destination, &path).await;
        let body = response.map_err(UpstreamError::of_service)?.into_body();
        let body = collect(body, MAX_TOKEN_RESPONSE, &mut self.reservation).await;
        let body = body.map_err(UpstreamError::of_body)?;
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

impl Destination<'_> {
    /// Describes a request, without its query, which can contain a signature.
    fn sent(&self, path: &str) -> String {
        let Destination { host, address } = self;
        let path = path.split('?').next().unwrap_or_default();
        match *host == address.to_string() {
            true => format!("GET {path} at {address}"),
            false => format!("GET {path} of {host} at {address}"),
        }
    }
}

/// Sends a request on a new connection, which is closed after the response.
async fn send_to(
    to: &Destination<'_>,
    path: &str,
    request: Request<Empty<Bytes>>,
) -> Result<Response<Incoming>, UpstreamError> {
    let failed = |error: &dyn std::error::Error| {
        UpstreamError::Unavailable(format!("{} has failed: {error}", to.sent(path)))
    };
    let stream = TcpStream::connect(to.address.to_string()).await;
    let stream = TokioIo::new(stream.map_err(|error| failed(&error))?);
    let connected = http1::handshake(stream).await;
    let (mut sender, connection) = connected.map_err(|error| failed(&error))?;
    // The task ends when the response was read or dropped.
    tokio::spawn(async move { drop(connection.await) });
    let sent = sender.send_request(request).await;
    sent.map_err(|error| failed(&error))
}
