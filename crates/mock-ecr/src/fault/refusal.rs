//! Errors of AWS by their code, and what each is on the registry.

use std::fmt;

use bytes::Bytes;
use http::{Response, StatusCode, header};
use schemars::JsonSchema;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::fault::FaultPlane;

/// An error that a fault answers.
///
/// In TOML and JSON its code alone, or a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(into = "Written")]
#[schemars(with = "Written")]
pub struct ErrorFault {
    /// Its code.
    pub code: ErrorCode,
    /// Its status, from 400 to 599, in place of the usual one.
    pub status: Option<u16>,
    /// Its text, in place of the usual one.
    pub message: Option<String>,
    /// What `Retry-After` says, in seconds.
    pub retry_after: Option<u64>,
}

#[derive(Clone, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "ErrorFault")]
enum Written {
    Code(ErrorCode),
    Whole(Whole),
}

#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Whole {
    code: ErrorCode,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retry_after: Option<u64>,
}

/// By hand: what is wrong with an untagged enum, serde does not say.
impl<'de> Deserialize<'de> for ErrorFault {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(ErrorFaultVisitor)
    }
}

struct ErrorFaultVisitor;

impl<'de> Visitor<'de> for ErrorFaultVisitor {
    type Value = ErrorFault;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the code of an error, or a table of code, status, message and retry_after")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<ErrorFault, E> {
        let code: ErrorCode = text.parse().map_err(E::custom)?;
        Ok(code.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ErrorFault, A::Error> {
        let whole = Whole::deserialize(MapAccessDeserializer::new(map))?;
        let Whole {
            code,
            status,
            message,
            retry_after,
        } = whole;
        Ok(ErrorFault {
            code,
            status,
            message,
            retry_after,
        })
    }
}

impl From<ErrorFault> for Written {
    fn from(fault: ErrorFault) -> Self {
        let ErrorFault {
            code,
            status,
            message,
            retry_after,
        } = fault;
        match (status, &message, retry_after) {
            (None, None, None) => Written::Code(code),
            _ => Written::Whole(Whole {
                code,
                status,
                message,
                retry_after,
            }),
        }
    }
}

impl From<ErrorCode> for ErrorFault {
    fn from(code: ErrorCode) -> Self {
        ErrorFault {
            code,
            status: None,
            message: None,
            retry_after: None,
        }
    }
}

/// The code of an error of AWS that the mock knows, such as `ThrottlingException`.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "&'static str")]
#[schemars(with = "String")]
pub struct ErrorCode(&'static Row);

impl ErrorCode {
    /// `ThrottlingException`: too many requests.
    pub const THROTTLING: ErrorCode = ErrorCode(&ROWS[0]);

    /// The code, as the API writes it.
    pub fn as_str(self) -> &'static str {
        self.0.code
    }
}

impl std::str::FromStr for ErrorCode {
    type Err = UnknownErrorCode;

    fn from_str(text: &str) -> Result<Self, UnknownErrorCode> {
        let found = ROWS.iter().find(|row| row.code == text);
        found
            .map(ErrorCode)
            .ok_or_else(|| UnknownErrorCode(text.chars().take(100).collect()))
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

/// A text that is the code of no error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownErrorCode(String);

impl fmt::Display for UnknownErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known: Vec<&str> = ROWS.iter().map(|row| row.code).collect();
        let known = known.join(", ");
        write!(
            f,
            "{:?} is no error that the mock knows; expected one of {known}",
            self.0
        )
    }
}

impl std::error::Error for UnknownErrorCode {}

#[derive(Debug, PartialEq, Eq)]
struct Row {
    code: &'static str,
    status: u16,
    message: &'static str,
    oci: &'static str,
    oci_status: u16,
    oci_message: &'static str,
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

/// Sources: ThrottlingException, aws/amazon-ecs-agent#498; TOOMANYREQUESTS, AWS's user guide, `common-errors.html`; which of the others have
/// which status, the service model and AWS's page of common errors; TooManyRequestsException, whose status is Lambda's, `[ANALOG]`. The
/// pairs, and the texts of errors of the service, are `[ASSUME]`.
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

impl ErrorFault {
    pub(super) fn check(&self) -> Result<(), String> {
        match self.status {
            Some(status) if !(400..600).contains(&status) => Err(format!(
                "the status of an error is from 400 to 599, not {status}"
            )),
            _ => Ok(()),
        }
    }

    /// Its code on a plane.
    pub(crate) fn code_on(&self, plane: FaultPlane) -> &'static str {
        match plane {
            FaultPlane::Api => self.code.0.code,
            FaultPlane::Registry => self.code.0.oci,
        }
    }

    /// The answer on a plane, but for what each plane puts beside every answer of its own.
    pub(crate) fn answer(&self, plane: FaultPlane) -> Response<Bytes> {
        let row = self.code.0;
        let message = |usual| self.message.as_deref().unwrap_or(usual);
        let (status, content_type, body) = match plane {
            FaultPlane::Api => (
                row.status,
                "application/x-amz-json-1.1",
                json!({ "__type": row.code, "message": message(row.message) }).to_string(),
            ),
            FaultPlane::Registry => {
                let error = json!({ "code": row.oci, "message": message(row.oci_message) });
                (
                    row.oci_status,
                    "application/json; charset=utf-8",
                    format!("{}\n", json!({ "errors": [error] })),
                )
            }
        };
        let status = StatusCode::from_u16(self.status.unwrap_or(status));
        let mut response = Response::builder()
            .status(status.expect("a fault is checked when it is set, and the table is right"))
            .header(header::CONTENT_TYPE, content_type)
            .header(header::CONTENT_LENGTH, body.len());
        if let Some(seconds) = self.retry_after {
            response = response.header(header::RETRY_AFTER, seconds);
        }
        let response = response.body(body.into());
        response.expect("the headers are constants and numbers")
    }
}
