//! What the API answers when it does not do what it was asked.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde::Serialize;
use serde_json::json;

use crate::aws::protocol::response;
use crate::aws::sigv4::SigV4Error;
use crate::http::body::CollectError;
use crate::types::{RepositoryId, UploadId};

/// An error of the API. All client errors of ECR have status 400: its model declares no other.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ApiError {
    /// AWS JSON 1.1, but no operation of that name; has no message. `[ANALOG]`
    UnknownOperation,
    /// A body that is no JSON object; has no message. `[ANALOG]`
    Unreadable,
    /// A member of the wrong type; its text stands in `Message`, unlike every other. `[ANALOG]`
    Serialization(String),
    /// No signature. `[ANALOG]`
    MissingAuthenticationToken,
    /// A signature that lacks parts. `[ANALOG]`
    IncompleteSignature(String),
    /// A signature that is whole and wrong. Source: upmc-enterprises/registry-creds#47.
    InvalidSignature(String),
    /// Credentials that nobody has. Source: aws/aws-sdk-php#1114.
    UnrecognizedClient,
    /// Credentials that have ended. `[ASSUME]`
    ExpiredToken,
    /// The caller may not do that. Source: terraform-aws-modules/terraform-aws-iam#514, status 400.
    AccessDenied(String),
    /// A member that breaks a constraint. Source: aws-actions/amazon-ecr-login#225.
    InvalidParameter(String),
    /// Another error of the service model, by its name.
    Modelled { code: &'static str, message: String },
    /// A part of a layer that does not begin where the last one ended; tells where that was.
    InvalidLayerPart(Box<InvalidLayerPart>),
    /// The store fails.
    Server,
    /// A request of another protocol.
    Foreign(Foreign),
    /// A body of more than 7 MiB. `[ANALOG]`
    TooLarge,
    /// A body that did not come, or broke off. `[ASSUME]`
    Incomplete,
}

/// What the service model lets `InvalidLayerPartException` tell.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InvalidLayerPart {
    #[serde(rename = "__type")]
    code: &'static str,
    last_valid_byte_received: u64,
    message: String,
    registry_id: String,
    repository_name: String,
    upload_id: String,
}

impl InvalidLayerPart {
    /// The text is `[ASSUME]`.
    pub(crate) fn new(
        repository: &RepositoryId,
        upload: &UploadId,
        start: u64,
        expected: u64,
    ) -> Self {
        InvalidLayerPart {
            code: "InvalidLayerPartException",
            last_valid_byte_received: expected.saturating_sub(1),
            message: format!("The layer part begins at byte {start}, expected byte {expected}"),
            registry_id: repository.account.to_string(),
            repository_name: repository.name.to_string(),
            upload_id: upload.to_string(),
        }
    }
}

/// Requests that are not AWS JSON 1.1, and which get no answer in it. `[ANALOG]` Source: mhart/kinesalite.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Foreign {
    /// Not signed.
    Unsigned,
    /// Signed in part.
    IncompleteSignature(String),
    /// Signed twice.
    InvalidSignature(String),
    /// Signed, but for nobody knows what.
    UndeterminedOperation,
    /// For another service.
    UnknownService { service: String, operation: String },
    /// For this service, in a content type that it does not speak.
    WrongContentType,
    /// `application/json`, which Coral once spoke.
    PlainJson,
    /// `application/json` with a body that is no JSON object.
    UnreadablePlainJson,
}

impl ApiError {
    pub(crate) fn modelled(code: &'static str, message: String) -> Self {
        ApiError::Modelled { code, message }
    }

