//! The members of the request.

use serde_json::{Map, Value};

/// The members of the request before validation against the service model.
#[derive(Debug, Default)]
pub(crate) struct Input(pub(super) Map<String, Value>);

pub(super) const REGISTRY_IDS: &str = "registryIds";
