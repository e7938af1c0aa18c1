//! The lengths of files and functions.

use std::fmt;

use crate::architecture::sources::Sources;
use crate::architecture::workspace::{self, Crate};

/// Lengths in lines.
struct Lengths {
    median: usize,
    ninetieth_percentile: usize,
    longest: (usize, String),
}

impl Lengths {
    fn of(mut lengths: Vec<(usize, String)>) -> Self {
        lengths.sort();
        let percentile = |percent: usize| lengths[(lengths.len() - 1) * percent / 100].0;
        Self {
            median: percentile(50),
            ninetieth_percentile: percentile(90),
            longest: lengths[lengths.len() - 1].clone(),
        }
    }
}

impl fmt::Display for Lengths {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            median,
            ninetieth_percentile,
            longest: (lines, name),
        } = self;
        write!(
            formatter,
            "median {median}, 90th percentile {ninetieth_percentile}, longest {lines} ({name})"
        )
    }
}

/// Returns the lengths of the functions of a crate, without those of tests, from `fn` to the closing brace.
fn functions(of: &Crate) -> Vec<(usize, String)> {
    let functions = of.tree.iter().flat_map(|module| {
        let functions = module.syntax.functions.iter();
        functions.map(|function| {
            let place = format!("{}/{}:{}", of.name, module.file, function.line);
            (function.n_lines, format!("{}, {place}", function.name))
        })
    });
    functions.collect()
}

/// Returns the lengths of the files of a crate, including the tests in them, without files of tests only.
fn files(of: &Crate) -> Vec<(usize, String)> {
    let sources = Sources::read(&format!("crates/{}/src", of.name));
    let files = sources.iter().filter(|(file, _)| {
        let mut modules = of.tree.iter();
        modules.any(|module| module.file == *file)
    });
    let lengths = files.map(|(file, text)| (text.lines().count(), format!("{}/{file}", of.name)));
    lengths.collect()
}

#[test]
fn no_file_is_longer_than_five_hundred_lines() {
    for folder in ["crates", "tests"] {
        let sources = Sources::read(folder);
        let long = sources
            .iter()
            .filter(|(_, text)| text.lines().count() > 500);
        let long: Vec<_> = long.map(|(name, _)| name).collect();
        assert!(long.is_empty(), "{folder}: {long:#?}");
    }
}

/// Also prints all lengths: `cargo test --package mock-ecr-cli --test cli most_functions -- --nocapture`.
#[test]
fn most_functions_have_at_most_ten_lines() {
    for each in workspace::crates() {
        println!("{}: functions: {}", each.name, Lengths::of(functions(each)));
        println!("{}: files: {}", each.name, Lengths::of(files(each)));
    }
    let crates = workspace::crates().iter();
    let files = Lengths::of(crates.clone().flat_map(files).collect());
    let functions = Lengths::of(crates.flat_map(functions).collect());
    println!("all: functions: {functions}\nall: files: {files}");
    assert!(functions.median <= 10, "{functions}");
}
