//! The terms of the project: the table in ARCHITECTURE lists terms that no file may contain.

use std::fs;
use std::path::Path;

use crate::architecture::sources::repository;

#[test]
fn no_file_contains_a_term_that_architecture_excludes() {
    let architecture = read("ARCHITECTURE.md");
    let terms = excluded_terms(&architecture);
    assert!(terms.len() > 20, "{terms:?}");
    let mut found = Vec::new();
    for name in files() {
        let text = match name.as_str() {
            "ARCHITECTURE.md" => without_table(&architecture),
            _ => read(&name),
        };
        for (index, line) in text.lines().enumerate() {
            let line = line.to_lowercase();
            let hits = terms.iter().filter(|term| contains(&line, term));
            found.extend(hits.map(|term| format!("{name}:{}: {term}", index + 1)));
        }
    }
    assert!(
        found.is_empty(),
        "{} lines:\n{}",
        found.len(),
        found.join("\n")
    );
}

/// Returns the terms of the second column of the table.
fn excluded_terms(architecture: &str) -> Vec<String> {
    let (_, section) = architecture.split_once(HEADING).unwrap();
    let rows = section.lines().skip_while(|line| !line.starts_with("|---"));
    let rows = rows.skip(1).take_while(|line| line.starts_with('|'));
    let cells = rows.map(|row| row.split('|').nth(2).unwrap());
    let terms = cells.flat_map(|cell| cell.split(','));
    terms
        .map(|term| term.trim().trim_matches('`').to_lowercase())
        .collect()
}

fn without_table(architecture: &str) -> String {
    let (before, section) = architecture.split_once(HEADING).unwrap();
    let after = section.lines().filter(|line| !line.starts_with('|'));
    before.to_owned() + &after.collect::<Vec<_>>().join("\n")
}

const HEADING: &str = "## Terms\n";

/// Returns whether a line contains a term between characters that are not letters.
fn contains(line: &str, term: &str) -> bool {
    let is_boundary = |side: Option<char>| !side.is_some_and(char::is_alphanumeric);
    line.match_indices(term).any(|(at, _)| {
        is_boundary(line[..at].chars().next_back())
            && is_boundary(line[at + term.len()..].chars().next())
    })
}

/// Returns the text files of the repository that the project has written.
fn files() -> Vec<String> {
    let root = repository();
    let mut folders = FOLDERS.map(|folder| root.join(folder)).to_vec();
    let mut files = TOP_LEVEL.map(str::to_owned).to_vec();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = relative(&root, &path);
            if EXEMPT.iter().any(|end| name.ends_with(end)) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if fs::read_to_string(&path).is_ok() {
                files.push(name);
            }
        }
    }
    files
}

const FOLDERS: [&str; 6] = [
    "crates",
    "docs",
    "fixtures",
    "packaging",
    "scripts",
    "tests",
];
const TOP_LEVEL: [&str; 5] = [
    "ARCHITECTURE.md",
    "Cargo.toml",
    "README.md",
    "clippy.toml",
    "deny.toml",
];

/// Third-party data, files that contain the old names on purpose, and build output.
const EXEMPT: [&str; 10] = [
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "model.json",
    "renamed.rs",
    "tests/cli/terms.rs",
    "fixtures/awscli/cases",
    "crates/ecr-contract/layouts",
    "docs/book",
    "public-api.txt",
    "output/help/get-login.txt",
];

fn relative(root: &Path, path: &Path) -> String {
    let name = path.strip_prefix(root).unwrap().to_str().unwrap();
    name.replace('\\', "/")
}

fn read(name: &str) -> String {
    fs::read_to_string(repository().join(name)).unwrap()
}

#[test]
fn a_term_is_found_between_characters_that_are_not_letters() {
    assert!(contains("the journal.", "journal"));
    assert!(contains("a_journal_b", "journal"));
    assert!(!contains("journalist", "journal"));
}
