//! What the registry answers when it does not do what it was asked.

use bytes::Bytes;
use http::{Response, StatusCode, header};
use serde_json::json;

use crate::token::TokenError;

pub(super) const API_VERSION: &str = "docker-distribution-api-version";
pub(super) const PLAIN_TEXT: &str = "text/plain; charset=utf-8";

/// An error of the registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RegistryError {
    /// No credentials, or a token of another region. Source: NVIDIA/enroot#59 and aquasecurity/trivy#6217.
    NotAuthorized,
    /// A token that cannot be read, or was not issued here. Source of the status: aws/aws-cli#5317; the body is ECR
    /// Public's. `[ASSUME]`
    InvalidToken,
    /// A token whose time is over; there is no challenge. Source: flipt-io/flipt#3043, bazel-contrib/rules_img#715.
    ExpiredToken,
    /// A token that was revoked, or whose credentials are no more. Source of the text: kubernetes/kubernetes#69141; the
    /// status is `[ASSUME]`.
    DeadToken,
    /// Nothing that the registry has. Source: NVIDIA/enroot#59.
    NotFound,
}

impl RegistryError {
    /// The OCI code of the error; where the body has none, the code that the specification has for it.
    pub(super) fn code(self) -> &'static str {
        match self {
            RegistryError::NotAuthorized => "UNAUTHORIZED",
            RegistryError::InvalidToken
            | RegistryError::ExpiredToken
            | RegistryError::DeadToken => "DENIED",
            RegistryError::NotFound => "NOT_FOUND",
        }
    }

    /// Turns the error into an answer: the only place that does.
    pub(super) fn into_response(self, realm: &str) -> Response<Bytes> {
        let (status, message) = match self {
            RegistryError::NotAuthorized => return challenge(realm),
            RegistryError::InvalidToken => (
                StatusCode::BAD_REQUEST,
                "Your Authorization Token is invalid.",
            ),
            RegistryError::ExpiredToken => (
                StatusCode::FORBIDDEN,
                "Your authorization token has expired. Reauthenticate and try again.",
            ),
            RegistryError::DeadToken => (
                StatusCode::FORBIDDEN,
                "The security token included in the request is invalid.",
            ),
            RegistryError::NotFound => return not_found(),
        };
        let body = json!({ "errors": [{ "code": self.code(), "message": message }] });
        respond(
            status,
            "application/json; charset=utf-8",
            format!("{body}\n"),
        )
    }
}

/// The header set, with an empty `Sizes`, is recorded in wom.icu/today-i-learned/2023-09-11 and NVIDIA/enroot#59.
fn challenge(realm: &str) -> Response<Bytes> {
    const BODY: &str = "Not Authorized\n";
    Response::builder()
        .status(StatusCode::UNAUTHORIZED)
        .header(API_VERSION, "registry/2.0")
        .header("sizes", "")
        .header(
            header::WWW_AUTHENTICATE,
            format!("Basic realm=\"{realm}/\",service=\"ecr.amazonaws.com\""),
        )
        .header(header::CONTENT_TYPE, PLAIN_TEXT)
        .header(header::CONTENT_LENGTH, BODY.len())
        .body(BODY.into())
        .expect("a proxy endpoint is printable ASCII")
}

/// Go's own answer to a path that its router does not know.
pub(crate) fn not_found() -> Response<Bytes> {
    let body = "404 page not found\n".to_owned();
    respond(StatusCode::NOT_FOUND, PLAIN_TEXT, body)
}

/// Bodies end in a newline, as Go's JSON encoder writes them.
fn respond(status: StatusCode, content_type: &str, body: String) -> Response<Bytes> {
    Response::builder()
        .status(status)
        .header(API_VERSION, "registry/2.0")
        .header(header::CONTENT_TYPE, content_type)
        .header(header::CONTENT_LENGTH, body.len())
        .body(body.into())
        .expect("the headers are constants")
}

impl From<TokenError> for RegistryError {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::NotBase64 | TokenError::Malformed(_) | TokenError::Forged => {
                RegistryError::InvalidToken
            }
            TokenError::Expired { .. } => RegistryError::ExpiredToken,
            TokenError::Revoked { .. }
            | TokenError::UnknownPrincipal { .. }
            | TokenError::DeadCredentials { .. } => RegistryError::DeadToken,
            TokenError::WrongRegion { .. } => RegistryError::NotAuthorized,
        }
    }
}
