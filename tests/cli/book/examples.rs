//! The examples of the book in TOML and JSON are valid.

use std::fs;

use assert_cmd::cargo::cargo_bin_cmd;
use mock_ecr::Config;
use predicates::str::contains;

use crate::book::markdown::{blocks, links};
use crate::book::page::Page;

#[test]
fn every_example_of_a_configuration_is_valid() {
    let mut configurations = 0;
    for (page, text) in examples("toml") {
        let is_other = ["dependencies]", "[lints", "[tool.", "[[step]]"]
            .iter()
            .any(|part| text.contains(part));
        if !is_other {
            Config::parse(&text).unwrap_or_else(|error| panic!("{page}: {error}"));
            configurations += 1;
        }
    }
    assert!(configurations > 5);
}

#[test]
fn every_example_of_a_scenario_is_valid() {
    let scenarios: Vec<_> = examples("toml")
        .filter(|(_, text)| text.contains("[[step]]"))
        .collect();
    assert!(!scenarios.is_empty());
    for (_, text) in scenarios {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("example.toml"), &text).unwrap();
        let id = text.split('"').nth(1).unwrap();
        cargo_bin_cmd!("mock-ecr")
            .args(["contract", "--client-type", "library", "--list"])
            .arg("--scenarios")
            .arg(folder.path())
            .assert()
            .success()
            .stdout(contains(id));
    }
}

#[test]
fn every_example_in_json_is_valid() {
    for (page, text) in examples("json") {
        let value: Result<serde_json::Value, _> = serde_json::from_str(&text);
        assert!(value.is_ok(), "{page}: {text}");
    }
}

/// Returns the code blocks of the book in a language, with their pages. `tests/wire/cookbook.rs` checks the cookbook.
fn examples(language: &str) -> impl Iterator<Item = (String, String)> {
    let pages = links(&Page::read("SUMMARY.md").text);
    pages.into_iter().flat_map(move |name| {
        let text = Page::read(&name).text;
        let found = blocks(&text)
            .into_iter()
            .filter(|block| block.language.split(',').next() == Some(language));
        let found: Vec<_> = found
            .map(|block| (name.clone(), block.text.to_owned()))
            .collect();
        found
    })
}
