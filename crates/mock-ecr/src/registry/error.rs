//! What the registry answers when it does not do what it was asked.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use serde_json::json;

use crate::config::{Config, Quirk};
use crate::domain::AccessError;
use crate::domain::{InvalidManifest, RepositoryError};
use crate::fault::{ExpiredAs, InjectedError};
use crate::store::StoreError;
use crate::token::TokenError;
use crate::types::error_chain::chain;
use crate::types::{Digest, RepositoryId};

pub(super) const API_VERSION: &str = "docker-distribution-api-version";
pub(super) const PLAIN_TEXT: &str = "text/plain; charset=utf-8";
pub(super) const JSON: &str = "application/json; charset=utf-8";

/// An error of the registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RegistryError {
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
    /// The caller may not do that. Source: ministryofjustice/cloud-platform#7245; of the status, AWS's user guide,
    /// `common-errors.html`.
    AccessDenied(String),
    /// Nothing that the registry has. Source: NVIDIA/enroot#59.
    NotFound,
    /// Something that the registry has, but not for that method. `[ASSUME]`
    MethodNotAllowed,
    /// No such repository. Source: docker/cli#5275, actions/starter-workflows#2647.
    NameUnknown(String),
    /// No such image. Source: aws-ia/taskcat#872, of ECR Public. `[ASSUME]`
    ManifestUnknown,
    /// No such layer. `[ASSUME]`
    BlobUnknown,
    /// No such upload. `[ASSUME]`
    UploadUnknown,
    /// A manifest names what the repository lacks. Source of the text for images: int128/docker-manifest-create-action#63; the
    /// one for layers and the status are `[ASSUME]`.
    ManifestBlobUnknown(String),
    /// A tag that may not be moved. Source: a log of jib's, status 400 and code; of the end of the text, a record of 2026.
    TagImmutable(String),
    /// What was sent has another digest. `[ASSUME]`
    DigestMismatch,
    /// A part that does not begin where the last one ended. Source of the status: aws/containers-roadmap#2831.
    RangeInvalid,
    /// What was sent broke off. `[ASSUME]`
    UploadInvalid,
    /// A parameter that breaks a constraint; see [`Quirk::ValidationUnsupported`].
    InvalidParameter {
        parameter: &'static str,
        constraint: &'static str,
        code: OciCode,
    },
    /// As before, in the dialect `ecr`. Source: opcr-io/policy#149.
    Unsupported(String),
    /// As before, in the dialect `oci`.
    Invalid(OciCode),
    /// A manifest of more than 4 MiB, in the dialect `oci`.
    TooLarge,
    /// The store fails.
    Internal,
}

/// What OCI Distribution 1.1 calls a parameter that cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OciCode {
    DigestInvalid,
    ManifestInvalid,
    NameInvalid,
    SizeInvalid,
    Unsupported,
}

impl OciCode {
    fn name_and_message(self) -> (&'static str, &'static str) {
        match self {
            OciCode::DigestInvalid => ("DIGEST_INVALID", "the digest is none"),
            OciCode::ManifestInvalid => {
                ("MANIFEST_INVALID", "the manifest or its reference is none")
            }
            OciCode::NameInvalid => ("NAME_INVALID", "the name of the repository is none"),
            OciCode::SizeInvalid => ("SIZE_INVALID", "the number of results is none"),
            OciCode::Unsupported => ("UNSUPPORTED", "the registry does not do that"),
        }
    }
}

impl RegistryError {
    /// Settles how an invalid parameter is told.
    pub(super) fn in_dialect(self, config: &Config) -> Self {
        match self {
            RegistryError::InvalidParameter {
                parameter,
                constraint,
                ..
            } if config.has(Quirk::ValidationUnsupported) => RegistryError::Unsupported(format!(
                "Invalid parameter at '{parameter}' failed to satisfy constraint: '{constraint}'"
            )),
            RegistryError::InvalidParameter { constraint, .. } if constraint == TOO_LONG => {
                RegistryError::TooLarge
            }
            RegistryError::InvalidParameter { code, .. } => RegistryError::Invalid(code),
            other => other,
        }
    }

