//! Step 2: routes a request, applies the faults, creates the response and logs the request.

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderValue, Method, Request, Response, header};
use hyper::body::Body;

use crate::aws::header_names::X_AMZN_REQUESTID;
use crate::aws::hosts::Host;
use crate::aws::service::AwsService;
use crate::clock::Stopwatch;
use crate::control;
use crate::fault;
use crate::fault::{FaultEffect, FaultTarget, Injected, ResponseKind, TriggeredFault};
use crate::http::authority::authority;
use crate::http::base_url::BaseUrl;
use crate::http::body::{CollectError, Payload, buffered_size, strip_body, whole};
use crate::http::buffers;
use crate::http::buffers::{BuffersFull, Reservation};
use crate::http::client::Client;
use crate::http::ingress::Ingress;
use crate::iam::principal::Caller;
use crate::registry;
use crate::registry::authentication;
use crate::registry::layer_download;
use crate::request_log::ReceivedRequest;
use crate::server::content_policy;
use crate::server::host;
use crate::server::proxy;
use crate::server::request_attributes;
use crate::server::request_body::RequestBody;
use crate::server::router::Route;
use crate::server::welcome;
use crate::services;
use crate::services::call::Call;
use crate::services::dispatch;
use crate::services::ecr::operations::get_authorization_token;
use crate::services::sts::extended_request_id;
use crate::state::State;
use crate::token::TokenError;
use crate::types::timestamp::Timestamp;
use crate::web;

/// Returns the response to a request. The request is in the request log before this function returns.
///
/// The reservation contains the head of the request afterwards, and the bytes of the response that are in memory.
pub(crate) async fn handle<B>(
    state: &State,
    request: Request<B>,
    client: &Client,
    reservation: &mut Reservation,
) -> Response<Payload>
where
    B: Body<Data = Bytes> + Send,
{
    let stopwatch = Stopwatch::start();
    let now = state.clock.now();
    let (request, body) = request.into_parts();
    let route = route_of(state, &request, client.ingress);
    let redactor = &state.redactor;
    let mut log_entry =
        ReceivedRequest::new(&request, route.service(), client.ingress, now, redactor);
    log_entry.route = route.name();
    let received = Received {
        request: &request,
        client,
        now,
    };
    let head_size = head_size(&request);
    reservation.declare(buffers::RequestBody::of_size(body.size_hint().exact()));
    let (mut response, date) = match reservation.grow(head_size) {
        Ok(()) => respond(state, &received, &route, body, reservation, &mut log_entry).await,
        Err(full) => (buffers_full(state, &route, full, &mut log_entry), now),
    };
    let size = head_size + buffered_size(&response);
    match reservation.resize(size) {
        Ok(()) => {}
        Err(full) if is_read(&request, &route, &log_entry) => {
            reservation.shrink_to(head_size);
            response = buffers_full(state, &route, full, &mut log_entry);
        }
        // A client would repeat a change that was made, and the repeated request could fail.
        Err(_) => reservation.resize_beyond_limits(size),
    }
    if request.method == Method::HEAD {
        response = strip_body(response);
    }
    add_extended_request_id(state, &route, &log_entry, &mut response);
    content_policy::add(&request, &mut response);
    // The SDKs correct their clocks by this header, so it must contain the mock's time and not the system's.
    let date = HeaderValue::try_from(date.to_http()).expect("a date is printable ASCII");
    response.headers_mut().insert(header::DATE, date);
    log_entry.status = response.status();
    log_entry.took = stopwatch.elapsed();
    record(state, log_entry);
    response
}

fn record(state: &State, log_entry: ReceivedRequest) {
    let is_call = log_entry.operation.is_some() && log_entry.error.is_none();
    let issued = log_entry.token.filter(|_| is_call);
    let number = state.request_log.record(log_entry);
    if let Some(token) = issued {
        state.tokens.record_issued_by(token, number);
    }
}

