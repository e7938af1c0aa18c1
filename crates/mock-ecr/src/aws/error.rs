//! What the API answers when it does not do what it was asked.

use serde::Serialize;

use crate::aws::service::AwsService;
use crate::aws::sigv4::SigV4Error;
use crate::http::body::CollectError;
use crate::types::{RepositoryId, UploadId};

/// An error of the API. All client errors of ECR have status 400: its model declares no other.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ApiError {
    /// AWS JSON 1.1, but no operation of that name; has no message. `[ANALOG]`
    UnknownOperation,
    /// An operation of the service that the mock does not implement.
    NotImplemented {
        service: AwsService,
        operation: &'static str,
    },
    /// A body that is no JSON object; has no message. `[ANALOG]`
    InvalidJson,
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
    NotAwsJson(NotAwsJson),
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
            registry_id: repository.account().to_string(),
            repository_name: repository.name.to_string(),
            upload_id: upload.to_string(),
        }
    }
}

/// Requests that are not AWS JSON 1.1, and which get no answer in it. `[ANALOG]` Source: mhart/kinesalite.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NotAwsJson {
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
    InvalidPlainJson,
}

impl ApiError {
    /// The message of [`ApiError::NotImplemented`].
    pub(crate) fn not_implemented(service: AwsService, operation: &str) -> String {
        format!("mock-ecr does not implement the operation {operation} of {service}")
    }

    pub(crate) fn modelled(code: &'static str, message: String) -> Self {
        ApiError::Modelled { code, message }
    }
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
