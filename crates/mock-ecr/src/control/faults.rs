//! `faults`: what goes wrong, and how often it did.

use futures_util::FutureExt as _;
use http::Method;
use serde::{Deserialize, Serialize};

use crate::control::error::ControlError;
use crate::control::query_value::parsed;
use crate::control::request::ControlRequest;
use crate::control::response;
use crate::control::response::Outcome;
use crate::control::route::{Body, Content, Route, fields, schema};
use crate::fault::{ActiveFault, Fault, FaultId};

pub(super) const ROUTES: [Route; 3] = [
    Route {
        method: Method::GET,
        path: "faults",
        summary: "The faults that are set, in their order, with their counts.",
        query: &[],
        body: None,
        response: Content::Json(schema::<FaultsView>()),
        run: |request| async move { list(&request) }.boxed(),
    },
    Route {
        method: Method::POST,
        path: "faults",
        summary: "Sets a fault behind those that are set.",
        query: &[],
        body: Some(Body {
            schema: schema::<Fault>(),
            example: r#"{ "match": { "operation": "GetAuthorizationToken", "times": 2 }, "action": { "error": "ThrottlingException" } }"#,
        }),
        response: Content::Json(schema::<ActiveFault>()),
        run: |request| async move { add(&request) }.boxed(),
    },
    Route {
        method: Method::DELETE,
        path: "faults",
        summary: "Takes a fault away, or all of them, and answers what was taken.",
        query: &[fields::<RemoveParams>()],
        body: None,
        response: Content::Json(schema::<FaultsView>()),
        run: |request| async move { remove(&request) }.boxed(),
    },
];

/// Faults and their counts.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Faults"))]
struct FaultsView {
    faults: Vec<ActiveFault>,
}

/// RemoveParams fault is meant.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct RemoveParams {
    /// The one of this id; without it, all.
    #[serde(default, deserialize_with = "parsed")]
    id: Option<u64>,
}

fn list(request: &ControlRequest<'_>) -> Outcome {
    let faults = request.ecr.faults.list();
    response::json(&FaultsView { faults })
}

fn add(request: &ControlRequest<'_>) -> Outcome {
    let faults = &request.ecr.faults;
    let fault: Fault = request.body()?;
    let id = faults
        .add(fault.clone())
        .map_err(|error| ControlError::body(error.to_string()))?;
    response::json(&ActiveFault {
        id,
        fault,
        matched: 0,
        triggered: 0,
    })
}

/// Whoever asks twice has what they asked for, so that a fault which is not there is no mistake.
fn remove(request: &ControlRequest<'_>) -> Outcome {
    let faults = &request.ecr.faults;
    let removed = match request.query::<RemoveParams>()?.id {
        Some(id) => faults.remove(FaultId(id)).into_iter().collect(),
        None => faults.clear(),
    };
    response::json(&FaultsView { faults: removed })
}
