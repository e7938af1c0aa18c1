//! The first page of the documentation of the library.

#[test]
fn the_page_begins_with_three_short_tests() {
    let text = include_str!("../../crates/mock-ecr/src/lib.rs");
    let (before, rest) = text.split_once("```ignore\")]\n").unwrap();
    assert!(before.lines().count() <= 4, "{before}");
    let (code, _) = rest.split_once("\n//! /// The code under test").unwrap();
    let is_shown = |line: &&str| !line.starts_with("//! # ") && *line != "//!";
    let shown: Vec<&str> = code.lines().filter(is_shown).collect();
    assert!(shown.len() <= 30, "{} lines", shown.len());
    let tests = shown.iter().filter(|line| line.contains("#[tokio::test]"));
    assert_eq!(tests.count(), 3);
}
