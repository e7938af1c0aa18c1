//! What `--generate-cli-skeleton` prints in place of a call.

use serde_json::{Value, json};

use crate::output::Format;

/// The input of get-authorization-token, fit for `--cli-input-json` once it is filled in; printed in no other format.
pub(crate) const INPUT: &str = r#"{
    "registryIds": [
        ""
    ]
}
"#;

/// An answer in which each member holds its own name, and the time is the epoch.
///
/// v1 spells this time in two ways, one for JSON and one for people.
pub(crate) fn output(format: &Format) -> Value {
    let epoch = match format {
        Format::Text | Format::Table => "1970-01-01 00:00:00",
        Format::Json | Format::Unknown(_) => "1970-01-01T00:00:00",
    };
    json!({
        "authorizationData": [{
            "authorizationToken": "authorizationToken",
            "expiresAt": epoch,
            "proxyEndpoint": "proxyEndpoint",
        }]
    })
}
