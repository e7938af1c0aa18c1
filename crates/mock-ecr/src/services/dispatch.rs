//! Handles an API call: parses the request, verifies the signature, runs the operation, and returns the response.
//!
//! The order of checks was recorded from Kinesis, which uses the same protocol: method, content type, JSON, target, signature, types,
//! constraints. `[ANALOG]` Source: mhart/kinesalite, `index.js` and `test/connection.js`.
//!
//! If the operation has no resource, the policy of the caller is evaluated after the signature and before the types. Otherwise it is
//! evaluated after the constraints, because the resource is not known earlier. `[ASSUME]`
//!
//! A call of an operation that the mock does not implement is rejected before its signature is verified.

use bytes::Bytes;
use http::Response;
use http::request::Parts;

use crate::aws::error::{ApiError, NotAwsJson};
use crate::aws::model::shapes::Model;
use crate::aws::protocol::response;
use crate::aws::service::AwsService;
use crate::aws::sigv4;
use crate::aws::sigv4::SigV4Error;
use crate::fault::InjectedError;
use crate::http::buffers::BuffersFull;
use crate::request_log::{Reason, ReceivedRequest};
use crate::services::call::Call;
use crate::services::context::RequestContext;
use crate::services::operation::Entry;
use crate::services::operations;
use crate::state::State;

/// Returns the operation that a request names, if the service has an operation of this name. The target of a request must be that of the service.
pub(crate) fn operation_of(
    service: AwsService,
    request: &Parts,
    body: &[u8],
) -> Option<&'static str> {
    let name = service.operation_name(request, body);
    Model::of(service).operation(&name)
}

/// Returns the response to a call, and records the outcome in `log_entry`.
pub(crate) async fn answer(
    state: &State,
    call: &Call<'_>,
    log_entry: &mut ReceivedRequest,
) -> Response<Bytes> {
    let outcome = run(state, call, log_entry).await;
    let request_id = state.request_ids.next();
    let service = call.service;
    let response = match outcome {
        Ok((operation, output)) => service.success(operation, output, &request_id),
        Err(error) => {
            if let Some(reason) = reason_of(state, call, &error) {
                log_entry.record_reason(reason, &state.redactor);
            }
            record_error(state, service, &error, log_entry);
            service.error(&error, &request_id)
        }
    };
    log_entry.request_id = Some(request_id);
    response
}

/// Returns the response to a call if its body could not be read.
pub(crate) fn reject(
    state: &State,
    service: AwsService,
    error: &ApiError,
    log_entry: &mut ReceivedRequest,
) -> Response<Bytes> {
    match error {
        ApiError::Incomplete => log_entry.record_reason(Reason::IncompleteBody, &state.redactor),
        ApiError::TooLarge => log_entry.record_reason(Reason::TooLarge, &state.redactor),
        _ => {}
    }
    record_error(state, service, error, log_entry);
    service.error(error, "")
}

/// Returns the response to a call for which there is not enough memory.
pub(crate) fn buffers_full(
    state: &State,
    service: AwsService,
    full: BuffersFull,
    log_entry: &mut ReceivedRequest,
) -> Response<Bytes> {
    let request_id = state.request_ids.next();
    let error = ApiError::from(full);
    record_error(state, service, &error, log_entry);
    let response = service.error(&error, &request_id);
    log_entry.request_id = Some(request_id);
    response
}

/// Returns the response with the error of a fault.
pub(crate) fn inject(
    state: &State,
    service: AwsService,
    error: &InjectedError<'_>,
    log_entry: &mut ReceivedRequest,
) -> Response<Bytes> {
    let request_id = state.request_ids.next();
    let code = service.injected_code(error.code);
    let (content_type, body) =
        service.injected_error(error.status, code, error.message, &request_id);
    let mut response = error.response(content_type, body);
    response::add_request_id(&mut response, &request_id);
    log_entry.record_error(code, error.message, &state.redactor);
    log_entry.request_id = Some(request_id);
    response
}