    /// The error's name, as `__type` or the XML element says it.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            ApiError::UnknownOperation => "UnknownOperationException",
            ApiError::Unreadable | ApiError::Serialization(_) => "SerializationException",
            ApiError::MissingAuthenticationToken => "MissingAuthenticationTokenException",
            ApiError::IncompleteSignature(_) => "IncompleteSignatureException",
            ApiError::InvalidSignature(_) => "InvalidSignatureException",
            ApiError::UnrecognizedClient => "UnrecognizedClientException",
            ApiError::ExpiredToken => "ExpiredTokenException",
            ApiError::AccessDenied(_) => "AccessDeniedException",
            ApiError::InvalidParameter(_) => "InvalidParameterException",
            ApiError::Modelled { code, .. } => code,
            ApiError::InvalidLayerPart(_) => "InvalidLayerPartException",
            ApiError::Server => "ServerException",
            ApiError::Foreign(foreign) => foreign.code(),
            ApiError::TooLarge => "RequestEntityTooLarge",
            ApiError::Incomplete => "RequestTimeout",
        }
    }

    /// Turns the error into an answer: the only place that does.
    pub(crate) fn into_response(self, request_id: &str) -> Response<Bytes> {
        let code = self.code();
        let (message, capital_message) = match &self {
            ApiError::UnknownOperation | ApiError::Unreadable => (None, None),
            ApiError::Serialization(text) => (None, Some(text.as_str())),
            ApiError::MissingAuthenticationToken => (Some("Missing Authentication Token"), None),
            ApiError::UnrecognizedClient => {
                let text = "The security token included in the request is invalid.";
                (Some(text), None)
            }
            ApiError::ExpiredToken => {
                let text = "The security token included in the request is expired";
                (Some(text), None)
            }
            ApiError::IncompleteSignature(text)
            | ApiError::InvalidSignature(text)
            | ApiError::AccessDenied(text)
            | ApiError::InvalidParameter(text)
            | ApiError::Modelled { message: text, .. } => (Some(text.as_str()), None),
            ApiError::InvalidLayerPart(part) => {
                let json = serde_json::to_vec(part).expect("strings and numbers are always JSON");
                return response::json(StatusCode::BAD_REQUEST, json, request_id);
            }
            ApiError::Server => (Some("The store of the registry fails."), None),
            ApiError::Foreign(foreign) => return foreign.to_response(request_id),
            ApiError::TooLarge => return response::empty(StatusCode::PAYLOAD_TOO_LARGE),
            ApiError::Incomplete => return response::empty(StatusCode::REQUEST_TIMEOUT),
        };
        let body = Body {
            code,
            capital_message,
            message,
        };
        let json = serde_json::to_vec(&body).expect("strings are always JSON");
        // Source: the service model marks ServerException alone as a fault.
        let status = match self {
            ApiError::Server => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        };
        response::json(status, json, request_id)
    }
}

/// An error in AWS JSON 1.1, its members in the order in which they were recorded.
///
/// A type of its own and not a `Value`, whose order changes when another crate in the build asks serde_json to keep it.
#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "__type")]
    code: &'a str,
    #[serde(rename = "Message", skip_serializing_if = "Option::is_none")]
    capital_message: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
}

impl Foreign {
    fn code(&self) -> &'static str {
        match self {
            Foreign::Unsigned => "MissingAuthenticationTokenException",
            Foreign::IncompleteSignature(_) => "IncompleteSignatureException",
            Foreign::InvalidSignature(_) => "InvalidSignatureException",
            Foreign::UndeterminedOperation => "AccessDeniedException",
            Foreign::UnknownService { .. } => "UnrecognizedClientException",
            Foreign::WrongContentType | Foreign::PlainJson => "UnknownOperationException",
            Foreign::UnreadablePlainJson => "SerializationException",
        }
    }

    fn to_response(&self, request_id: &str) -> Response<Bytes> {
        let code = self.code();
        let message = match self {
            Foreign::Unsigned => "Missing Authentication Token",
            Foreign::IncompleteSignature(text) | Foreign::InvalidSignature(text) => text,
            Foreign::UndeterminedOperation => {
                "Unable to determine service/operation name to be authorized"
            }
            Foreign::UnknownService { service, operation } => &format!(
                "No authorization strategy was found for service: {service}, operation: {operation}"
            ),
            Foreign::WrongContentType => {
                let xml = format!("<{code}/>\n");
                return response::of_type(StatusCode::NOT_FOUND, None, xml, request_id);
            }
            Foreign::PlainJson => return plain_json(StatusCode::NOT_FOUND, code, request_id),
            Foreign::UnreadablePlainJson => {
                return plain_json(StatusCode::BAD_REQUEST, code, request_id);
            }
        };
        let message = escaped(message);
        let xml = format!("<{code}>\n  <Message>{message}</Message>\n</{code}>\n");
        response::of_type(StatusCode::FORBIDDEN, None, xml, request_id)
    }
}

fn plain_json(status: StatusCode, code: &str, request_id: &str) -> Response<Bytes> {
    let name = format!("com.amazon.coral.service#{code}");
    let body = json!({ "Output": { "__type": name }, "Version": "1.0" });
    response::of_type(
        status,
        Some("application/json"),
        body.to_string(),
        request_id,
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

impl From<SigV4Error> for ApiError {
    fn from(error: SigV4Error) -> Self {
        match error {
            SigV4Error::Missing => ApiError::MissingAuthenticationToken,
            SigV4Error::Incomplete(text) => ApiError::IncompleteSignature(text),
            SigV4Error::Invalid(text) => ApiError::InvalidSignature(text),
            SigV4Error::UnknownKey => ApiError::UnrecognizedClient,
            SigV4Error::ExpiredCredentials => ApiError::ExpiredToken,
        }
    }
}

impl From<CollectError> for ApiError {
    fn from(error: CollectError) -> Self {
        match error {
            CollectError::TooLarge => ApiError::TooLarge,
            CollectError::Incomplete => ApiError::Incomplete,
        }
    }
}