    /// The OCI code of the error; where the body has none, the code that the specification has for it.
    pub(super) fn code(&self) -> &'static str {
        match self {
            RegistryError::NotAuthorized => "UNAUTHORIZED",
            RegistryError::InvalidToken
            | RegistryError::ExpiredToken
            | RegistryError::DeadToken
            | RegistryError::AccessDenied(_) => "DENIED",
            RegistryError::NotFound => "NOT_FOUND",
            RegistryError::NameUnknown(_) => "NAME_UNKNOWN",
            RegistryError::ManifestUnknown => "MANIFEST_UNKNOWN",
            RegistryError::BlobUnknown => "BLOB_UNKNOWN",
            RegistryError::UploadUnknown => "BLOB_UPLOAD_UNKNOWN",
            RegistryError::ManifestBlobUnknown(_) => "MANIFEST_BLOB_UNKNOWN",
            RegistryError::TagImmutable(_) => "TAG_INVALID",
            RegistryError::DigestMismatch => "DIGEST_INVALID",
            RegistryError::RangeInvalid | RegistryError::UploadInvalid => "BLOB_UPLOAD_INVALID",
            RegistryError::MethodNotAllowed | RegistryError::Unsupported(_) => "UNSUPPORTED",
            RegistryError::InvalidParameter { code, .. } | RegistryError::Invalid(code) => {
                code.name_and_message().0
            }
            RegistryError::TooLarge => "SIZE_INVALID",
            RegistryError::Internal => "UNKNOWN",
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            RegistryError::NotAuthorized => StatusCode::UNAUTHORIZED,
            RegistryError::ExpiredToken
            | RegistryError::DeadToken
            | RegistryError::AccessDenied(_) => StatusCode::FORBIDDEN,
            RegistryError::NotFound
            | RegistryError::NameUnknown(_)
            | RegistryError::ManifestUnknown
            | RegistryError::BlobUnknown
            | RegistryError::UploadUnknown
            | RegistryError::ManifestBlobUnknown(_) => StatusCode::NOT_FOUND,
            RegistryError::MethodNotAllowed | RegistryError::Unsupported(_) => {
                StatusCode::METHOD_NOT_ALLOWED
            }
            RegistryError::RangeInvalid => StatusCode::RANGE_NOT_SATISFIABLE,
            RegistryError::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            RegistryError::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            RegistryError::InvalidToken
            | RegistryError::TagImmutable(_)
            | RegistryError::DigestMismatch
            | RegistryError::UploadInvalid
            | RegistryError::InvalidParameter { .. }
            | RegistryError::Invalid(_) => StatusCode::BAD_REQUEST,
        }
    }

    fn message(&self) -> &str {
        match self {
            RegistryError::NotAuthorized | RegistryError::NotFound => "",
            RegistryError::InvalidToken => "Your Authorization Token is invalid.",
            RegistryError::ExpiredToken => {
                "Your authorization token has expired. Reauthenticate and try again."
            }
            RegistryError::DeadToken => "The security token included in the request is invalid.",
            RegistryError::AccessDenied(text)
            | RegistryError::NameUnknown(text)
            | RegistryError::ManifestBlobUnknown(text)
            | RegistryError::TagImmutable(text)
            | RegistryError::Unsupported(text) => text,
            RegistryError::MethodNotAllowed => "The operation is unsupported.",
            RegistryError::ManifestUnknown => "Requested image not found",
            RegistryError::BlobUnknown => "blob unknown to registry",
            RegistryError::UploadUnknown => "blob upload unknown to registry",
            RegistryError::DigestMismatch => "provided digest did not match uploaded content",
            RegistryError::RangeInvalid => "the range does not begin where the last one ended",
            RegistryError::UploadInvalid => "the upload broke off",
            RegistryError::InvalidParameter { code, .. } | RegistryError::Invalid(code) => {
                code.name_and_message().1
            }
            RegistryError::TooLarge => "the manifest is longer than 4 MiB",
            RegistryError::Internal => "the store of the registry fails",
        }
    }

    /// Turns the error into an answer: the only place that does.
    pub(super) fn into_response(self, challenge: &str) -> Response<Bytes> {
        match self {
            RegistryError::NotAuthorized => not_authorized(challenge),
            RegistryError::NotFound => not_found(),
            _ => {
                let body =
                    json!({ "errors": [{ "code": self.code(), "message": self.message() }] });
                respond(self.status(), JSON, format!("{body}\n"))
            }
        }
    }
}

/// The header set, with an empty `Sizes`, is recorded in wom.icu/today-i-learned/2023-09-11 and NVIDIA/enroot#59.
fn not_authorized(challenge: &str) -> Response<Bytes> {
    const BODY: &str = "Not Authorized\n";
    Response::builder()
        .status(StatusCode::UNAUTHORIZED)
        .header(API_VERSION, "registry/2.0")
        .header("sizes", "")
        .header(header::WWW_AUTHENTICATE, challenge)
        .header(header::CONTENT_TYPE, PLAIN_TEXT)
        .header(header::CONTENT_LENGTH, BODY.len())
        .body(BODY.into())
        .expect("a proxy endpoint is printable ASCII")
}

