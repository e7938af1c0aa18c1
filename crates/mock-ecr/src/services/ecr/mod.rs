//! Step 4 on the API: AWS JSON 1.1 in, AWS JSON 1.1 out.
//!
//! The order of checks is the one that was recorded of Kinesis, which speaks the same protocol: method, content type, JSON,
//! target, signature, types, constraints. `[ANALOG]` Source: mhart/kinesalite, `index.js` and `test/connection.js`.
//! The policy of the caller is evaluated between signature and types where an operation is about no repository, and else after
//! the constraints: only then is it known which. `[ASSUME]`

mod context;
mod domain_errors;
pub(crate) mod operations;
pub(crate) mod table;
mod views;

use bytes::Bytes;
use http::request::Parts;
use http::{Response, StatusCode};

use crate::aws::sigv4;
use crate::http::ingress::Way;
use crate::request_log::Exchange;
use crate::state::Ecr;
use crate::types::Region;
use crate::types::timestamp::Timestamp;

use crate::aws::error::ApiError;
use crate::aws::protocol::{json, response};
use context::Admitted;

/// The operation that a request calls, if the mock has it.
pub(crate) fn operation_of(request: &Parts) -> Option<&'static str> {
    let target = request.headers.get("x-amz-target")?.to_str().ok()?;
    let (_, name) = target.rsplit_once('.')?;
    table::Operation::named(name).map(table::Operation::name)
}

/// A call of the API as it came over the wire.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) request: &'a Parts,
    pub(crate) body: &'a [u8],
    pub(crate) host_region: Option<&'a Region>,
    pub(crate) way: Way,
    pub(crate) now: Timestamp,
}

/// Answers a call, and notes in the exchange what came of it.
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

/// Answers a call whose body was not fit to be read.
pub(crate) fn refuse(error: ApiError, exchange: &mut Exchange) -> Response<Bytes> {
    exchange.error = Some(error.code());
    error.into_response("")
}

async fn run(ecr: &Ecr, call: &Call<'_>, exchange: &mut Exchange) -> Result<String, ApiError> {
    let (operation, input) = json::read(call)?;
    exchange.operation = Some(operation.name());
    let verifier = ecr.verifier(call.host_region);
    let caller = sigv4::verify(call.request, call.body, &verifier, call.now)?;
    exchange.caller = Some(caller.clone());
    exchange.keep_input(call.body);
    let admitted = Admitted {
        ecr,
        caller: &caller,
        request: call.request,
        way: call.way,
        now: call.now,
    };
    operation.run(&admitted, input, exchange).await
}
