//! Explains errors by their code and text.

use crate::config::Quirk;
use crate::domain::rejection::Rejection;
use crate::request_log::explanation::definition::Explanation;
use crate::request_log::explanation::facts::Facts;
use crate::request_log::explanation::kind::{ExplanationKind, ExplanationLevel};
use crate::request_log::reason::Reason;
use crate::request_log::received_request::ReceivedRequest;
use crate::types::Service;

/// Explains an error. Returns `None` if the response is not an error.
pub(super) fn explain(request: &ReceivedRequest, reason: Option<&Reason>) -> Option<Explanation> {
    let is_error = request.error.is_some() || request.status.as_u16() >= 400;
    if !is_error {
        return None;
    }
    let kind = kind(request, reason);
    let text = match (kind, reason) {
        (_, Some(Reason::Rule(rule))) if kind == ExplanationKind::RuleOfEcr => rule_text(rule),
        (ExplanationKind::LayerUrlExpired, _) => {
            "The URL of the layer expired before this request.".to_owned()
        }
        (ExplanationKind::CutOff, _) => {
            "The body of the request ended before it was complete.".to_owned()
        }
        (ExplanationKind::TooLarge, _) => "The body of the request is too large.".to_owned(),
        (ExplanationKind::UnknownPath, _) => {
            let (method, target) = (&request.method, &request.target);
            format!("The route {method} {target} does not exist in the mock.")
        }
        (ExplanationKind::Missing, _) if request.service == Service::Registry => missing(request),
        _ => of_message(request),
    };
    let mut explanation = Explanation::new(kind, text).facts(Facts {
        quirk: match reason {
            Some(Reason::Rule(rule)) => rule.quirk.map(Quirk::name),
            _ => None,
        },
        ..Facts::default()
    });
    // Clients read what may not exist, for example before a push. A rejected request is more important.
    if kind == ExplanationKind::Missing && is_read(request) {
        explanation.level = ExplanationLevel::Info;
    }
    Some(match advice(kind) {
        Some(advice) => explanation.advice(advice),
        None => explanation,
    })
}

/// Returns whether a request only reads, by the name of its operation or by its method.
fn is_read(request: &ReceivedRequest) -> bool {
    let begins = |operation: &str| READS.iter().any(|start| operation.starts_with(start));
    match request.operation {
        Some(operation) => begins(operation),
        None => ["GET", "HEAD"].contains(&request.method.as_str()),
    }
}

/// The beginnings of the names of operations that only read. Source: the service models of ECR and STS.
const READS: [&str; 5] = ["BatchCheck", "BatchGet", "Describe", "Get", "List"];

fn kind(request: &ReceivedRequest, reason: Option<&Reason>) -> ExplanationKind {
    match (reason, request.service) {
        (Some(Reason::Rule(_)), _) => ExplanationKind::RuleOfEcr,
        (Some(Reason::Upstream), _) => ExplanationKind::Upstream,
        (Some(Reason::IncompleteBody), _) => ExplanationKind::CutOff,
        (Some(Reason::TooLarge), _) => ExplanationKind::TooLarge,
        (Some(Reason::ExpiredLayerUrl), _) => ExplanationKind::LayerUrlExpired,
        (Some(Reason::InvalidLayerUrl), _) => ExplanationKind::LayerUrlInvalid,
        (_, Service::Control) => ExplanationKind::Control,
        _ => request.error.map_or(ExplanationKind::UnknownPath, of_code),
    }
}

