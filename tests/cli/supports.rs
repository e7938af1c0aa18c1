//! `mock-ecr supports`.

use assert_cmd::cargo::cargo_bin_cmd;
use serde_json::{Value, json};

#[test]
fn every_operation_is_printed_with_its_support() {
    let output = cargo_bin_cmd!("mock-ecr").arg("supports").output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let rows: Vec<Vec<&str>> = printed
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(rows[0], ["SERVICE", "OPERATION", "SUPPORT"]);
    for expected in EXPECTED {
        assert!(rows.contains(&expected.to_vec()), "{printed}");
    }
}

#[test]
fn the_operations_are_printed_as_json() {
    let mut command = cargo_bin_cmd!("mock-ecr");
    let output = command.args(["supports", "--json"]).output().unwrap();
    let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(printed["version"], env!("CARGO_PKG_VERSION"));
    let operations = printed["operations"].as_array().unwrap();
    for [service, operation, support] in EXPECTED {
        let row = json!({ "service": service, "operation": operation, "support": support });
        assert!(operations.contains(&row), "{row}");
    }
}

const EXPECTED: [[&str; 3]; 4] = [
    ["ecr", "GetAuthorizationToken", "recorded"],
    ["ecr-public", "DescribeImageTags", "missing"],
    ["ecr", "TagResource", "modelled"],
    ["sts", "GetCallerIdentity", "recorded"],
];