/// Returns what explains an error, if its code and text do not.
fn reason_of(state: &State, call: &Call<'_>, error: &ApiError) -> Option<Reason> {
    match error {
        ApiError::MissingAuthenticationToken
        | ApiError::IncompleteSignature(_)
        | ApiError::InvalidSignature(_)
        | ApiError::UnrecognizedClient
        | ApiError::ExpiredToken
        | ApiError::NotAwsJson(
            NotAwsJson::Unsigned
            | NotAwsJson::IncompleteSignature(_)
            | NotAwsJson::InvalidSignature(_),
        ) => {
            let verifier = state.verifier(call.service, call.host_region);
            let check = sigv4::failed_check(call.request, &verifier, call.now);
            Some(Reason::Signature(check))
        }
        ApiError::AccessDenied(denied) => Some(Reason::Access((**denied).clone())),
        _ => None,
    }
}

fn record_error(
    state: &State,
    service: AwsService,
    error: &ApiError,
    log_entry: &mut ReceivedRequest,
) {
    let text = service.error_text(error).unwrap_or_default();
    let text = match error {
        ApiError::IncompleteSignature(_)
        | ApiError::NotAwsJson(NotAwsJson::IncompleteSignature(_)) => {
            sigv4::without_quoted_value(&text)
        }
        _ => text.as_ref().into(),
    };
    log_entry.record_error(service.error_code(error), &text, &state.redactor);
}

/// Runs a call, and returns the name of the operation and its output.
async fn run(
    state: &State,
    call: &Call<'_>,
    log_entry: &mut ReceivedRequest,
) -> Result<(&'static str, String), ApiError> {
    let service = call.service;
    let find = |name: &str| find(service, name);
    let (found, input) = service.read(call.request, call.body, find)?;
    log_entry.operation = Some(found.name());
    let entry = found.implemented(service)?;
    let verifier = state.verifier(service, call.host_region);
    let caller = sigv4::verify(call.request, call.body, &verifier, call.now)
        .inspect_err(|error| warn_unknown_key(state, error, log_entry))?;
    log_entry.caller = Some(caller.clone());
    log_entry.record_input(&service.recorded_input(call.body, &input), &state.redactor);
    let cx = RequestContext::new(state, &caller, entry.name, call);
    let output = entry.run(&cx, input).await;
    log_entry.token = cx.issued_token();
    Ok((entry.name, output?))
}

/// Logs a warning if a request was rejected because its access key ID is unknown. The ID is read from the entry of the request log, which
/// contains an ID only if it has at most 128 letters, digits, `-` and `_`. Any other text could be a secret in the wrong place.
fn warn_unknown_key(state: &State, error: &SigV4Error, log_entry: &ReceivedRequest) {
    if *error == SigV4Error::UnknownKey
        && let Some(claim) = &log_entry.claim
        && state
            .principals
            .with_access_key_id(&claim.access_key_id)
            .is_none()
    {
        state.unknown_keys.warn(&claim.access_key_id);
    }
}

/// An operation of a service.
enum Found {
    Implemented(&'static Entry),
    NotImplemented(&'static str),
}

fn find(service: AwsService, name: &str) -> Option<Found> {
    let mut entries = operations(service).iter();
    let entry = entries.find(|entry| entry.name == name);
    let in_model = || {
        Model::of(service)
            .operation(name)
            .map(Found::NotImplemented)
    };
    entry.map(Found::Implemented).or_else(in_model)
}

impl Found {
    fn name(&self) -> &'static str {
        match self {
            Found::Implemented(entry) => entry.name,
            Found::NotImplemented(name) => name,
        }
    }

    fn implemented(self, service: AwsService) -> Result<&'static Entry, ApiError> {
        match self {
            Found::Implemented(entry) => Ok(entry),
            Found::NotImplemented(operation) => {
                tracing::warn!(%service, operation, "the mock does not implement this operation");
                Err(ApiError::not_implemented(service, operation))
            }
        }
    }
}
