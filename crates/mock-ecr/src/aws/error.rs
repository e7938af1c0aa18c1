//! The errors of the AWS APIs, independent of the wire protocol.

use serde::Serialize;

use crate::aws::service::AwsService;
use crate::aws::sigv4::SigV4Error;
use crate::http::body::CollectError;
use crate::http::buffers::BuffersFull;
use crate::iam::authorization::AccessDenied;
use crate::types::{RepositoryId, UploadId};

/// An error of an AWS API. All client errors of ECR have status 400: the service model declares no other status.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ApiError {
    /// A request in AWS JSON 1.1 for an operation that does not exist. The error has no message. `[ANALOG]`
    UnknownOperation,
    /// A request in the Query protocol for an operation that does not exist, or does not exist in the requested version. The response contains
    /// only the beginning of each text.
    UnknownAction { action: String, version: String },
    /// A request in the Query protocol without the parameter `Action`. The response is a redirect to this URL.
    MissingAction(String),
    /// An operation of the service, or a part of an input, that the mock does not implement.
    NotImplemented(String),
    /// A body that is not a JSON object. The error has no message. `[ANALOG]`
    InvalidJson,
    /// A member of the wrong type. The text is in `Message`; all other errors use `message`. `[ANALOG]`
    Serialization(String),
    /// No signature. `[ANALOG]`
    MissingAuthenticationToken,
    /// A signature with missing parts. `[ANALOG]`
    IncompleteSignature(String),
    /// A complete signature that is invalid. Source: upmc-enterprises/registry-creds#47.
    InvalidSignature(String),
    /// Unknown credentials. Source: aws/aws-sdk-php#1114.
    UnrecognizedClient,
    /// Expired credentials. Source of the code and the text: outputs of AWS CLI for GetAuthorizationToken in three public repositories. The
    /// status is that of all errors of clients.
    ExpiredToken,
    /// The policies do not allow the action. Source: terraform-aws-modules/terraform-aws-iam#514, status 400.
    AccessDenied(Box<AccessDenied>),
    /// A member that violates a constraint. Source: aws-actions/amazon-ecr-login#225.
    InvalidParameter(String),
    /// Another error of the service model.
    Modelled { code: &'static str, message: String },
    /// A layer part that does not start at the end of the previous part.
    InvalidLayerPart(Box<InvalidLayerPart>),
    /// A key that KMS rejects.
    Kms(KmsException),
    /// The store failed.
    Server,
    /// A request that is not in AWS JSON 1.1.
    NotAwsJson(NotAwsJson),
    /// A body of more than 7 MiB. `[ANALOG]`
    TooLarge,
    /// A body that was not received completely. `[ASSUME]`
    Incomplete,
    /// A request or a response that exceeds the memory of the mock for buffers.
    BuffersFull,
}

/// The members of `InvalidLayerPartException` in the service model.
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
    /// Creates the error of a part that is not the one that begins at byte `expected`.
    pub(crate) fn new(
        repository: &RepositoryId,
        upload: &UploadId,
        expected: u64,
        message: String,
    ) -> Self {
        InvalidLayerPart {
            code: "InvalidLayerPartException",
            last_valid_byte_received: expected.saturating_sub(1),
            message,
            registry_id: repository.account().to_string(),
            repository_name: repository.name.to_string(),
            upload_id: upload.to_string(),
        }
    }

    pub(super) fn message(&self) -> &str {
        &self.message
    }
}

/// The members of `KmsException` in the service model.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct KmsException {
    #[serde(rename = "__type")]
    code: &'static str,
    kms_error: &'static str,
    message: String,
}

impl KmsException {
    /// Creates the error of a key that does not exist. `[ASSUME]`: `kmsError` is the code of the error of KMS.
    pub(crate) fn key_not_found(message: String) -> Self {
        KmsException {
            code: "KmsException",
            kms_error: "NotFoundException",
            message,
        }
    }

    pub(super) fn message(&self) -> &str {
        &self.message
    }
}

/// A request that is not in AWS JSON 1.1. The response is not in AWS JSON 1.1 either. `[ANALOG]` Source: mhart/kinesalite.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NotAwsJson {
    /// Not signed.
    Unsigned,
    /// Signed, with missing parts.
    IncompleteSignature(String),
    /// Signed in the header and in the query.
    InvalidSignature(String),
    /// Signed, without the name of an operation.
    UndeterminedOperation,
    /// A request for another service.
    UnknownService { service: String, operation: String },
    /// A request for this service with a content type that it does not support.
    WrongContentType,
    /// `application/json`, the content type of an earlier protocol of Coral, AWS's service framework.
    PlainJson,
    /// `application/json` with a body that is not a JSON object.
    InvalidPlainJson,
}

impl ApiError {
    /// Creates the error of an operation that the mock does not implement.
    pub(crate) fn not_implemented(service: AwsService, operation: &str) -> Self {
        ApiError::NotImplemented(format!(
            "mock-ecr does not implement the operation {operation} of {service}"
        ))
    }

    /// Creates an error of the service model.
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

impl From<InvalidLayerPart> for ApiError {
    fn from(error: InvalidLayerPart) -> Self {
        ApiError::InvalidLayerPart(Box::new(error))
    }
}

impl From<BuffersFull> for ApiError {
    fn from(_: BuffersFull) -> Self {
        ApiError::BuffersFull
    }
}

impl From<CollectError> for ApiError {
    fn from(error: CollectError) -> Self {
        match error {
            CollectError::TooLarge => ApiError::TooLarge,
            CollectError::Incomplete => ApiError::Incomplete,
            CollectError::BuffersFull(full) => full.into(),
        }
    }
}
