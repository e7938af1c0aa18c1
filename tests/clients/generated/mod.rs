//! Compares `ecr` with AWS CLI v1 on generated files, environments and command lines.
//!
//! `compare.py` generates and compares. `scripts/compare-with-v1` runs it with thousands of cases.

use std::path::Path;
use std::process::Command;

use crate::installed::{built, from_variable};

/// The number of cases. Each takes about half a second, most of it in AWS CLI v1.
const CASES: &str = "120";

#[test]
fn generated_cases_have_the_result_of_v1() {
    let python = from_variable("AWS_V1").with_file_name("python");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/clients/generated");
    let output = Command::new(&python)
        .arg("-B")
        .arg(folder.join("compare.py"))
        .arg("--ecr")
        .arg(built("ecr"))
        .arg("--v1-python")
        .arg(&python)
        .args(["--count", CASES])
        .output()
        .unwrap();
    let report = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{report}\n{errors}");
}
