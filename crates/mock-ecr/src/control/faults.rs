//! `faults`: lists, adds and removes faults.

use futures_util::FutureExt as _;
use http::Method;
use serde::{Deserialize, Serialize};

use crate::control::error::ControlError;
use crate::control::query_value::number;
use crate::control::request::ControlRequest;
use crate::control::response;
use crate::control::response::Outcome;
use crate::control::route::{Body, Content, Route, fields, schema};
use crate::fault::{ActiveFault, Fault, FaultId};

pub(super) const ROUTES: [Route; 3] = [
    Route {
        method: Method::GET,
        path: "faults",
        summary: "Returns the faults in the order in which they were added, with their counters.",
        query: &[],
        body: None,
        response: Content::Json(schema::<FaultsView>()),
        run: |request| async move { list(&request) }.boxed(),
    },
    Route {
        method: Method::POST,
        path: "faults",
        summary: "Adds a fault after the existing faults.",
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
        summary: "Removes one fault or all faults, and returns the removed faults. Removing a fault that does not exist is not an error.",
        query: &[fields::<RemoveParams>()],
        body: None,
        response: Content::Json(schema::<FaultsView>()),
        run: |request| async move { remove(&request) }.boxed(),
    },
];

/// Faults and their counters.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Faults"))]
struct FaultsView {
    /// The faults, in the order in which they were added.
    faults: Vec<FaultView>,
}

/// A fault, and a sentence that describes it.
#[derive(Serialize)]
#[cfg_attr(
    test,
    derive(schemars::JsonSchema),
    schemars(rename = "DescribedFault")
)]
struct FaultView {
    #[serde(flatten)]
    fault: ActiveFault,
    /// One sentence about the requests that the fault matches, its action, and how often it was triggered.
    text: String,
}

impl From<ActiveFault> for FaultView {
    fn from(fault: ActiveFault) -> Self {
        let text = fault.sentence();
        FaultView { fault, text }
    }
}

impl FaultsView {
    fn of(faults: Vec<ActiveFault>) -> Self {
        let faults = faults.into_iter().map(Into::into).collect();
        FaultsView { faults }
    }
}

/// The faults to remove.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct RemoveParams {
    /// The ID of the fault to remove. Without it, all faults are removed.
    #[serde(default, deserialize_with = "number")]
    id: Option<u64>,
}

fn list(request: &ControlRequest<'_>) -> Outcome {
    let faults = request.state.faults.list();
    response::json(&FaultsView::of(faults))
}

fn add(request: &ControlRequest<'_>) -> Outcome {
    let faults = &request.state.faults;
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

/// Removing a fault twice is not an error: the fault is gone, as requested.
fn remove(request: &ControlRequest<'_>) -> Outcome {
    let faults = &request.state.faults;
    let removed = match request.query::<RemoveParams>()?.id {
        Some(id) => faults.remove(FaultId(id)).into_iter().collect(),
        None => faults.clear(),
    };
    response::json(&FaultsView::of(removed))
}
