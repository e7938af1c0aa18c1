//! From a call of an AWS API to its response.
//!
//! The order of checks is the one that was recorded of Kinesis, which has the same protocol: method, content type, JSON,
//! target, signature, types, constraints. `[ANALOG]` Source: mhart/kinesalite, `index.js` and `test/connection.js`.
//! The policy of the caller is evaluated between signature and types if the operation has no resource, and after
//! the constraints otherwise: the resource is not known earlier. `[ASSUME]`

use bytes::Bytes;
use http::request::Parts;
use http::{Response, StatusCode};

use crate::aws::error::ApiError;
use crate::aws::protocol::{json, response};
use crate::aws::sigv4;
use crate::aws::target::Target;
use crate::iam::action::Action;
use crate::request_log::Exchange;
use crate::services::call::Call;
use crate::services::context::RequestContext;
use crate::services::ecr;
use crate::services::operation::Entry;
use crate::state::Ecr;

/// The operation that a request names, if the mock has it.
pub(crate) fn operation_of(request: &Parts) -> Option<&'static str> {
    find(Target::of(request).operation).map(|entry| entry.name)
}

/// Answers a call, and records its outcome in the exchange.
pub(crate) async fn answer(ecr: &Ecr, call: &Call<'_>, exchange: &mut Exchange) -> Response<Bytes> {
    let outcome = run(ecr, call, exchange).await;
    let request_id = ecr.request_ids.next();
    let response = match outcome {
        Ok(output) => response::json(StatusCode::OK, output, &request_id),
        Err(error) => {
            exchange.error = Some(error.code());
            error.into_response(&request_id)
        }
    };
    exchange.request_id = Some(request_id);
    response
}

/// Answers a call whose body could not be read.
pub(crate) fn refuse(error: ApiError, exchange: &mut Exchange) -> Response<Bytes> {
    exchange.error = Some(error.code());
    error.into_response("")
}

async fn run(ecr: &Ecr, call: &Call<'_>, exchange: &mut Exchange) -> Result<String, ApiError> {
    let (entry, input) = json::read(call.request, call.body, find)?;
    exchange.operation = Some(entry.name);
    let verifier = ecr.verifier(call.host_region);
    let caller = sigv4::verify(call.request, call.body, &verifier, call.now)?;
    exchange.caller = Some(caller.clone());
    exchange.keep_input(call.body);
    let cx = RequestContext::new(ecr, &caller, Action::ecr(entry.name), call);
    let output = entry.run(&cx, input).await;
    exchange.token = cx.issued_token();
    output
}

fn find(name: &str) -> Option<&'static Entry> {
    ecr::OPERATIONS.iter().find(|entry| entry.name == name)
}
