//! Compares the service models in the repository with those of the botocore version that the tests use.

use std::path::Path;
use std::process::Command;

use crate::clients::installed;

#[test]
fn the_service_models_are_up_to_date() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/service-models");
    let output = Command::new(installed("MOCK_ECR_PYTHON"))
        .arg(script)
        .arg("--check")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "the service models are out of date; run scripts/service-models:\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
}
