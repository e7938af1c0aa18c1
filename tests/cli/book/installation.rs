//! The commands that install the programs, and what they need.

use std::fs;

use crate::architecture::sources::repository;
use crate::book::page::Page;

/// Without `--locked`, cargo compiles versions of dependencies that no test has used.
#[test]
fn every_installation_uses_the_tested_dependencies() {
    let pages = crate::book::links::markdown_files();
    let lines: Vec<String> = pages
        .flat_map(|file| installations(&fs::read_to_string(file).unwrap()))
        .collect();
    assert!(lines.len() > 8, "{lines:#?}");
    for line in lines {
        assert!(line.contains("cargo install --locked "), "{line}");
    }
}

fn installations(page: &str) -> Vec<String> {
    let lines = page.lines().filter(|line| line.contains("cargo install "));
    lines.map(str::to_owned).collect()
}

#[test]
fn the_pages_on_the_installation_name_the_rust_version_of_each_program() {
    let readme = fs::read_to_string(repository().join("README.md")).unwrap();
    for page in [readme, Page::read("getting-started.md").text] {
        for package in ["mock-ecr-cli", "ecr-token-cli"] {
            let version = rust_version(package);
            assert!(page.contains(&version), "{package}: {version}");
        }
        assert!(page.contains("`cc`"));
    }
}

fn rust_version(package: &str) -> String {
    let manifest = repository().join(format!("crates/{package}/Cargo.toml"));
    let manifest = fs::read_to_string(manifest).unwrap();
    let mut lines = manifest.lines();
    let value = lines.find_map(|line| line.strip_prefix("rust-version = "));
    value.unwrap().trim_matches('"').to_owned()
}
