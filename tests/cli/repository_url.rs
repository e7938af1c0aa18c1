//! The URL of the project is written in one place: `repository` in the manifest of the workspace.

use std::fs;
use std::path::PathBuf;

use crate::architecture::sources::repository;
use crate::architecture::workspace::crate_names;

#[test]
fn only_the_manifest_of_the_workspace_contains_a_url_of_the_project() {
    let names = crate_names();
    let mut found = Vec::new();
    for file in files() {
        let text = fs::read_to_string(repository().join(&file)).unwrap_or_default();
        let lines = text.lines().map(str::trim);
        let lines = lines.filter(|line| names_the_project(line, &names));
        found.extend(lines.map(|line| format!("{}: {line}", file.display())));
    }
    let expected = format!("Cargo.toml: repository = {:?}", declared());
    assert_eq!(found, [expected]);
}

/// Returns the URL in the manifest of the workspace.
fn declared() -> String {
    let manifest = fs::read_to_string(repository().join("Cargo.toml")).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    let url = &manifest["workspace"]["package"]["repository"];
    url.as_str().unwrap().to_owned()
}

/// Returns whether a line contains a URL with the name of a package or its library as a segment of the path. The pages of crates.io, docs.rs
/// and of hosts of repositories have this form.
fn names_the_project(line: &str, packages: &[String]) -> bool {
    let is_end = |character: char| character.is_whitespace() || "\"'`<>()[]{}|".contains(character);
    let urls = ["://", "git@"].into_iter();
    let urls = urls.flat_map(|prefix| line.split(prefix).skip(1));
    let mut segments = urls.flat_map(|url| {
        let url = url.split(is_end).next().unwrap_or_default();
        url.split(['/', '?', '#', ':', '@', '.']).skip(1)
    });
    segments.any(|segment| packages.contains(&segment.replace('_', "-")))
}

/// Returns the files of the repository, relative to it.
fn files() -> Vec<PathBuf> {
    let mut folders = vec![PathBuf::new()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(repository().join(&folder)).unwrap() {
            let entry = entry.unwrap();
            let path = folder.join(entry.file_name());
            match entry.file_type().unwrap().is_dir() {
                true if OUTPUT.iter().any(|output| path.ends_with(output)) => {}
                true => folders.push(path),
                false => files.push(path),
            }
        }
    }
    files
}

/// Folders that are not part of the repository.
const OUTPUT: [&str; 4] = [".git", "target", "docs/book", "__pycache__"];

#[test]
fn urls_of_the_project_are_found_in_every_form() {
    let packages = ["sample-mock".to_owned(), "sample-cli".to_owned()];
    for line in [
        "[source](https://github.com/owner/sample-mock)",
        "git clone https://github.com/owner/sample-mock.git",
        "git clone git@github.com:owner/sample-mock.git",
        "https://docs.rs/sample-mock/0.1.0/sample_mock/",
        "<https://docs.rs/sample_mock>",
        "see https://crates.io/crates/sample-cli.",
    ] {
        assert!(names_the_project(line, &packages), "{line}");
    }
    for line in [
        "https://github.com/aws/aws-cli",
        "http://sample-mock:4566/v2/",
        "crates/sample-mock/src/lib.rs",
        "https://github.com/owner/sample-mock-action",
    ] {
        assert!(!names_the_project(line, &packages), "{line}");
    }
}
