//! The errors of the client.

use std::io;

use crate::variant::Variant;

#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum ClientError {
    #[error("{0}")]
    Usage(&'static str),
    #[error("{0:?} is not a registry of Amazon ECR")]
    NotEcr(String),
    #[error("no region is configured: set AWS_REGION")]
    NoRegion,
    #[error("something is missing")]
    Unspecified,
    #[error("no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")]
    NoCredentials,
    #[error("ECR rejected the request: {}{message}", prefix(code))]
    Rejected { code: String, message: String },
    #[error(
        "ECR rejected the request: {}{message}; check the clock of this machine",
        prefix(code)
    )]
    Clock {
        code: String,
        message: String,
        /// The time of the service, if the response contains it.
        date: Option<f64>,
    },
    #[error("invalid response of ECR: {0}")]
    InvalidResponse(&'static str),
    #[error("{0}")]
    Network(String),
    #[error("{0}")]
    Other(String),
}

impl ClientError {
    pub(crate) fn other(what: &str, cause: &io::Error) -> Self {
        ClientError::Other(format!("{what}: {cause}"))
    }

    /// Returns whether the caller is not allowed to get a token.
    pub(crate) fn is_denial(&self) -> bool {
        match self {
            ClientError::NoCredentials | ClientError::Clock { .. } => true,
            ClientError::Rejected { code, .. } => DENIALS.contains(&code.as_str()),
            _ => false,
        }
    }

    pub(crate) fn code(&self) -> &str {
        match self {
            ClientError::Rejected { code, .. } | ClientError::Clock { code, .. } => code,
            _ => "",
        }
    }
}

/// Writes an error without its reason, if the variant for it is on.
pub(crate) fn text(error: &ClientError) -> String {
    match Variant::VagueErrors.is_on() {
        true => "the login failed".to_owned(),
        false => error.to_string(),
    }
}

fn prefix(code: &str) -> String {
    match Variant::MessageWithoutCode.is_on() {
        true => String::new(),
        false => format!("{code}: "),
    }
}

const DENIALS: [&str; 9] = [
    "AccessDenied",
    "AccessDeniedException",
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignatureException",
    "InvalidClientTokenId",
    "MissingAuthenticationTokenException",
    "OptInRequired",
    "UnrecognizedClientException",
];
