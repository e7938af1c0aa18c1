//! Replication: its configuration, the images that appear in other registries, and backfills.
//!
//! Sources: the user guide of Amazon ECR, `replication.html`, and the service model. What is recorded is in the comments.

mod accounts;
mod backfills;
mod configuration;
mod deletions;
mod images;

use std::time::Duration;

use mock_ecr::{MockEcr, Principal};
use serde_json::{Value, json};

use super::Api;
use crate::image::{IMAGE, IMAGE_DIGEST, OCI_INDEX, OCI_MANIFEST};
use crate::raw::RawRequest;
use crate::response::Response;
use crate::signer::Signer;

const OWN: &str = "123456789012";
const OTHER: &str = "210987654321";
const IRELAND: &str = "eu-west-1";

/// The delay of a replication.
const DELAY: Duration = Duration::from_secs(1);

/// Starts a mock with two accounts and a repository `app`. Its clock is frozen.
async fn api() -> Api {
    let config = format!(
        "[[accounts]]\nid = '{OWN}'\n[[accounts]]\nid = '{OTHER}'\n[[repositories]]\nname = 'app'\n"
    );
    Api::with_config(&config).await
}

impl Api {
    /// Calls an operation as the default principal in a Region.
    async fn call_in(&self, region: &str, operation: &str, input: &Value) -> Response {
        let signer = Signer::default().at(self.0.clock().now()).in_region(region);
        let call = RawRequest::call(operation).body(input.to_string());
        call.signed_by(&signer).to(&self.0).await
    }

    async fn json(&self, operation: &str, input: &Value) -> Value {
        let output = self.output(operation, &input.to_string()).await;
        serde_json::from_str(&output).unwrap()
    }

    async fn replicate(&self, rules: Value) {
        let input = json!({ "replicationConfiguration": { "rules": rules } });
        self.json("PutReplicationConfiguration", &input).await;
    }

    /// Returns the states of the replications of the image with a tag.
    async fn statuses(&self, tag: &str) -> Value {
        let input = json!({"repositoryName": "app", "imageId": {"imageTag": tag}});
        let output = self.json("DescribeImageReplicationStatus", &input).await;
        output["replicationStatuses"].clone()
    }

    /// Moves the clock to the end of the replications.
    fn finish(&self) {
        self.0.clock().advance(DELAY);
    }
}

/// Returns a rule for all repositories.
fn rule(destinations: &[(&str, &str)]) -> Value {
    let destination =
        |(region, account): &(&str, &str)| json!({"region": region, "registryId": account});
    let destinations: Vec<Value> = destinations.iter().map(destination).collect();
    json!({ "destinations": destinations })
}

/// Returns a state of a replication in another Region.
fn status(status: &str) -> Value {
    json!([{"region": IRELAND, "registryId": OWN, "status": status}])
}