/// Returns the kind of an error without a recorded reason.
fn of_code(code: &str) -> ExplanationKind {
    match code {
        "NotImplemented" => ExplanationKind::NotImplemented,
        "UnknownOperationException"
        | "InvalidAction"
        | "MissingAction"
        | "AccessDeniedException"
        | "UnrecognizedClientException" => ExplanationKind::UnknownOperation,
        "ImageTagAlreadyExistsException" | "TAG_INVALID" => ExplanationKind::Immutable,
        "NAME_UNKNOWN"
        | "MANIFEST_UNKNOWN"
        | "BLOB_UNKNOWN"
        | "BLOB_UPLOAD_UNKNOWN"
        | "MANIFEST_BLOB_UNKNOWN"
        | "NoSuchKey"
        | "LayerInaccessibleException" => ExplanationKind::Missing,
        "NOT_FOUND" => ExplanationKind::UnknownPath,
        "LimitExceededException"
        | "TooManyTagsException"
        | "DENIED"
        | "TOOMANYREQUESTS"
        | "UNAVAILABLE"
        | "ServiceUnavailable" => ExplanationKind::Limit,
        "OTHER_HOST" => ExplanationKind::OtherHost,
        "INVALID_HOST" => ExplanationKind::InvalidHost,
        "NO_TLS" | "NESTED_TUNNEL" => ExplanationKind::Tunnel,
        "SecretNotFoundException" => ExplanationKind::Upstream,
        "SerializationException"
        | "MalformedInput"
        | "ValidationError"
        | "ValidationException"
        | "LayerPartTooSmallException"
        | "ImageDigestDoesNotMatchException"
        | "UNSUPPORTED"
        | "EmptyUploadException"
        | "NAME_INVALID"
        | "DIGEST_INVALID"
        | "MANIFEST_INVALID"
        | "SIZE_INVALID"
        | "BLOB_UPLOAD_INVALID"
        | "InvalidRange" => ExplanationKind::Invalid,
        code if code.ends_with("NotFoundException") => ExplanationKind::Missing,
        code if code.ends_with("AlreadyExistsException") => ExplanationKind::Exists,
        code if code.starts_with("UnableTo") || code.contains("Upstream") => {
            ExplanationKind::Upstream
        }
        code if code.starts_with("Invalid") => ExplanationKind::Invalid,
        _ => ExplanationKind::Other,
    }
}

fn rule_text(rule: &Rejection) -> String {
    let quirk = rule.quirk.map(|quirk| format!(" (quirk {})", quirk.name()));
    format!(
        "ECR rejects this push{}: {}.",
        quirk.unwrap_or_default(),
        rule.request
    )
}

/// Returns the text for a resource of the registry that does not exist, with the names of its path.
fn missing(request: &ReceivedRequest) -> String {
    let path = request.target.split('?').next().unwrap_or_default();
    let path = path.strip_prefix("/v2/").unwrap_or(path);
    let (noun, separator) = match request.error {
        Some("MANIFEST_UNKNOWN") => ("image", "/manifests/"),
        Some("BLOB_UNKNOWN") => ("layer", "/blobs/"),
        Some("BLOB_UPLOAD_UNKNOWN") => ("upload", "/blobs/uploads/"),
        _ => return of_message(request),
    };
    match path.rsplit_once(separator) {
        Some((name, found)) => {
            format!("The {noun} {found} does not exist in the repository {name}.")
        }
        None => of_message(request),
    }
}

/// Returns the text of the response as a sentence.
fn of_message(request: &ReceivedRequest) -> String {
    let code = request.error.unwrap_or("an error");
    match request.message.as_deref().map(str::trim_end) {
        Some(text) if text.ends_with(['.', '!', '?']) => text.to_owned(),
        Some(text) if !text.is_empty() => format!("{text}."),
        _ => format!(
            "The mock returned {code} with status {}.",
            request.status.as_u16()
        ),
    }
}

fn advice(kind: ExplanationKind) -> Option<&'static str> {
    match kind {
        ExplanationKind::Immutable => {
            Some("Push another tag, or change the mutability of the tags.")
        }
        ExplanationKind::LayerUrlExpired => Some("Request the layer again from the registry."),
        ExplanationKind::LayerUrlInvalid => {
            Some("Send the URL of the redirect unchanged, without an Authorization header.")
        }
        ExplanationKind::NotImplemented => {
            Some("Run `mock-ecr supports` to list the implemented operations.")
        }
        ExplanationKind::OtherHost => {
            Some("Send only the requests to AWS to the mock. Nothing was sent to the host.")
        }
        _ => None,
    }
}
