//! `clock`: reads and changes the clock of the mock.

use std::time::Duration;

use futures_util::FutureExt as _;
use http::Method;
use serde::{Deserialize, Serialize};

use crate::clock::{Clock, ClockReading};
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
        summary: "Returns the state of the clock.",
        query: &[],
        body: None,
        response: Content::Json(schema::<ClockView>()),
        run: |request| async move { view(&request.state.clock) }.boxed(),
    },
    Route {
        method: Method::POST,
        path: "clock/advance",
        summary: "Moves the clock forward.",
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
        summary: "Sets the time of the clock. The clock stays frozen or continues to run.",
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
        summary: "Freezes the clock at its current time.",
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
        summary: "Lets the clock run from its current time.",
        query: &[],
        body: Some(Body {
            schema: schema::<EmptyBody>(),
            example: "{}",
        }),
        response: Content::Json(schema::<ClockView>()),
        run: |request| async move { update(&request, Clock::run) }.boxed(),
    },
];

/// The state of the mock's clock.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Clock"))]
pub(super) struct ClockView {
    /// The current time of the clock, in RFC 3339 with milliseconds, in UTC.
    now: Timestamp,
    /// Whether the clock is frozen or running.
    state: ClockState,
}

/// Whether a clock is frozen or running.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
enum ClockState {
    /// The clock changes only when it is moved.
    Frozen,
    /// The clock runs at the speed of the system's clock.
    Running,
}

/// How far the clock is moved forward.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct AdvanceClock {
    /// A duration, such as `12h`, `90m` or `1500ms`.
    #[serde(deserialize_with = "Text::deserialize")]
    #[cfg_attr(test, schemars(with = "String"))]
    by: Duration,
}

/// The new time of the clock.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct SetClock {
    /// A timestamp in RFC 3339, such as `2030-01-01T00:00:00Z`.
    to: Timestamp,
}

/// An object without fields.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct EmptyBody {}

fn advance(request: &ControlRequest<'_>) -> Outcome {
    let AdvanceClock { by } = request.body()?;
    request.state.clock.advance(by);
    view(&request.state.clock)
}

fn set(request: &ControlRequest<'_>) -> Outcome {
    let SetClock { to } = request.body()?;
    request.state.clock.set(to);
    view(&request.state.clock)
}

fn update(request: &ControlRequest<'_>, change: fn(&Clock)) -> Outcome {
    let EmptyBody {} = request.body()?;
    change(&request.state.clock);
    view(&request.state.clock)
}

fn view(clock: &Clock) -> Outcome {
    response::json(&ClockView::of(clock.reading()))
}

impl ClockView {
    pub(super) fn of(reading: ClockReading) -> Self {
        let state = match reading.is_frozen {
            true => ClockState::Frozen,
            false => ClockState::Running,
        };
        let now = reading.now;
        ClockView { now, state }
    }
}
