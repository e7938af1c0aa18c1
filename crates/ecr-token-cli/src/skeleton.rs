//! The texts of `--generate-cli-skeleton`, which are printed instead of calling ECR.

use serde_json::{Value, json};

use crate::output::Format;

/// The input of get-authorization-token as a template for `--cli-input-json`. It ignores the output format.
pub(crate) const INPUT: &str = r#"{
    "registryIds": [
        ""
    ]
}
"#;

/// Returns a response in which each string member contains its name, and `expiresAt` is the epoch.
///
/// v1 formats the time differently for JSON and for text and tables.
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
