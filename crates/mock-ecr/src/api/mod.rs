//! Step 4 on the API: AWS JSON 1.1 in, AWS JSON 1.1 out.
//!
//! The order of checks is the one that was recorded of Kinesis, which speaks the same protocol: method, content type, JSON,
//! target, signature, types, constraints. `[ANALOG]` Source: mhart/kinesalite, `index.js` and `test/connection.js`.
//! The policy of the caller is evaluated between signature and types where an operation is about no repository, and else after
//! the constraints: only then is it known which. `[ASSUME]`

mod admitted;
mod batch_delete_image;
mod batch_get_image;
mod create_repository;
mod delete_repository;
mod describe_images;
mod describe_repositories;
mod error;
mod get_authorization_token;
mod image_id;
mod input;
mod layer_upload;
mod layers;
mod list_images;
mod model;
mod operation;
mod page;
mod protocol;
mod put_image;
mod put_image_tag_mutability;
mod refusal;
mod repository_policy;
mod repository_view;
mod resource_tags;
mod response;

use bytes::Bytes;
use http::request::Parts;
use http::{Response, StatusCode};

use crate::ecr::Ecr;
use crate::journal::Exchange;
use crate::name::Region;
use crate::sigv4;
use crate::timestamp::Timestamp;
use crate::way::Way;

use admitted::Admitted;
pub(crate) use error::ApiError;
pub(crate) use get_authorization_token::foreign;
use input::Input;
pub(crate) use protocol::longest_body;
pub(crate) use response::sign;

/// The operation that a request calls, if the mock has it.
pub(crate) fn operation_of(request: &Parts) -> Option<&'static str> {
    let target = request.headers.get("x-amz-target")?.to_str().ok()?;
    let (_, name) = target.rsplit_once('.')?;
    operation::Operation::named(name).map(operation::Operation::name)
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
    let (operation, input) = protocol::read(call)?;
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
