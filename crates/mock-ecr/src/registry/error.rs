//! The errors of the registry, and their responses.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use serde_json::json;

use crate::config::{Config, Quirk};
use crate::domain::AccessError;
use crate::domain::rejection::{INVALID_PARAMETER, Rejection};
use crate::domain::{InvalidManifest, RepositoryError};
use crate::fault::{ExpiredAs, InjectedError};
use crate::http::buffers::BuffersFull;
use crate::registry::denied_action::DeniedAction;
use crate::registry::oci_code::OciCode;
use crate::request_log::Reason;
use crate::token::TokenError;
use crate::types::Digest;
use crate::types::error_chain::chain;
use crate::upstream::UpstreamError;

pub(super) const API_VERSION: &str = "docker-distribution-api-version";
pub(super) const PLAIN_TEXT: &str = "text/plain; charset=utf-8";
pub(super) const JSON: &str = "application/json; charset=utf-8";

/// An error of the registry.
#[derive(Clone, Debug)]
pub(crate) enum RegistryError {
    /// No credentials, or a token of another Region. Source: NVIDIA/enroot#59 and aquasecurity/trivy#6217.
    NotAuthorized,
    /// A token that cannot be parsed, or that the mock did not issue. Source of the status: aws/aws-cli#5317. The body is that of
    /// ECR Public. `[ASSUME]`
    InvalidToken,
    /// An expired token. The response has no challenge. Source: flipt-io/flipt#3043, bazel-contrib/rules_img#715.
    ExpiredToken,
    /// A token that was revoked, or that belongs to credentials that were removed or have expired. Source of the text:
    /// kubernetes/kubernetes#69141. The status is `[ASSUME]`.
    RevokedToken,
    /// The caller is not allowed the action. Source: ministryofjustice/cloud-platform#7245. Source of the status: the user guide of
    /// Amazon ECR, `common-errors.html`.
    AccessDenied(Box<DeniedAction>),
    /// The push exceeds a quota, in the dialect `oci`.
    QuotaExceeded(String),
    /// An upstream registry, or the secret of its rule, denies the access. Source: aws/containers-roadmap#2354 (2024), whose text is cut; its
    /// end, and the status, are `[ASSUME]`.
    UpstreamDenied,
    /// An upstream registry has limited the rate of requests. `[ASSUME]`
    UpstreamThrottled,
    /// A path that the registry does not have. Source: NVIDIA/enroot#59.
    NotFound,
    /// A path that the registry has, but not for this method. `[ASSUME]`
    MethodNotAllowed,
    /// The repository does not exist. Source: docker/cli#5275, actions/starter-workflows#2647.
    NameUnknown(String),
    /// The image does not exist. Source: pulumi/pulumi-docker-build#849 (2026).
    ManifestUnknown,
    /// The layer does not exist. `[ASSUME]`
    BlobUnknown,
    /// The upload does not exist. `[ASSUME]`
    UploadUnknown,
    /// What ECR rejects in a push.
    Rejected(Box<Rejected>),
    /// The manifest names layers or images that the repository does not have, in the dialect `oci`.
    ManifestBlobUnknown,
    /// The tag is immutable and names another image. Source of the status and the code: a log of jib. Source of the end of the text:
    /// a recording of 2026.
    TagImmutable(String),
    /// The content has another digest, in the dialect `oci`.
    DigestMismatch,
    /// A part does not begin at the end of the previous one, in the dialect `oci`, or the range of a part or a download is invalid. Source of
    /// the status: aws/containers-roadmap#2831.
    RangeInvalid,
    /// The content ended early. `[ASSUME]`
    UploadInvalid,
    /// A parameter violates a constraint; see [`Quirk::ValidationUnsupported`].
    InvalidParameter {
        parameter: &'static str,
        constraint: &'static str,
        code: OciCode,
    },
    /// An invalid parameter, in the dialect `ecr`. Source: opcr-io/policy#149.
    Unsupported(String),
    /// An invalid parameter, in the dialect `oci`.
    Invalid(OciCode),
    /// An upload has the largest number of parts. `[ASSUME]`
    TooManyParts,
    /// The repository has the largest number of unfinished uploads. `[ASSUME]`
    TooManyUploads,
    /// A manifest of more than 4,194,304 characters, in the dialect `oci`.
    TooLarge,
    /// There is not enough memory for the response.
    Unavailable(String),
    /// The store failed.
    Internal,
}

