//! Step 2: routes a request, applies the faults, creates the response and logs the request.

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderValue, Method, Request, Response, header};
use hyper::body::Body;

use crate::aws::hosts::Host;
use crate::clock::Stopwatch;
use crate::control;
use crate::fault;
use crate::fault::{FaultTarget, Injected, TriggeredFault};
use crate::http::authority::authority;
use crate::http::base_url::BaseUrl;
use crate::http::body::{Payload, strip_body, whole};
use crate::http::ingress::Ingress;
use crate::iam::principal::Caller;
use crate::registry;
use crate::registry::authentication;
use crate::registry::layer_download;
use crate::request_log::ReceivedRequest;
use crate::server::proxy;
use crate::server::request_attributes;
use crate::server::request_body::{BoxError, RequestBody};
use crate::server::router::Route;
use crate::server::welcome;
use crate::services::call::Call;
use crate::services::dispatch;
use crate::services::ecr::operations::get_authorization_token;
use crate::state::State;
use crate::token::TokenError;
use crate::types::timestamp::Timestamp;

/// Returns the response to a request. The request is in the request log before this function returns.
pub(crate) async fn handle<B>(
    state: &State,
    request: Request<B>,
    ingress: Ingress,
) -> Response<Payload>
where
    B: Body<Data = Bytes, Error: Into<BoxError>> + Send,
{
    let stopwatch = Stopwatch::start();
    let now = state.clock.now();
    let (request, body) = request.into_parts();
    let route = match proxy::is_other_host(state, &request) {
        true => Route::OtherHost,
        false => Route::of(&request),
    };
    let redactor = &state.redactor;
    let mut log_entry = ReceivedRequest::new(&request, route.service(), ingress, now, redactor);
    log_entry.route = route.name();
    let body = RequestBody::read(body, &request, &route).await;
    let attributes = || request_attributes::of(state, &request, body.bytes(), &route, now);
    let triggered = state.faults.trigger(attributes, now);
    let received = Received {
        request: &request,
        ingress,
        now,
    };
    let mut response = match inject(
        state,
        &triggered,
        &received,
        body.bytes(),
        &route,
        &mut log_entry,
    ) {
        Some(injected) => whole(injected),
        None => answer(state, &received, &route, body, &mut log_entry).await,
    };
    if !triggered.is_empty() {
        let applied = apply(
            state,
            &triggered,
            &received,
            &route,
            response,
            &mut log_entry,
        );
        response = Box::pin(applied).await;
    }
    if request.method == Method::HEAD {
        response = strip_body(response);
    }
    // The SDKs correct their clocks by this header, so it must contain the mock's time and not the system's.
    let date = fault::date(&triggered, now).to_http();
    let date = HeaderValue::try_from(date).expect("a date is printable ASCII");
    response.headers_mut().insert(header::DATE, date);
    log_entry.status = response.status();
    log_entry.took = stopwatch.elapsed();
    state.request_log.record(log_entry);
    response
}

/// A request without its body.
struct Received<'a> {
    request: &'a Parts,
    ingress: Ingress,
    now: Timestamp,
}

impl<'a> Received<'a> {
    fn base_url(&self) -> BaseUrl<'a> {
        BaseUrl::of(self.request, self.ingress)
    }
}

/// Returns the response that a fault injects, if one does.
fn inject(
    state: &State,
    triggered: &[TriggeredFault],
    received: &Received<'_>,
    body: &[u8],
    route: &Route,
    log_entry: &mut ReceivedRequest,
) -> Option<Response<Bytes>> {
    let Received { request, now, .. } = *received;
    if let Some(service) = route.aws_service() {
        let Injected::Error(error) = Injected::first_of(triggered, FaultTarget::Api)? else {
            return None;
        };
        log_entry.operation = dispatch::operation_of(service, request, body);
        return Some(dispatch::inject(state, service, &error, log_entry));
    }
    let (response, code) = match Injected::first_of(triggered, FaultTarget::Registry)? {
        Injected::Error(error) => (registry::injected(&error), error.code),
        Injected::Expired(form) => {
            registry::expired(form, &challenge(state, route, &received.base_url()))
        }
    };
    log_entry.error = Some(code);
    let host = Host::of(authority(request));
    authentication::of(&host).record_presented(state, request, now, log_entry);
    Some(response)
}

/// Applies the triggered faults to a response.
async fn apply(
    state: &State,
    triggered: &[TriggeredFault],
    received: &Received<'_>,
    route: &Route,
    response: Response<Payload>,
    log_entry: &mut ReceivedRequest,
) -> Response<Payload> {
    log_entry.faults = triggered.iter().map(|triggered| triggered.id).collect();
    let (now, url) = (received.now, received.base_url());
    let challenge = challenge(state, route, &url);
    let region = log_entry.caller.as_ref().map(Caller::region);
    let region = region.unwrap_or(&state.config.region);
    let context = fault::ResponseContext {
        now,
        is_expired: matches!(log_entry.token_error, Some(TokenError::Expired { .. })),
        expired: &|form| registry::expired(form, &challenge),
        foreign: &|account| get_authorization_token::foreign(state, account, region, &url, now),
    };
    fault::apply(triggered, response, &context).await
}

/// Returns the challenge of the registry that a request is for.
fn challenge(state: &State, route: &Route, url: &BaseUrl<'_>) -> String {
    match route {
        Route::Registry { host, .. } => authentication::of(host).challenge(state, host, url),
        _ => String::new(),
    }
}

/// Returns the response of the route, without faults.
async fn answer<B>(
    state: &State,
    received: &Received<'_>,
    route: &Route,
    body: RequestBody<B>,
    log_entry: &mut ReceivedRequest,
) -> Response<Payload>
where
    B: Body<Data = Bytes, Error: Into<BoxError>> + Send,
{
    let Received {
        request,
        ingress,
        now,
    } = *received;
    match route {
        Route::Api {
            service,
            host_region,
        } => match body.collected(service.max_body_size(request)).await {
            Ok(body) => {
                let call = Call {
                    service: *service,
                    request,
                    body: &body,
                    host_region: host_region.as_ref(),
                    ingress,
                    now,
                };
                whole(dispatch::answer(state, &call, log_entry).await)
            }
            Err(error) => whole(dispatch::reject(*service, &error.into(), log_entry)),
        },
        Route::Registry { host, path } => {
            let call = registry::Call {
                request,
                host,
                path,
                ingress,
                now,
            };
            registry::answer(state, &call, body.stream(), log_entry).await
        }
        Route::Layer => Box::pin(layer_download::answer(state, request, now, log_entry)).await,
        Route::Tunnel => whole(proxy::answer(state, request, ingress, log_entry)),
        Route::OtherHost => whole(proxy::reject(request, log_entry)),
        Route::Control => {
            let body = body.collected(control::MAX_BODY_SIZE);
            Box::pin(control::respond(state, request, body, log_entry)).await
        }
        Route::Welcome => whole(welcome::page()),
        Route::Unknown => whole(registry::not_found()),
    }
}
