//! The errors that a fault can return, by their codes.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::aws::model::shapes::Model;
use crate::aws::service::AwsService;
use crate::types::error_chain::debug_as_chain;
use crate::types::similar::{DidYouMean, most_similar};

/// The code of an AWS error that the mock can return, such as `ThrottlingException`.
///
/// The known codes are the exceptions in the service models of ECR, ECR Public and STS, such as `KmsException`, and the
/// common errors of AWS: `ThrottlingException`, `TooManyRequestsException`, `RequestLimitExceeded`, `ServerException`,
/// `InternalFailure`, `InternalServerError`, `BadGateway`, `ServiceUnavailable`, `GatewayTimeout`,
/// `UnrecognizedClientException`, `InvalidClientTokenId`, `ExpiredTokenException`, `InvalidSignatureException`,
/// `RequestExpired` and `AccessDeniedException`. STS returns some of them by another name, such as `Throttling`.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
#[cfg_attr(
    any(test, feature = "schemars"),
    derive(schemars::JsonSchema),
    schemars(with = "String")
)]
pub struct ErrorCode(&'static Row);

impl ErrorCode {
    /// `ThrottlingException`.
    pub const THROTTLING: ErrorCode = ErrorCode(&ROWS[0]);

    /// Returns the code as it occurs in responses of an API.
    pub fn as_str(self) -> &'static str {
        self.0.code
    }

    /// Returns the known codes.
    pub(crate) fn names() -> Vec<&'static str> {
        rows().map(|row| row.code).collect()
    }

    /// Returns the row of the table.
    pub(super) fn row(self) -> &'static Row {
        self.0
    }
}

impl std::str::FromStr for ErrorCode {
    type Err = UnknownErrorCode;

    fn from_str(text: &str) -> Result<Self, UnknownErrorCode> {
        let found = rows().find(|row| row.code == text);
        found
            .map(ErrorCode)
            .ok_or_else(|| UnknownErrorCode(text.to_owned()))
    }
}

impl TryFrom<String> for ErrorCode {
    type Error = UnknownErrorCode;

    fn try_from(text: String) -> Result<Self, UnknownErrorCode> {
        text.parse()
    }
}

impl From<ErrorCode> for &'static str {
    fn from(code: ErrorCode) -> Self {
        code.as_str()
    }
}

impl fmt::Debug for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The error returned when a string is not a known error code. The message lists the common codes and a similar one.
#[derive(Clone, PartialEq, Eq)]
pub struct UnknownErrorCode(String);

debug_as_chain!(UnknownErrorCode);

impl fmt::Display for UnknownErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let common: Vec<&str> = ROWS.iter().map(|row| row.code).collect();
        let similar = most_similar(&self.0, ErrorCode::names());
        let (common, similar) = (common.join(", "), DidYouMean(&similar));
        write!(
            f,
            "unknown error code {:?}: expected {common} or another exception of ECR, ECR Public or STS{similar}",
            self.0
        )
    }
}

impl std::error::Error for UnknownErrorCode {}

/// An error of the API, and the error of the registry that corresponds to it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) code: &'static str,
    pub(super) status: u16,
    pub(super) message: &'static str,
    pub(super) oci: &'static str,
    pub(super) oci_status: u16,
    pub(super) oci_message: &'static str,
}

const fn row(
    (code, status, message): (&'static str, u16, &'static str),
    (oci, oci_status, oci_message): (&'static str, u16, &'static str),
) -> Row {
    Row {
        code,
        status,
        message,
        oci,
        oci_status,
        oci_message,
    }
}

/// The service models are parsed only if the code is not one of [`ROWS`].
fn rows() -> impl Iterator<Item = &'static Row> {
    let modelled = std::iter::once_with(|| MODELLED.iter()).flatten();
    ROWS.iter().chain(modelled)
}

/// The exceptions of the service models that [`ROWS`] does not contain. The error of the registry is `[ASSUME]`.
static MODELLED: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let mut found = BTreeMap::new();
    for service in AwsService::ALL {
        found.extend(Model::of(service).exceptions());
    }
    found.retain(|code, _| ROWS.iter().all(|row| row.code != *code));
    let rows = found.into_iter().map(|(code, status)| {
        let message = "A fault of the mock returned this error.";
        row((code, status, message), ("UNKNOWN", status, message))
    });
    rows.collect()
});

