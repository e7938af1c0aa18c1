//! The error responses of layer URLs.

use http::{Response, StatusCode, header};

use crate::domain::RepositoryError;
use crate::request_log::Reason;
use crate::types::error_chain::chain;

/// An error of a request for a layer URL. Codes and messages are those of S3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LayerUrlError {
    /// The request has an `Authorization` header. The URL is already a credential. Source: open-policy-agent/opa#6580.
    TwoAuthMechanisms,
    Forged,
    Expired,
    NoSuchKey,
    InvalidRange,
    InternalError,
}

impl From<RepositoryError> for LayerUrlError {
    fn from(error: RepositoryError) -> Self {
        match error {
            RepositoryError::LayersNotFound { .. } => LayerUrlError::NoSuchKey,
            error => {
                tracing::error!(error = %chain(&error), "a layer cannot be read");
                LayerUrlError::InternalError
            }
        }
    }
}

impl LayerUrlError {
    pub(super) fn code(self) -> &'static str {
        match self {
            LayerUrlError::TwoAuthMechanisms => "InvalidArgument",
            LayerUrlError::Forged => "SignatureDoesNotMatch",
            LayerUrlError::Expired => "AccessDenied",
            LayerUrlError::NoSuchKey => "NoSuchKey",
            LayerUrlError::InvalidRange => "InvalidRange",
            LayerUrlError::InternalError => "InternalError",
        }
    }

    /// Returns what explains the error, if its code and text do not.
    pub(super) fn reason(self) -> Option<Reason> {
        match self {
            LayerUrlError::Expired => Some(Reason::ExpiredLayerUrl),
            LayerUrlError::Forged | LayerUrlError::TwoAuthMechanisms => {
                Some(Reason::InvalidLayerUrl)
            }
            _ => None,
        }
    }

    pub(super) fn message(self) -> &'static str {
        self.status_and_message().1
    }

    fn status_and_message(self) -> (StatusCode, &'static str) {
        match self {
            LayerUrlError::TwoAuthMechanisms => (
                StatusCode::BAD_REQUEST,
                "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified",
            ),
            LayerUrlError::Forged => (
                StatusCode::FORBIDDEN,
                "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
            ),
            LayerUrlError::Expired => (StatusCode::FORBIDDEN, "Request has expired"),
            LayerUrlError::NoSuchKey => {
                (StatusCode::NOT_FOUND, "The specified key does not exist.")
            }
            LayerUrlError::InvalidRange => (
                StatusCode::RANGE_NOT_SATISFIABLE,
                "The requested range is not satisfiable",
            ),
            LayerUrlError::InternalError => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "We encountered an internal error. Please try again.",
            ),
        }
    }

    pub(super) fn into_response(self) -> Response<bytes::Bytes> {
        let (status, message) = self.status_and_message();
        let code = self.code();
        let xml = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>"
        );
        Response::builder()
            .status(status)
            .header(header::CONTENT_TYPE, "application/xml")
            .header(header::CONTENT_LENGTH, xml.len())
            .body(xml.into())
            .expect("the headers are constants")
    }
}
