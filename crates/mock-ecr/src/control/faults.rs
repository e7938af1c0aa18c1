//! `faults`: what goes wrong, and how often it did.

use futures_util::FutureExt as _;
use http::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::control::asked::Asked;
use crate::control::filters::parsed;
use crate::control::refusal::Refusal;
use crate::control::reply;
use crate::control::reply::Outcome;
use crate::control::routes::{Body, Content, Route, fields, schema};
use crate::fault::{ActiveFault, Fault, FaultId};

pub(super) const ROUTES: [Route; 3] = [
    Route {
        method: Method::GET,
        path: "faults",
        summary: "The faults that are set, in their order, with their counts.",
        query: &[],
        body: None,
        answer: Content::Json(schema::<FaultsView>()),
        run: |asked| async move { list(&asked) }.boxed(),
    },
    Route {
        method: Method::POST,
        path: "faults",
        summary: "Sets a fault behind those that are set.",
        query: &[],
        body: Some(Body {
            schema: schema::<Fault>(),
            example: r#"{ "when": { "operation": "GetAuthorizationToken", "times": 2 }, "what": { "error": "ThrottlingException" } }"#,
        }),
        answer: Content::Json(schema::<ActiveFault>()),
        run: |asked| async move { add(&asked) }.boxed(),
    },
    Route {
        method: Method::DELETE,
        path: "faults",
        summary: "Takes a fault away, or all of them, and answers what was taken.",
        query: &[fields::<Which>()],
        body: None,
        answer: Content::Json(schema::<FaultsView>()),
        run: |asked| async move { remove(&asked) }.boxed(),
    },
];

/// Faults and their counts.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Faults")]
struct FaultsView {
    faults: Vec<ActiveFault>,
}

/// Which fault is meant.
#[derive(Deserialize, JsonSchema)]
struct Which {
    /// The one of this id; without it, all.
    #[serde(default, deserialize_with = "parsed")]
    #[schemars(with = "u64", example = 0)]
    id: Option<u64>,
}

fn list(asked: &Asked<'_>) -> Outcome {
    let faults = asked.ecr.faults.list();
    reply::json(&FaultsView { faults })
}

fn add(asked: &Asked<'_>) -> Outcome {
    let faults = &asked.ecr.faults;
    let fault: Fault = asked.body()?;
    let id = faults
        .add(fault.clone())
        .map_err(|error| Refusal::body(error.to_string()))?;
    reply::json(&ActiveFault {
        id,
        fault,
        met: 0,
        fired: 0,
    })
}

/// Whoever asks twice has what they asked for, so that a fault which is not there is no mistake.
fn remove(asked: &Asked<'_>) -> Outcome {
    let faults = &asked.ecr.faults;
    let removed = match asked.query::<Which>()?.id {
        Some(id) => faults.remove(FaultId(id)).into_iter().collect(),
        None => faults.clear(),
    };
    reply::json(&FaultsView { faults: removed })
}
