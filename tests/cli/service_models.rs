//! The committed service models equal those of the botocore that the tests run.

use std::path::Path;
use std::process::Command;

use crate::clients::installed;

#[test]
fn the_service_models_equal_those_that_the_script_generates() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/service-models");
    let output = Command::new(installed("MOCK_ECR_PYTHON"))
        .arg(script)
        .arg("--check")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "run scripts/service-models, which changes this:\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
}
