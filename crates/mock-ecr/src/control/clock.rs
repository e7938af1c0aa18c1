//! `clock`: the time that the mock lives by.

use std::time::Duration;

use futures_util::FutureExt as _;
use http::Method;
use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::control::request::ControlRequest;
use crate::control::response;
use crate::control::response::Outcome;
use crate::control::route::{Body, Content, Route, schema};
use crate::types::duration::Text;
use crate::types::timestamp::Timestamp;

pub(super) const ROUTES: [Route; 5] = [
    Route {
        method: Method::GET,
        path: "clock",
        summary: "Tells what the clock shows.",
        query: &[],
        body: None,
        response: Content::Json(schema::<ClockView>()),
        run: |request| async move { view(&request.ecr.clock) }.boxed(),
    },
    Route {
        method: Method::POST,
        path: "clock/advance",
        summary: "Moves the clock on.",
        query: &[],
        body: Some(Body {
            schema: schema::<AdvanceClock>(),
            example: r#"{ "by": "12h" }"#,
        }),
        response: Content::Json(schema::<ClockView>()),
        run: |request| async move { advance(&request) }.boxed(),
    },
    Route {
        method: Method::POST,
        path: "clock/set",
        summary: "Makes the clock show an instant; it stands still or runs on from there, as it did before.",
        query: &[],
        body: Some(Body {
            schema: schema::<SetClock>(),
            example: r#"{ "to": "2030-01-01T00:00:00Z" }"#,
        }),
        response: Content::Json(schema::<ClockView>()),
        run: |request| async move { set(&request) }.boxed(),
    },
    Route {
        method: Method::POST,
        path: "clock/freeze",
        summary: "Lets the clock stand still at what it shows.",
        query: &[],
        body: Some(Body {
            schema: schema::<EmptyBody>(),
            example: "{}",
        }),
        response: Content::Json(schema::<ClockView>()),
        run: |request| async move { update(&request, Clock::freeze) }.boxed(),
    },
    Route {
        method: Method::POST,
        path: "clock/run",
        summary: "Lets the clock run on from what it shows.",
        query: &[],
        body: Some(Body {
            schema: schema::<EmptyBody>(),
            example: "{}",
        }),
        response: Content::Json(schema::<ClockView>()),
        run: |request| async move { update(&request, Clock::run) }.boxed(),
    },
];

/// What the clock shows.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Clock"))]
struct ClockView {
    /// The instant.
    now: Timestamp,
    /// Whether it goes on by itself.
    state: ClockState,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
enum ClockState {
    /// It stands still between moves.
    Frozen,
    /// It runs as the system's does.
    Running,
}

/// How far to move the clock on.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct AdvanceClock {
    /// A length of time, such as `12h`, `90m` or `1500ms`.
    #[serde(deserialize_with = "Text::deserialize")]
    #[cfg_attr(test, schemars(with = "String"))]
    by: Duration,
}

/// Where to set the clock.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct SetClock {
    /// An instant, as RFC 3339 writes it.
    to: Timestamp,
}

/// An object without fields.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct EmptyBody {}

fn advance(request: &ControlRequest<'_>) -> Outcome {
    let AdvanceClock { by } = request.body()?;
    request.ecr.clock.advance(by);
    view(&request.ecr.clock)
}

fn set(request: &ControlRequest<'_>) -> Outcome {
    let SetClock { to } = request.body()?;
    request.ecr.clock.set(to);
    view(&request.ecr.clock)
}

fn update(request: &ControlRequest<'_>, change: fn(&Clock)) -> Outcome {
    let EmptyBody {} = request.body()?;
    change(&request.ecr.clock);
    view(&request.ecr.clock)
}

fn view(clock: &Clock) -> Outcome {
    let state = match clock.is_frozen() {
        true => ClockState::Frozen,
        false => ClockState::Running,
    };
    let now = clock.now();
    response::json(&ClockView { now, state })
}