/// What ECR rejects in a push: the row of the table, the message, and the error without the quirk of the row.
#[derive(Clone, Debug)]
pub(crate) struct Rejected {
    rejection: &'static Rejection,
    message: String,
    without_quirk: RegistryError,
}

impl Rejected {
    /// Returns the error with the quirks of a configuration.
    fn in_dialect(self: Box<Self>, config: &Config) -> RegistryError {
        let has = |quirk| config.has(quirk);
        let is_unsupported = self.rejection.exception == INVALID_PARAMETER;
        let has_form = !is_unsupported || has(Quirk::ValidationUnsupported);
        match has_form && self.rejection.quirk.is_some_and(has) {
            true => RegistryError::Rejected(self),
            false => self.without_quirk,
        }
    }

    fn status(&self) -> StatusCode {
        let status = StatusCode::from_u16(self.rejection.status);
        status.expect("a test checks the statuses of the table")
    }
}

impl RegistryError {
    /// Replaces an error that differs between the dialects by that of the configured one.
    pub(super) fn in_dialect(self, config: &Config) -> Self {
        match self {
            RegistryError::Rejected(rejected) => rejected.in_dialect(config),
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

    /// Returns the OCI code of the error. If the body of the response has no code, returns the code that the specification defines.
    pub(super) fn code(&self) -> &'static str {
        match self {
            RegistryError::NotAuthorized => "UNAUTHORIZED",
            RegistryError::InvalidToken
            | RegistryError::ExpiredToken
            | RegistryError::RevokedToken
            | RegistryError::UpstreamDenied
            | RegistryError::QuotaExceeded(_)
            | RegistryError::AccessDenied(_) => "DENIED",
            RegistryError::NotFound => "NOT_FOUND",
            RegistryError::NameUnknown(_) => "NAME_UNKNOWN",
            RegistryError::ManifestUnknown => "MANIFEST_UNKNOWN",
            RegistryError::BlobUnknown => "BLOB_UNKNOWN",
            RegistryError::UploadUnknown => "BLOB_UPLOAD_UNKNOWN",
            RegistryError::Rejected(rejected) => rejected.rejection.code,
            RegistryError::ManifestBlobUnknown => "MANIFEST_BLOB_UNKNOWN",
            RegistryError::TagImmutable(_) => "TAG_INVALID",
            RegistryError::DigestMismatch => "DIGEST_INVALID",
            RegistryError::RangeInvalid
            | RegistryError::UploadInvalid
            | RegistryError::TooManyParts => "BLOB_UPLOAD_INVALID",
            RegistryError::MethodNotAllowed | RegistryError::Unsupported(_) => "UNSUPPORTED",
            RegistryError::InvalidParameter { code, .. } | RegistryError::Invalid(code) => {
                code.name_and_message().0
            }
            RegistryError::TooManyUploads | RegistryError::UpstreamThrottled => "TOOMANYREQUESTS",
            RegistryError::TooLarge => "SIZE_INVALID",
            RegistryError::Unavailable(_) => UNAVAILABLE,
            RegistryError::Internal => "UNKNOWN",
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            RegistryError::NotAuthorized => StatusCode::UNAUTHORIZED,
            RegistryError::ExpiredToken
            | RegistryError::RevokedToken
            | RegistryError::UpstreamDenied
            | RegistryError::QuotaExceeded(_)
            | RegistryError::AccessDenied(_) => StatusCode::FORBIDDEN,
            RegistryError::NotFound
            | RegistryError::NameUnknown(_)
            | RegistryError::ManifestUnknown
            | RegistryError::BlobUnknown
            | RegistryError::UploadUnknown
            | RegistryError::ManifestBlobUnknown => StatusCode::NOT_FOUND,
            RegistryError::Rejected(rejected) => rejected.status(),
            RegistryError::MethodNotAllowed | RegistryError::Unsupported(_) => {
                StatusCode::METHOD_NOT_ALLOWED
            }
            RegistryError::RangeInvalid => StatusCode::RANGE_NOT_SATISFIABLE,
            RegistryError::TooManyUploads | RegistryError::UpstreamThrottled => {
                StatusCode::TOO_MANY_REQUESTS
            }
            RegistryError::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            RegistryError::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            RegistryError::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            RegistryError::InvalidToken
            | RegistryError::TagImmutable(_)
            | RegistryError::DigestMismatch
            | RegistryError::UploadInvalid
            | RegistryError::TooManyParts
            | RegistryError::InvalidParameter { .. }
            | RegistryError::Invalid(_) => StatusCode::BAD_REQUEST,
        }
    }

    /// Returns the text of the error in the response.
    pub(super) fn text(&self) -> &str {
        match self {
            RegistryError::NotAuthorized => NOT_AUTHORIZED,
            RegistryError::NotFound => NOT_FOUND,
            other => other.message(),
        }
    }

    /// Returns what explains the error, if its code and text do not.
    pub(super) fn reason(&self) -> Option<Reason> {
        match self {
            RegistryError::AccessDenied(action) => Some(Reason::Access(action.denied.clone())),
            RegistryError::Rejected(rejected) => Some(Reason::Rule(rejected.rejection)),
            RegistryError::UpstreamDenied | RegistryError::UpstreamThrottled => {
                Some(Reason::Upstream)
            }
            RegistryError::UploadInvalid => Some(Reason::IncompleteBody),
            RegistryError::TooLarge => Some(Reason::TooLarge),
            _ => None,
        }
    }

    fn message(&self) -> &str {
        match self {
            RegistryError::NotAuthorized | RegistryError::NotFound => "",
            RegistryError::InvalidToken => "Your Authorization Token is invalid.",
            RegistryError::ExpiredToken => EXPIRED,
            RegistryError::RevokedToken => "The security token included in the request is invalid.",
            RegistryError::UpstreamDenied => {
                "The authentication to the upstream registry failed. Verify that the credentials for the upstream registry are valid and try again."
            }
            RegistryError::UpstreamThrottled => "Rate exceeded",
            RegistryError::AccessDenied(action) => &action.text,
            RegistryError::QuotaExceeded(text)
            | RegistryError::NameUnknown(text)
            | RegistryError::TagImmutable(text)
            | RegistryError::Unsupported(text)
            | RegistryError::Unavailable(text) => text,
            RegistryError::Rejected(rejected) => &rejected.message,
            RegistryError::ManifestBlobUnknown => "blob or manifest unknown to registry",
            RegistryError::MethodNotAllowed => "The operation is unsupported.",
            RegistryError::ManifestUnknown => "Requested image not found",
            RegistryError::BlobUnknown => "blob unknown to registry",
            RegistryError::UploadUnknown => "blob upload unknown to registry",
            RegistryError::DigestMismatch => "provided digest did not match uploaded content",
            RegistryError::RangeInvalid => "invalid range",
            RegistryError::UploadInvalid => "the content ended early",
            RegistryError::TooManyParts => "the upload has 4,200 parts, the limit",
            RegistryError::InvalidParameter { code, .. } | RegistryError::Invalid(code) => {
                code.name_and_message().1
            }
            RegistryError::TooManyUploads => {
                "the repository has 20,000 unfinished uploads, the limit; complete or cancel some"
            }
            RegistryError::TooLarge => "the manifest has more than 4,194,304 characters",
            RegistryError::Internal => "the store of the registry failed",
        }
    }

    /// Returns the response for the error. No other function creates one.
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

/// Returns the 401 response. Its headers, with an empty `Sizes`, are recorded in wom.icu/today-i-learned/2023-09-11 and
/// NVIDIA/enroot#59.
fn not_authorized(challenge: &str) -> Response<Bytes> {
    Response::builder()
        .status(StatusCode::UNAUTHORIZED)
        .header(API_VERSION, "registry/2.0")
        .header("sizes", "")
        .header(header::WWW_AUTHENTICATE, challenge)
        .header(header::CONTENT_TYPE, PLAIN_TEXT)
        .header(header::CONTENT_LENGTH, NOT_AUTHORIZED.len())
        .body(NOT_AUTHORIZED.into())
        .expect("a proxy endpoint is printable ASCII")
}

const NOT_AUTHORIZED: &str = "Not Authorized\n";
const EXPIRED: &str = "Your authorization token has expired. Reauthenticate and try again.";
const NOT_FOUND: &str = "404 page not found\n";

/// Returns the response with the error of a fault.
pub(crate) fn injected(error: &InjectedError<'_>) -> Response<Bytes> {
    let body = json!({ "errors": [{ "code": error.code, "message": error.message }] });
    let mut response = error.response(JSON, format!("{body}\n"));
    let version = HeaderValue::from_static("registry/2.0");
    response.headers_mut().insert(API_VERSION, version);
    response
}

/// The code of [`buffers_full`].
pub(crate) const UNAVAILABLE: &str = "UNAVAILABLE";

/// Returns the response to a request for which there is not enough memory.
pub(crate) fn buffers_full(full: BuffersFull) -> Response<Bytes> {
    RegistryError::from(full).into_response("")
}

/// Returns the response to an expired token in the form that a fault selects, and its code and text.
///
/// The form with status 400 is that of ECR Public (aws/containers-roadmap#2835). Its body is `[ASSUME]`.
pub(crate) fn expired(
    form: ExpiredAs,
    challenge: &str,
) -> (Response<Bytes>, (&'static str, &'static str)) {
    let error = match form {
        ExpiredAs::Challenge => RegistryError::NotAuthorized,
        ExpiredAs::Forbidden | ExpiredAs::BadRequest => RegistryError::ExpiredToken,
    };
    let code = error.code();
    let text = match form {
        ExpiredAs::Challenge => NOT_AUTHORIZED,
        ExpiredAs::Forbidden | ExpiredAs::BadRequest => EXPIRED,
    };
    let mut response = error.into_response(challenge);
    *response.status_mut() = form.status();
    (response, (code, text))
}

/// Returns the 404 response of Go's HTTP router.
pub(crate) fn not_found() -> Response<Bytes> {
    respond(StatusCode::NOT_FOUND, PLAIN_TEXT, NOT_FOUND.to_owned())
}

/// Returns a response. `body` must end with a newline, as Go's JSON encoder writes it.
fn respond(status: StatusCode, content_type: &str, body: String) -> Response<Bytes> {
    Response::builder()
        .status(status)
        .header(API_VERSION, "registry/2.0")
        .header(header::CONTENT_TYPE, content_type)
        .header(header::CONTENT_LENGTH, body.len())
        .body(body.into())
        .expect("the headers are constants")
}

impl From<BuffersFull> for RegistryError {
    fn from(full: BuffersFull) -> Self {
        RegistryError::Unavailable(full.to_string())
    }
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
            | TokenError::ExpiredCredentials { .. } => RegistryError::RevokedToken,
            TokenError::WrongRegion { .. } => RegistryError::NotAuthorized,
        }
    }
}