/// Returns the response with the error of a fault.
pub(crate) fn injected(error: &InjectedError<'_>) -> Response<Bytes> {
    let body = json!({ "errors": [{ "code": error.code, "message": error.message }] });
    let mut response = error.response(JSON, format!("{body}\n"));
    let version = HeaderValue::from_static("registry/2.0");
    response.headers_mut().insert(API_VERSION, version);
    response
}

/// The answer to a token whose time is over, in another form than the recorded one, and its code. That of 400 is ECR Public's, after
/// aws/containers-roadmap#2835; its body is `[ASSUME]`.
pub(crate) fn expired(form: ExpiredAs, challenge: &str) -> (Response<Bytes>, &'static str) {
    let error = match form {
        ExpiredAs::Challenge => RegistryError::NotAuthorized,
        ExpiredAs::Forbidden | ExpiredAs::BadRequest => RegistryError::ExpiredToken,
    };
    let code = error.code();
    let mut response = error.into_response(challenge);
    if form == ExpiredAs::BadRequest {
        *response.status_mut() = StatusCode::BAD_REQUEST;
    }
    (response, code)
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
            | TokenError::ExpiredCredentials { .. } => RegistryError::DeadToken,
            TokenError::WrongRegion { .. } => RegistryError::NotAuthorized,
        }
    }
}

impl From<AccessError> for RegistryError {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::Denied(denied) => RegistryError::AccessDenied(denied.to_string()),
            AccessError::Repository(error) => error.into(),
        }
    }
}

impl From<RepositoryError> for RegistryError {
    fn from(error: RepositoryError) -> Self {
        match error {
            RepositoryError::RepositoryNotFound(id) => RegistryError::NameUnknown(format!(
                "The repository with name '{}' does not exist in the registry with id '{}'",
                id.name,
                id.account()
            )),
            RepositoryError::ImageNotFound { .. } => RegistryError::ManifestUnknown,
            RepositoryError::LayersNotFound { .. } => RegistryError::BlobUnknown,
            RepositoryError::ReferencedImagesNotFound { repository, images } => {
                missing_parts("Images", &images, &repository)
            }
            RepositoryError::TagAlreadyExists { repository, tag } => {
                RegistryError::TagImmutable(format!(
                    "The image tag '{tag}' already exists in the '{}' repository and cannot be overwritten because the tag is immutable.",
                    repository.name
                ))
            }
            RepositoryError::DigestMismatch { .. }
            | RepositoryError::LayerDigestMismatch { .. } => RegistryError::DigestMismatch,
            RepositoryError::InvalidManifest(invalid) => invalid_manifest(invalid),
            RepositoryError::UploadNotFound { .. } => RegistryError::UploadUnknown,
            RepositoryError::PartOutOfOrder { .. } => RegistryError::RangeInvalid,
            RepositoryError::BrokenContent => RegistryError::UploadInvalid,
            RepositoryError::Store(StoreError::NameTooLong) => RegistryError::InvalidParameter {
                parameter: "name",
                constraint: "Must fit into the name of a file of the store",
                code: OciCode::NameInvalid,
            },
            error => {
                tracing::error!(error = %chain(&error), "the registry cannot answer");
                RegistryError::Internal
            }
        }
    }
}

/// The answer to a manifest whose parts are not there.
pub(super) fn missing_parts(
    what: &str,
    digests: &[Digest],
    repository: &RepositoryId,
) -> RegistryError {
    let digests: Vec<&str> = digests.iter().map(Digest::as_str).collect();
    let digests = digests.join(", ");
    RegistryError::ManifestBlobUnknown(format!(
        "{what} with digests '[{digests}]' required for pushing image into repository with name '{}' in the registry with id '{}' do not exist",
        repository.name,
        repository.account()
    ))
}

/// Source of the text for what is no JSON: opcr-io/policy#149; the others are `[ASSUME]`.
fn invalid_manifest(invalid: InvalidManifest) -> RegistryError {
    let constraint = match invalid {
        InvalidManifest::Json => "Invalid JSON syntax",
        InvalidManifest::Shape => "Invalid image manifest",
        InvalidManifest::MediaType => "Media type does not match the one in the image manifest",
        InvalidManifest::TooLong => TOO_LONG,
    };
    RegistryError::InvalidParameter {
        parameter: "ImageManifest",
        constraint,
        code: OciCode::ManifestInvalid,
    }
}

const TOO_LONG: &str = "Member must have length less than or equal to 4194304";
