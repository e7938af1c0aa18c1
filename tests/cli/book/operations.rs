//! Compares the page of the operations with the output of `mock-ecr supports`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use assert_cmd::cargo::cargo_bin_cmd;

use crate::book::page::Page;

#[test]
fn the_operations_are_those_that_the_command_prints() {
    let output = cargo_bin_cmd!("mock-ecr").arg("supports").output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let mut services: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for line in printed.lines().skip(1) {
        let (service, operation) = line.split_once(' ').unwrap();
        services.entry(service).or_default().push(operation.trim());
    }
    let mut text = String::new();
    for (service, operations) in services {
        writeln!(text, "## `{service}`\n").unwrap();
        for operation in operations {
            writeln!(text, "- `{operation}`").unwrap();
        }
        text.push('\n');
    }
    Page::read("reference/operations.md").check_region("operations", &text);
}
