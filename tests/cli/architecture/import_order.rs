//! The order in which the modules of each crate import from each other.

use crate::architecture::imports::ImportGraph;
use crate::architecture::layers::top_module;
use crate::architecture::workspace;

/// The modules directly below the root of `crates/mock-ecr/src`, from the top to the bottom. Modules of one layer may import from each
/// other, but not in a cycle.
const LAYERS: [&[&str]; 20] = [
    &[
        "mock_ecr",
        "blocking",
        "builder",
        "builder_lifecycle",
        "builder_pull_through",
        "builder_registry",
        "builder_replication",
        "builder_repository",
        "builder_scanning",
        "connector",
        "credentials",
        "sdk",
        "start_error",
    ],
    &["server"],
    &["control", "web"],
    &["client_env"],
    &["services"],
    &["registry"],
    &["repository"],
    &["state"],
    &["request_log"],
    &["upstream"],
    &["domain"],
    &["token"],
    &["config"],
    &["fault"],
    &["aws"],
    &["iam"],
    &["lifecycle"],
    &["http"],
    &["store"],
    &["clock", "types"],
];

/// Returns the import graph of each crate, by its name.
fn graphs() -> impl Iterator<Item = (&'static str, ImportGraph)> {
    let crates = workspace::crates().iter();
    crates.map(|each| (each.name.as_str(), ImportGraph::of(&each.tree)))
}

#[test]
fn no_files_import_from_each_other_in_a_cycle() {
    let cycles = graphs().map(|(name, graph)| (name, graph.cycles()));
    let found: Vec<_> = cycles.filter(|(_, cycles)| !cycles.is_empty()).collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn no_modules_import_from_each_other_in_a_cycle() {
    let cycles = graphs().map(|(name, graph)| (name, graph.grouped(top_module).cycles()));
    let found: Vec<_> = cycles.filter(|(_, cycles)| !cycles.is_empty()).collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn the_modules_of_the_library_import_from_those_below_them() {
    let found = ImportGraph::of(workspace::library()).upward(&LAYERS);
    assert!(found.is_empty(), "{found:#?}");
}
