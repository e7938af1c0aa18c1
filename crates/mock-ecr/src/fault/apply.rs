//! Applies faults to a response.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Either};

use crate::fault::action::{BodyFault, FaultAction};
use crate::fault::delivery::DeliveryFault;
use crate::fault::response_context::ResponseContext;
use crate::fault::token_output;
use crate::fault::triggered::TriggeredFault;
use crate::http::body::{Payload, whole};
use crate::types::timestamp::Timestamp;

/// Applies the triggered faults to a response, in order. Actions that affect the delivery are attached to the response
/// as a [`DeliveryFault`].
pub(crate) async fn apply(
    triggered: &[TriggeredFault],
    mut response: Response<Payload>,
    context: &ResponseContext<'_>,
) -> Response<Payload> {
    for TriggeredFault { action, .. } in triggered {
        response = match action {
            FaultAction::Body(fault) => with_body(response, fault),
            FaultAction::ContentType(text) => with_content_type(response, text),
            FaultAction::Expired(form) => whole((context.expired)(*form)),
            _ if action.changes_token_output() => with_output(response, action, context).await,
            _ => response,
        };
    }
    if let Some(delivery) = DeliveryFault::of(triggered) {
        response.extensions_mut().insert(delivery);
    }
    response
}

/// Returns the time for the `Date` header of a response.
pub(crate) fn date(triggered: &[TriggeredFault], now: Timestamp) -> Timestamp {
    triggered
        .iter()
        .fold(now, |now, triggered| match &triggered.action {
            FaultAction::Date(shift) => shift.of(now),
            _ => now,
        })
}

fn with_body(response: Response<Payload>, fault: &BodyFault) -> Response<Payload> {
    let (mut parts, _) = response.into_parts();
    let (content_type, body) = match fault {
        BodyFault::Html => {
            parts.status = StatusCode::OK;
            (Some("text/html; charset=utf-8"), PORTAL)
        }
        BodyFault::Empty => (None, ""),
        BodyFault::NotJson => (None, r#"{"authorizationData":[{"#),
        BodyFault::Text(text) => (None, text.as_str()),
    };
    if let Some(content_type) = content_type {
        let value = HeaderValue::from_static(content_type);
        parts.headers.insert(header::CONTENT_TYPE, value);
    }
    parts
        .headers
        .insert(header::CONTENT_LENGTH, body.len().into());
    whole(Response::from_parts(parts, body.to_owned().into()))
}

const PORTAL: &str = "<!DOCTYPE html>\n<html><head><title>Sign in to the network</title></head>\
<body><form>Please accept the terms of use.</form></body></html>\n";

fn with_content_type(mut response: Response<Payload>, text: &str) -> Response<Payload> {
    let name: HeaderName = header::CONTENT_TYPE;
    match HeaderValue::from_str(text) {
        Ok(value) if !text.is_empty() => response.headers_mut().insert(name, value),
        _ => response.headers_mut().remove(name),
    };
    response
}

/// Applies an action to the output of `GetAuthorizationToken`. An error, and a body that is not in memory, are not
/// changed.
async fn with_output(
    response: Response<Payload>,
    action: &FaultAction,
    context: &ResponseContext<'_>,
) -> Response<Payload> {
    let (mut parts, body) = response.into_parts();
    let body = match body {
        Either::Left(body) if parts.status.is_success() => match body.collect().await {
            Ok(collected) => collected.to_bytes(),
            Err(impossible) => match impossible {},
        },
        body => return Response::from_parts(parts, body),
    };
    let body = token_output::edit(&body, action, context).map_or(body, Bytes::from);
    parts
        .headers
        .insert(header::CONTENT_LENGTH, body.len().into());
    whole(Response::from_parts(parts, body))
}
