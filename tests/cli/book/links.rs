//! Links between the Markdown files of the repository, and the paths that they contain.

use std::fs;
use std::path::{Path, PathBuf};

use crate::architecture::sources::repository;
use crate::book::markdown::{fragments, inline_code, links};

#[test]
fn every_link_to_a_file_has_a_target() {
    let mut broken = Vec::new();
    for file in markdown_files() {
        for link in links(&text_of(&file)) {
            let is_external = link.starts_with("https://") || link.starts_with("http://");
            if !is_external && !has_target(&file, &link) {
                broken.push(format!("{}: {link}", file.display()));
            }
        }
    }
    assert!(broken.is_empty(), "broken links: {broken:#?}");
}

#[test]
fn every_path_of_the_repository_in_a_page_exists() {
    let mut missing = Vec::new();
    for file in markdown_files().filter(|file| !file.ends_with("CHANGELOG.md")) {
        for path in inline_code(&text_of(&file))
            .into_iter()
            .filter(|code| is_path(code))
        {
            if !repository().join(&path).exists() {
                missing.push(format!("{}: {path}", file.display()));
            }
        }
    }
    assert!(missing.is_empty(), "missing files: {missing:#?}");
}

#[test]
fn every_page_is_in_the_summary() {
    let summary = text_of(&repository().join("docs/src/SUMMARY.md"));
    let listed = links(&summary);
    let pages = fs::canonicalize(repository()).unwrap().join("docs/src");
    for file in markdown_files().filter(|file| file.starts_with(&pages)) {
        let name = file.strip_prefix(&pages).unwrap().to_str().unwrap();
        let is_listed = listed.iter().any(|link| link == name);
        assert!(
            is_listed || name == "SUMMARY.md",
            "{name} is not in the summary"
        );
    }
}

fn has_target(file: &Path, link: &str) -> bool {
    let (path, fragment) = link.split_once('#').unwrap_or((link, ""));
    let target = match path {
        "" => file.to_owned(),
        path => file.parent().unwrap().join(path),
    };
    let has_fragment = |fragment: &str| {
        fragments(&text_of(&target))
            .iter()
            .any(|one| one == fragment)
    };
    target.exists() && (fragment.is_empty() || has_fragment(fragment))
}

/// Returns whether inline code is the path of a file or folder of the repository.
fn is_path(code: &str) -> bool {
    let folders = [
        "crates/",
        "docs/",
        "fixtures/",
        "packaging/",
        "scripts/",
        "tests/",
    ];
    let is_in_path =
        |character: char| character.is_ascii_alphanumeric() || "/._-".contains(character);
    folders.iter().any(|folder| code.starts_with(folder)) && code.chars().all(is_in_path)
}

/// Returns the text of a file, with the files that mdBook includes in it.
fn text_of(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    let Some((before, rest)) = text.split_once("{{#include ") else {
        return text;
    };
    let (included, after) = rest.split_once("}}").unwrap();
    let included = fs::read_to_string(file.parent().unwrap().join(included)).unwrap();
    format!("{before}{included}{after}")
}

/// Returns the Markdown files of the repository.
pub(super) fn markdown_files() -> impl Iterator<Item = PathBuf> {
    let mut folders = vec![fs::canonicalize(repository()).unwrap()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            let is_ignored = name.starts_with('.') || name == "target" || path.is_symlink();
            match path.is_dir() {
                _ if is_ignored => {}
                true => folders.push(path),
                false if name.ends_with(".md") => files.push(path),
                false => {}
            }
        }
    }
    assert!(files.len() > 10);
    files.into_iter()
}
