//! The invariants of ARCHITECTURE.md that can be read off the sources.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn sources(folder: &str) -> Vec<(String, String)> {
    let mut folders = vec![root().join(folder)];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root()).unwrap().display().to_string();
                files.push((name, fs::read_to_string(path).unwrap()));
            }
        }
    }
    assert!(!files.is_empty(), "{folder} has sources");
    files
}

/// What stands before the tests of a file.
fn code(source: &str) -> &str {
    source.split("\n#[cfg(test)]").next().unwrap_or_default()
}

/// The files of the library in which one of the words stands, but for those that may know it.
#[track_caller]
fn only_in(allowed: &[&str], words: &[&str]) {
    let mut found = Vec::new();
    for (name, source) in sources("crates/mock-ecr/src") {
        let is_test = name.ends_with("/tests.rs") || name.contains("/tests/");
        let is_allowed = allowed.iter().any(|allowed| name.contains(allowed));
        let knows = words.iter().filter(|word| code(&source).contains(*word));
        if !is_test && !is_allowed {
            found.extend(knows.map(|word| format!("{name}: {word}")));
        }
    }
    assert!(found.is_empty(), "only {allowed:?} may say so: {found:#?}");
}

#[test]
fn clients_depend_on_the_mock_in_their_tests_alone() {
    for name in ["ecr-cli", "ecr-token-source"] {
        let manifest = format!("crates/{name}/Cargo.toml");
        let manifest = fs::read_to_string(root().join(manifest)).unwrap();
        let (_, after) = manifest.split_once("\n[dependencies]\n").unwrap();
        let (dependencies, rest) = after.split_once("\n[").unwrap();
        assert!(!dependencies.contains("mock-ecr"), "{dependencies}");
        assert!(
            rest.contains("mock-ecr"),
            "this test looks where the dependencies stand"
        );
    }
}

#[test]
fn only_the_connection_knows_sockets() {
    only_in(
        &["src/server/connection.rs"],
        &["tokio::net", "TcpListener", "TcpStream", "UdpSocket"],
    );
}

#[test]
fn only_clock_reads_time() {
    let words = [
        "SystemTime::now",
        "Instant::now",
        "Timestamp::now",
        "Zoned::now",
    ];
    only_in(&["src/clock.rs"], &words);
}

#[test]
fn only_token_makes_or_opens_a_password() {
    only_in(
        &["src/token/"],
        &["DATA_KEY", "password::", "Keys::from_seed"],
    );
}

#[test]
fn only_the_planes_know_wire_shapes() {
    let planes = [
        "src/aws/",
        "src/services/",
        "src/registry/",
        "src/control/",
        "src/fault/",
        "src/token/password.rs",
    ];
    // Manifests and policies are what users store, and records are what stores hold.
    let stored = ["src/store/", "src/domain/", "src/iam/policy.rs"];
    only_in(&[&planes[..], &stored].concat(), &["serde_json"]);
    only_in(&planes, &["__type", "json!"]);
}

#[test]
fn only_the_store_knows_keys() {
    only_in(&["src/store/"], &["registries/", "PathPart", "ObjectStore"]);
}

#[test]
fn the_library_neither_prints_nor_reads_the_environment_nor_knows_clap() {
    only_in(
        &["src/lib.rs"],
        &["println!", "eprintln!", "env::var", "std::env", "clap::"],
    );
}

#[test]
fn no_file_is_longer_than_five_hundred_lines() {
    let all = [sources("crates"), sources("tests")].concat();
    let long: Vec<_> = all
        .iter()
        .filter(|(_, source)| source.lines().count() > 500)
        .map(|(name, _)| name)
        .collect();
    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn nothing_is_imported_wholesale_outside_tests() {
    for (name, source) in sources("crates") {
        let is_test = name.ends_with("/tests.rs") || name.contains("/tests/");
        assert!(is_test || !code(&source).contains("use super::"), "{name}");
    }
}