/// Sources: ThrottlingException: aws/amazon-ecs-agent#498. TOOMANYREQUESTS: AWS user guide, `common-errors.html`. The
/// statuses of the other errors: the service model and AWS's page of common errors. TooManyRequestsException has the
/// status of Lambda `[ANALOG]`. The pairs of API and registry errors, and the messages of service errors, are
/// `[ASSUME]`.
static ROWS: [Row; 19] = [
    row(
        ("ThrottlingException", 400, "Rate exceeded"),
        ("TOOMANYREQUESTS", 429, "Rate exceeded"),
    ),
    row(
        ("TooManyRequestsException", 429, "Too Many Requests"),
        ("TOOMANYREQUESTS", 429, "Rate exceeded"),
    ),
    row(
        ("RequestLimitExceeded", 400, "Request limit exceeded."),
        ("TOOMANYREQUESTS", 429, "Rate exceeded"),
    ),
    row(
        ("ServerException", 500, "An internal server error occurred."),
        ("UNKNOWN", 500, "An internal server error occurred."),
    ),
    row(
        (
            "InternalFailure",
            500,
            "The request processing has failed because of an unknown error.",
        ),
        ("UNKNOWN", 500, "unknown error"),
    ),
    row(
        (
            "InternalServerError",
            500,
            "An internal server error occurred.",
        ),
        ("UNKNOWN", 500, "unknown error"),
    ),
    row(
        ("BadGateway", 502, "Bad Gateway"),
        ("UNKNOWN", 502, "bad gateway"),
    ),
    row(
        (
            "ServiceUnavailable",
            503,
            "The request has failed due to a temporary failure of the server.",
        ),
        ("UNAVAILABLE", 503, "service unavailable"),
    ),
    row(
        ("GatewayTimeout", 504, "Gateway Timeout"),
        ("UNKNOWN", 504, "gateway timeout"),
    ),
    row(
        (
            "UnrecognizedClientException",
            400,
            "The security token included in the request is invalid.",
        ),
        ("DENIED", 400, "Your Authorization Token is invalid."),
    ),
    row(
        (
            "InvalidClientTokenId",
            400,
            "The security token included in the request is invalid.",
        ),
        ("DENIED", 400, "Your Authorization Token is invalid."),
    ),
    row(
        (
            "ExpiredTokenException",
            400,
            "The security token included in the request is expired",
        ),
        (
            "DENIED",
            403,
            "Your authorization token has expired. Reauthenticate and try again.",
        ),
    ),
    row(
        (
            "InvalidSignatureException",
            400,
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
        ),
        (
            "DENIED",
            403,
            "The security token included in the request is invalid.",
        ),
    ),
    row(
        ("RequestExpired", 400, "Request has expired."),
        (
            "DENIED",
            403,
            "The security token included in the request is invalid.",
        ),
    ),
    row(
        (
            "AccessDeniedException",
            400,
            "You don't have permission to perform this action.",
        ),
        (
            "DENIED",
            403,
            "You don't have permission to perform this action.",
        ),
    ),
    row(
        ("InvalidParameterException", 400, "Invalid parameter."),
        ("UNSUPPORTED", 405, "Invalid parameter."),
    ),
    row(
        (
            "RepositoryNotFoundException",
            400,
            "The repository does not exist in the registry.",
        ),
        (
            "NAME_UNKNOWN",
            404,
            "The repository does not exist in the registry.",
        ),
    ),
    row(
        (
            "ImageNotFoundException",
            400,
            "The image does not exist in the repository.",
        ),
        ("MANIFEST_UNKNOWN", 404, "Requested image not found"),
    ),
    row(
        (
            "LimitExceededException",
            400,
            "The quota of the account is reached.",
        ),
        ("DENIED", 403, "The quota of the account is reached."),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_exception_of_a_service_model_is_a_code() {
        for (code, status) in [
            ("KmsException", 400),
            ("LayerPartTooSmallException", 400),
            ("LifecyclePolicyNotFoundException", 400),
            ("UnsupportedCommandException", 400),
            ("IDPRejectedClaim", 403),
        ] {
            assert_eq!(code.parse::<ErrorCode>().unwrap().row().status, status);
        }
        let mut names = ErrorCode::names();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn the_message_about_an_unknown_code_suggests_an_exception() {
        let error = "KmsExcepton".parse::<ErrorCode>().unwrap_err().to_string();
        assert!(
            error.ends_with(
                r#"or another exception of ECR, ECR Public or STS; did you mean "KmsException"?"#
            ),
            "{error}"
        );
    }
}
