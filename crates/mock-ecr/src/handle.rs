//! Step 2: the way of a request, on one screen.

use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use http::{HeaderValue, Request, Response, header};
use http_body_util::{BodyDataStream, BodyExt as _, LengthLimitError, Limited};
use hyper::body::Body;

use crate::api::{self, ApiError};
use crate::clock::Stopwatch;
use crate::control;
use crate::download;
use crate::ecr::Ecr;
use crate::intercept;
use crate::journal::{Exchange, Plane};
use crate::payload::{Payload, whole};
use crate::registry;
use crate::repository::{BrokenOff, ContentStream};
use crate::route::Route;
use crate::way::Way;

/// Answers a request; the exchange is in the journal before this returns.
pub(crate) async fn handle<B>(ecr: &Ecr, request: Request<B>, way: Way) -> Response<Payload>
where
    B: Body<Data = Bytes, Error: Into<BoxError>> + Send,
{
    let stopwatch = Stopwatch::start();
    let now = ecr.clock.now();
    let (request, body) = request.into_parts();
    let route = Route::of(&request);
    let mut exchange = Exchange::open(&request, plane(&route), way, now);
    let mut response = match &route {
        Route::Api { host_region } => match collect(body, api::longest_body(&request)).await {
            Ok(body) => {
                let call = api::Call {
                    request: &request,
                    body: &body,
                    host_region: host_region.as_ref(),
                    way,
                    now,
                };
                whole(api::answer(ecr, &call, &mut exchange).await)
            }
            Err(error) => whole(api::refuse(error, &mut exchange)),
        },
        Route::Registry { host, path } => {
            let call = registry::Call {
                request: &request,
                host,
                path,
                way,
                now,
            };
            registry::answer(ecr, &call, content(body), &mut exchange).await
        }
        Route::Layer => download::answer(ecr, &request, now, &mut exchange).await,
        Route::Tunnel => whole(intercept::answer(ecr, &request, way, &mut exchange)),
        Route::Control => whole(control::answer(ecr, &request, &mut exchange)),
        Route::Unknown => whole(registry::not_found()),
    };
    // The SDKs correct their clocks by this header: it must show the mock's time, not the system's.
    let date = HeaderValue::try_from(now.to_http()).expect("a date is printable ASCII");
    response.headers_mut().insert(header::DATE, date);
    exchange.status = response.status();
    exchange.took = stopwatch.elapsed();
    ecr.journal.record(exchange);
    response
}

fn plane(route: &Route) -> Plane {
    match route {
        Route::Api { .. } => Plane::Api,
        Route::Registry { .. } | Route::Layer => Plane::Registry,
        Route::Tunnel => Plane::Proxy,
        Route::Control => Plane::Control,
        Route::Unknown => Plane::Unknown,
    }
}

/// Reads the body of an API call, which must end within a limit of size and of time.
async fn collect<B>(body: B, longest: usize) -> Result<Bytes, ApiError>
where
    B: Body<Data: Send, Error: Into<BoxError>>,
{
    // A body that says it is too long is refused before it is sent.
    if body.size_hint().lower() > longest as u64 {
        return Err(ApiError::TooLarge);
    }
    let collected = tokio::time::timeout(SLOWEST_BODY, Limited::new(body, longest).collect());
    match collected.await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(ApiError::TooLarge),
        Ok(Err(_)) | Err(_) => Err(ApiError::Incomplete),
    }
}

/// The body of a registry call as a stream, which may take as long as it likes but not pause for long.
fn content<'a, B>(body: B) -> ContentStream<'a>
where
    B: Body<Data = Bytes> + Send + 'a,
{
    let body = Box::pin(BodyDataStream::new(body));
    futures_util::stream::unfold(body, |mut body| async {
        let next = tokio::time::timeout(SLOWEST_BODY, body.next());
        let item = match next.await {
            Ok(item) => item?.map_err(|_| BrokenOff),
            Err(_) => Err(BrokenOff),
        };
        Some((item, body))
    })
    .boxed()
}

type BoxError = Box<dyn std::error::Error + Send + Sync>;

const SLOWEST_BODY: Duration = Duration::from_secs(30);