impl From<AccessError> for RegistryError {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::Denied(denied) => {
                RegistryError::AccessDenied(Box::new(DeniedAction::new(denied)))
            }
            AccessError::Repository(error) => error.into(),
        }
    }
}

impl From<RepositoryError> for RegistryError {
    fn from(error: RepositoryError) -> Self {
        let Some((rejection, message)) = error.rejection() else {
            return RegistryError::of(error);
        };
        let without_quirk = RegistryError::of(error);
        RegistryError::Rejected(Box::new(Rejected {
            rejection,
            message,
            without_quirk,
        }))
    }
}

/// `[ASSUME]`: an image that cannot be fetched for another reason is missing.
impl From<UpstreamError> for RegistryError {
    fn from(error: UpstreamError) -> Self {
        match error {
            UpstreamError::NotFound(_)
            | UpstreamError::NoAddress(_)
            | UpstreamError::Unsupported(_)
            | UpstreamError::Invalid(_)
            | UpstreamError::Unavailable(_) => RegistryError::ManifestUnknown,
            UpstreamError::AccessDenied(_) | UpstreamError::Secret(_) => {
                RegistryError::UpstreamDenied
            }
            UpstreamError::TooManyRequests(_) => RegistryError::UpstreamThrottled,
            UpstreamError::BuffersFull(full) => full.into(),
            UpstreamError::Repository(error) => error.into(),
        }
    }
}

