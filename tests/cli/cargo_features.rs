//! The table of Cargo features of the library: it is complete, and its numbers of crates are those of `cargo tree`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use toml::{Table, Value};

use crate::architecture::sources::repository;

/// The maximum number of crates that a mock with the default features, or with the feature `sdk`, adds to a test.
const MAX_CRATES: usize = 120;

#[test]
fn the_table_lists_all_features_and_their_crates() {
    let current: BTreeMap<String, usize> = features()
        .into_iter()
        .map(|feature| {
            let crates = crates(&feature);
            (feature, crates.len())
        })
        .collect();
    assert_eq!(table(), current, "crates/mock-ecr/FEATURES.md (left)");
    for feature in ["none", "sdk"] {
        assert!(current[feature] <= MAX_CRATES, "{feature}");
    }
}

/// Without the feature `sdk`, no public signature can have a type of the SDK.
#[test]
fn crates_of_the_sdk_need_the_feature() {
    for feature in features() {
        let crates = crates(&feature);
        let of_sdk = crates.iter().any(|name| name.starts_with("aws-"));
        assert_eq!(of_sdk, feature == "sdk", "{feature}: {crates:?}");
    }
}

/// Returns the features of the library, and `none`.
fn features() -> BTreeSet<String> {
    let text = fs::read_to_string(repository().join("crates/mock-ecr/Cargo.toml")).unwrap();
    let manifest: Table = text.parse().unwrap();
    let features = manifest.get("features").and_then(Value::as_table).unwrap();
    let names = features.keys().filter(|name| *name != "default");
    names.cloned().chain(["none".to_owned()]).collect()
}

/// Returns the feature and the number in each row of the table.
fn table() -> BTreeMap<String, usize> {
    let text = fs::read_to_string(repository().join("crates/mock-ecr/FEATURES.md")).unwrap();
    let rows = text.lines().filter(|line| line.starts_with('|')).skip(2);
    rows.map(|row| {
        let mut cells = row.trim_matches('|').split('|').map(str::trim);
        let feature = cells.next().unwrap().trim_matches('`').to_owned();
        (feature, cells.next_back().unwrap().parse().unwrap())
    })
    .collect()
}

/// Returns the names and versions of the crates that are compiled for the library, without itself.
fn crates(feature: &str) -> BTreeSet<String> {
    let tree = "tree --locked --package mock-ecr --edges normal,build --prefix none --no-dedupe";
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(repository()).args(tree.split(' '));
    cargo.args(["--target", "x86_64-unknown-linux-gnu", "--format", "{p}"]);
    cargo.arg("--no-default-features");
    if feature != "none" {
        cargo.args(["--features", feature]);
    }
    let output = cargo.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{feature}: {errors}");
    let printed = String::from_utf8(output.stdout).unwrap();
    let others = printed
        .lines()
        .filter(|line| !line.starts_with("mock-ecr "));
    others.map(str::to_owned).collect()
}
