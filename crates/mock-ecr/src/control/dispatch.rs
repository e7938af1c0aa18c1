//! The path of a request for `/_mock/`: authorizes, routes, reads and answers it.

use bytes::Bytes;
use http::Response;
use http::request::Parts;

use crate::control::authorize::authorize;
use crate::control::error::ControlError;
use crate::control::request::ControlRequest;
use crate::control::{response, table};
use crate::http::body::{CollectError, Payload};
use crate::request_log::ReceivedRequest;
use crate::state::Ecr;

/// How long a body may be.
pub(crate) const MAX_BODY_SIZE: usize = 64 << 10;

/// Answers a request about the mock itself; its body is read when it is known who sends it, and that it is wanted.
pub(crate) async fn respond(
    ecr: &Ecr,
    request: &Parts,
    body: impl Future<Output = Result<Bytes, CollectError>>,
    entry: &mut ReceivedRequest,
) -> Response<Payload> {
    match run(ecr, request, body, entry).await {
        Ok(response) => response,
        Err(error) => {
            entry.error = Some(error.code);
            response::error(error)
        }
    }
}

async fn run(
    ecr: &Ecr,
    request: &Parts,
    body: impl Future<Output = Result<Bytes, CollectError>>,
    entry: &mut ReceivedRequest,
) -> Result<Response<Payload>, ControlError> {
    authorize(ecr, request)?;
    let route = table::find(request)?;
    entry.route = Some(route.path);
    let mut request = ControlRequest::new(ecr, request, &route.parameter_names())?;
    if route.body.is_some() {
        request.read(body).await?;
    }
    (route.run)(request).await
}