impl RegistryError {
    /// Returns the error for an error of a repository, or, if ECR's is in the table of rejections, that of OCI Distribution 1.1.
    fn of(error: RepositoryError) -> Self {
        match error {
            RepositoryError::RepositoryNotFound(id) => RegistryError::NameUnknown(format!(
                "The repository with name '{}' does not exist in the registry with id '{}'",
                id.name,
                id.account()
            )),
            RepositoryError::ImageNotFound { .. } => RegistryError::ManifestUnknown,
            RepositoryError::LayersNotFound { .. } => RegistryError::BlobUnknown,
            RepositoryError::MissingLayers { .. }
            | RepositoryError::ReferencedImagesNotFound { .. } => {
                RegistryError::ManifestBlobUnknown
            }
            RepositoryError::TagAlreadyExists { repository, tag } => {
                RegistryError::TagImmutable(format!(
                    "The image tag '{tag}' already exists in the '{}' repository and cannot be overwritten because the tag is immutable.",
                    repository.name
                ))
            }
            RepositoryError::DigestMismatch { .. }
            | RepositoryError::LayerDigestMismatch { .. } => RegistryError::DigestMismatch,
            RepositoryError::InvalidManifest(invalid) => invalid_manifest(&invalid),
            RepositoryError::UploadNotFound { .. } => RegistryError::UploadUnknown,
            RepositoryError::TooManyUploads => RegistryError::TooManyUploads,
            RepositoryError::PartOutOfOrder { .. } => RegistryError::RangeInvalid,
            RepositoryError::TooManyParts => RegistryError::TooManyParts,
            error @ (RepositoryError::TooManyImages { .. }
            | RepositoryError::TooManyTags { .. }
            | RepositoryError::TooManyRepositories { .. }) => {
                RegistryError::QuotaExceeded(error.to_string())
            }
            // Source of the text: the user guide of Amazon ECR, `image-artifact-delete.html`.
            RepositoryError::ListedByIndexes(indexes) => {
                let indexes: Vec<&str> = indexes.iter().map(Digest::as_str).collect();
                RegistryError::Unsupported(format!(
                    "Requested image referenced by manifest list: [{}]",
                    indexes.join(", ")
                ))
            }
            RepositoryError::BrokenContent
            | RepositoryError::EmptyUpload { .. }
            | RepositoryError::SmallPart => RegistryError::UploadInvalid,
            error => {
                tracing::error!(error = %chain(&error), "the registry failed");
                RegistryError::Internal
            }
        }
    }
}

/// Returns the error of an invalid manifest. Source of the text for invalid JSON: opcr-io/policy#149. That members of the wrong type have
/// this text too, and the other texts, are `[ASSUME]`.
fn invalid_manifest(invalid: &InvalidManifest) -> RegistryError {
    let constraint = match invalid {
        InvalidManifest::Json | InvalidManifest::Shape => "Invalid JSON syntax",
        InvalidManifest::UnknownMember(_) | InvalidManifest::Rejected(_) => {
            return RegistryError::Invalid(OciCode::ManifestInvalid);
        }
        InvalidManifest::SentMediaType => "Invalid media type",
        InvalidManifest::MediaType => "Media type does not match the one in the image manifest",
        InvalidManifest::TooLong => TOO_LONG,
    };
    RegistryError::InvalidParameter {
        parameter: "ImageManifest",
        constraint,
        code: OciCode::ManifestInvalid,
    }
}

const TOO_LONG: &str = "must have length less than or equal to 4194304";