/// Adds the header that only the responses of STS have: those that have a request ID.
fn add_extended_request_id(
    state: &State,
    route: &Route,
    log_entry: &ReceivedRequest,
    response: &mut Response<Payload>,
) {
    let is_answered = response.headers().contains_key(X_AMZN_REQUESTID);
    let request_id = log_entry.request_id.as_deref();
    if let Route::Api {
        service: AwsService::Sts,
        host_region,
    } = route
        && let Some(request_id) = request_id.filter(|_| is_answered)
    {
        let region = log_entry.caller.as_ref().map(Caller::region);
        let region = region.or(host_region.as_ref());
        let region = region.unwrap_or(&state.config.region);
        extended_request_id::add(response, region, log_entry.received, request_id);
    }
}

/// Returns whether a request has changed nothing, so that the client can repeat it.
fn is_read(request: &Parts, route: &Route, log_entry: &ReceivedRequest) -> bool {
    match (route, log_entry.operation) {
        (Route::Api { service, .. }, Some(operation)) => services::is_read(*service, operation),
        (Route::Api { .. }, None) => false,
        // A `GET` records that the image was pulled.
        (Route::Registry { path, .. }, _) if path.is_manifest() => request.method == Method::HEAD,
        _ => matches!(request.method, Method::GET | Method::HEAD),
    }
}

fn route_of(state: &State, request: &Parts, ingress: Ingress) -> Route {
    if !host::is_valid(request) {
        return Route::InvalidHost;
    }
    match proxy::is_other_host(state, request, ingress) {
        true => Route::OtherHost,
        false => Route::of(request),
    }
}

/// Returns the approximate memory for a request without its body, in bytes.
fn head_size(request: &Parts) -> usize {
    let uri = request.uri.path().len() + request.uri.query().map_or(0, str::len);
    let headers = request.headers.iter();
    let headers: usize = headers
        .map(|(name, value)| HEADER_SIZE + name.as_str().len() + value.len())
        .sum();
    REQUEST_SIZE + uri + headers
}

/// The approximate memory for the processing of a request, in bytes.
const REQUEST_SIZE: usize = 4096;

/// The memory for a header in addition to its text, as in HTTP/2 (RFC 9113, section 6.5.2).
const HEADER_SIZE: usize = 32;

/// A request without its body.
struct Received<'a> {
    request: &'a Parts,
    client: &'a Client,
    now: Timestamp,
}

impl<'a> Received<'a> {
    fn base_url(&self) -> BaseUrl<'a> {
        BaseUrl::of(self.request, self.client.ingress)
    }
}

/// Applies the faults and returns the response, and the time of its `Date` header.
async fn respond<B>(
    state: &State,
    received: &Received<'_>,
    route: &Route,
    body: B,
    reservation: &mut Reservation,
    log_entry: &mut ReceivedRequest,
) -> (Response<Payload>, Timestamp)
where
    B: Body<Data = Bytes> + Send,
{
    let Received { request, now, .. } = *received;
    let body = RequestBody::read(body, request, route, reservation).await;
    let attributes = match state.faults.is_empty() {
        true => None,
        false => request_attributes::of(state, request, body.bytes(), route, now),
    };
    let Some(attributes) = attributes else {
        let response = answer(state, received, route, body, reservation, log_entry).await;
        return (response, now);
    };
    let replacement = state.faults.trigger_replacement(&attributes, now);
    let injected = replacement.as_ref().and_then(|replacement| {
        inject(state, replacement, received, body.bytes(), route, log_entry)
    });
    let (response, kind) = match injected {
        Some(injected) => (whole(injected), ResponseKind::Injected),
        None => {
            let response = answer(state, received, route, body, reservation, log_entry).await;
            let kind = kind_of(&response, log_entry);
            (response, kind)
        }
    };
    let changes = state.faults.trigger_changes(&attributes, now, kind);
    let date = fault::date(&changes, now);
    let applied = apply(state, &changes, received, route, response, log_entry);
    let response = Box::pin(applied).await;
    let triggered = replacement.iter().chain(&changes);
    let effects: Vec<_> = triggered.map(FaultEffect::from).collect();
    if !effects.is_empty() {
        let token = log_entry.token;
        let expires = token.and_then(|token| state.tokens.expiry(token));
        log_entry.record_faults(effects, expires);
    }
    (response, date)
}

