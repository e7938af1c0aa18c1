//! The dependencies between the crates of the workspace.

use std::collections::BTreeSet;
use std::fs;

use toml::{Table, Value};

use crate::architecture::sources::repository;
use crate::architecture::workspace::crate_names;

/// The crates of the workspace that each crate depends on outside its tests.
const DEPENDENCIES: [(&str, &[&str]); 5] = [
    ("ecr-contract", &["mock-ecr"]),
    ("ecr-token-cli", &["ecr-token-source"]),
    ("ecr-token-source", &[]),
    ("mock-ecr", &[]),
    ("mock-ecr-cli", &["ecr-contract", "mock-ecr"]),
];

fn manifest(path: &str) -> Table {
    let text = fs::read_to_string(repository().join(path)).unwrap();
    text.parse().unwrap()
}

/// Returns the packages in the tables of a name, including those for one platform.
fn dependencies(manifest: &Table, kind: &str) -> BTreeSet<String> {
    let of_platforms = manifest.get("target").and_then(Value::as_table);
    let of_platforms = of_platforms.into_iter().flat_map(Table::values);
    of_platforms
        .filter_map(Value::as_table)
        .chain([manifest])
        .filter_map(|table| table.get(kind)?.as_table())
        .flatten()
        .map(|(name, dependency)| package(name, dependency).to_owned())
        .collect()
}

/// Returns the name of the package of a dependency, which can differ from the name of the dependency.
fn package<'m>(name: &'m str, dependency: &'m Value) -> &'m str {
    let package = dependency.get("package").and_then(Value::as_str);
    package.unwrap_or(name)
}

#[test]
fn crates_depend_on_each_other_one_way() {
    let names: BTreeSet<String> = crate_names().into_iter().collect();
    for name in &names {
        let manifest = manifest(&format!("crates/{name}/Cargo.toml"));
        let kinds = ["dependencies", "build-dependencies"];
        let all = kinds.map(|kind| dependencies(&manifest, kind)).into_iter();
        let found: BTreeSet<String> = all.flatten().filter(|each| names.contains(each)).collect();
        let declared = DEPENDENCIES.iter().find(|(each, _)| each == name);
        let (_, declared) = declared.unwrap_or_else(|| panic!("{name} is not in DEPENDENCIES"));
        assert!(found.iter().eq(*declared), "{name} depends on {found:?}");
    }
}

#[test]
fn clients_depend_on_the_mock_in_their_tests() {
    for name in ["ecr-token-cli", "ecr-token-source"] {
        let manifest = manifest(&format!("crates/{name}/Cargo.toml"));
        let in_tests = dependencies(&manifest, "dev-dependencies");
        assert!(in_tests.contains("mock-ecr"), "{name}: {in_tests:?}");
    }
}

#[test]
fn no_dependency_has_the_name_of_another_package() {
    let workspace = manifest("Cargo.toml");
    let workspace = workspace["workspace"].as_table().unwrap();
    let shared = workspace["dependencies"].as_table().unwrap();
    for (name, dependency) in shared {
        assert_eq!(package(name, dependency), name);
    }
}

#[test]
fn dependencies_are_found_under_any_name_and_for_any_platform() {
    let manifest = "[dependencies]\na = '1'\nb = { package = 'c' }\n[target.'cfg(unix)'.dependencies]\nd.workspace = true";
    let found = dependencies(&manifest.parse().unwrap(), "dependencies");
    assert!(found.iter().eq(["a", "c", "d"]), "{found:?}");
}
