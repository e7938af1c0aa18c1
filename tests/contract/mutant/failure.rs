//! Everything that can go wrong.

use std::io;

#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("{0}")]
    Usage(&'static str),
    #[error("{0:?} is no registry of Amazon ECR")]
    NotEcr(String),
    #[error("no region is known: set AWS_REGION")]
    NoRegion,
    #[error("something is missing")]
    Something,
    #[error("no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")]
    NoCredentials,
    #[error("ECR refused: {code}: {message}")]
    Refused { code: String, message: String },
    #[error("ECR refused: {code}: {message}; is the clock of this machine right?")]
    Clock {
        code: String,
        message: String,
        /// The time of the service, where it said so.
        date: Option<f64>,
    },
    #[error("the answer of ECR cannot be used: {0}")]
    Answer(&'static str),
    #[error("{0}")]
    Network(String),
    #[error("{0}")]
    Other(String),
}

impl Failure {
    pub(crate) fn other(what: &str, cause: &io::Error) -> Self {
        Failure::Other(format!("{what}: {cause}"))
    }

    /// Whether AWS, or this client before it, holds that the caller may not have a token.
    pub(crate) fn is_denial(&self) -> bool {
        match self {
            Failure::NoCredentials | Failure::Clock { .. } => true,
            Failure::Refused { code, .. } => DENIALS.contains(&code.as_str()),
            _ => false,
        }
    }

    pub(crate) fn code(&self) -> &str {
        match self {
            Failure::Refused { code, .. } | Failure::Clock { code, .. } => code,
            _ => "",
        }
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