fn kind_of(response: &Response<Payload>, log_entry: &ReceivedRequest) -> ResponseKind {
    match log_entry.token_error {
        Some(TokenError::Expired { .. }) => ResponseKind::ExpiredToken,
        _ if response.status().is_success() => ResponseKind::Success,
        _ => ResponseKind::Error,
    }
}

/// Returns the response to a request for which there is not enough memory.
fn buffers_full(
    state: &State,
    route: &Route,
    full: BuffersFull,
    log_entry: &mut ReceivedRequest,
) -> Response<Payload> {
    match route {
        Route::Api { service, .. } => {
            whole(dispatch::buffers_full(state, *service, full, log_entry))
        }
        Route::Control | Route::Console => control::buffers_full(state, full, log_entry),
        _ => {
            let text = full.to_string();
            log_entry.record_error(registry::UNAVAILABLE, &text, &state.redactor);
            whole(registry::buffers_full(full))
        }
    }
}

/// Returns the response that a fault sends in place of the route, if it sends one to this target.
fn inject(
    state: &State,
    triggered: &TriggeredFault,
    received: &Received<'_>,
    body: &[u8],
    route: &Route,
    log_entry: &mut ReceivedRequest,
) -> Option<Response<Bytes>> {
    let Received { request, now, .. } = *received;
    if let Some(service) = route.aws_service() {
        let Injected::Error(error) = Injected::by(triggered, FaultTarget::Api)? else {
            return None;
        };
        log_entry.operation = dispatch::operation_of(service, request, body);
        return Some(dispatch::inject(state, service, &error, log_entry));
    }
    let (response, (code, text)) = match Injected::by(triggered, FaultTarget::Registry)? {
        Injected::Error(error) => (registry::injected(&error), (error.code, error.message)),
        Injected::Expired(form) => {
            registry::expired(form, &challenge(state, route, &received.base_url()))
        }
    };
    log_entry.record_error(code, text, &state.redactor);
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
    let (now, url) = (received.now, received.base_url());
    let challenge = challenge(state, route, &url);
    let region = log_entry.caller.as_ref().map(Caller::region);
    let region = region.unwrap_or(&state.config.region);
    let context = fault::ResponseContext {
        now,
        expired: &|form| registry::expired(form, &challenge).0,
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
    reservation: &mut Reservation,
    log_entry: &mut ReceivedRequest,
) -> Response<Payload>
where
    B: Body<Data = Bytes> + Send,
{
    let Received {
        request,
        client,
        now,
    } = *received;
    match route {
        Route::Api {
            service,
            host_region,
        } => {
            let limit = service.max_body_size(request);
            match body.collected(limit, reservation).await {
                Ok(body) => {
                    let call = Call {
                        service: *service,
                        request,
                        body: &body,
                        host_region: host_region.as_ref(),
                        ingress: client.ingress,
                        now,
                        reservation,
                    };
                    whole(dispatch::answer(state, &call, log_entry).await)
                }
                Err(CollectError::BuffersFull(full)) => buffers_full(state, route, full, log_entry),
                Err(error) => whole(dispatch::reject(state, *service, &error.into(), log_entry)),
            }
        }
        Route::Registry { host, path } => {
            if path.is_manifest()
                && let Err(full) = body.reserve_manifest(reservation)
            {
                return buffers_full(state, route, full, log_entry);
            }
            let call = registry::Call {
                request,
                host,
                path,
                ingress: client.ingress,
                now,
                reservation,
            };
            registry::answer(state, &call, body.stream(), log_entry).await
        }
        Route::Layer => Box::pin(layer_download::answer(state, request, now, log_entry)).await,
        Route::Tunnel => whole(proxy::answer(state, request, client.ingress, log_entry)),
        Route::OtherHost => whole(proxy::reject(state, request, log_entry)),
        Route::InvalidHost => whole(host::reject(state, log_entry)),
        Route::Control => {
            let body = body.collected(control::MAX_BODY_SIZE, reservation);
            Box::pin(control::respond(state, request, client, body, log_entry)).await
        }
        Route::Console => whole(web::answer(request, log_entry)),
        Route::OpenConsole => whole(web::redirect()),
        Route::Welcome => whole(welcome::page()),
        Route::Unknown => whole(registry::not_found()),
    }
}
