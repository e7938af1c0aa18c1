//! Compares the page of the operations with the output of `mock-ecr supports`, and with the list of the exceptions that are not returned.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use assert_cmd::cargo::cargo_bin_cmd;

use crate::book::page::Page;

#[test]
fn the_operations_are_those_that_the_command_prints() {
    let output = cargo_bin_cmd!("mock-ecr").arg("supports").output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let mut services: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    for line in printed.lines().skip(1) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [service, operation, support] = words[..] else {
            panic!("{line:?} has three columns");
        };
        let operations = services.entry(service).or_default();
        operations.push((operation, support));
    }
    let mut text = String::new();
    for (service, operations) in services {
        writeln!(text, "## `{service}`\n").unwrap();
        writeln!(text, "| operation | support |\n|---|---|").unwrap();
        for (operation, support) in operations {
            writeln!(text, "| `{operation}` | {support} |").unwrap();
        }
        text.push('\n');
    }
    let mut page = Page::read("reference/operations.md");
    page.check_region("operations", &text);
    page.check_region("exceptions", &unreachable_exceptions());
}

/// Returns the table of the exceptions that the mock does not return. The tests of the operations check that the list is complete.
fn unreachable_exceptions() -> String {
    let list = include_str!("../../../fixtures/exceptions/unreachable.json");
    let list: Vec<Unreachable> = serde_json::from_str(list).unwrap();
    let mut text = "| exception | operations | reason |\n|---|---|---|\n".to_owned();
    for Unreachable {
        exception,
        operations,
        reason,
    } in list
    {
        let operations = operations.join("`, `");
        writeln!(text, "| `{exception}` | `{operations}` | {reason} |").unwrap();
    }
    text
}

#[derive(serde::Deserialize)]
struct Unreachable {
    exception: String,
    operations: Vec<String>,
    reason: String,
}
