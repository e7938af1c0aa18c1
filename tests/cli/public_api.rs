//! The public API of each library equals the record in its `public-api.txt`.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::architecture::sources::repository;
use crate::toolchain::recorded_version;

const LIBRARIES: [&str; 3] = ["ecr-contract", "ecr-token-source", "mock-ecr"];

#[test]
fn the_public_api_equals_its_record() {
    let versions = Versions::read();
    let is_update = std::env::var_os("MOCK_ECR_BLESS").is_some();
    assert!(!is_update || versions.are_equal(), "{}", versions.advice());
    let documents = document_libraries();
    let mut changes = String::new();
    for library in LIBRARIES {
        let json = documents.join(format!("{}.json", library.replace('-', "_")));
        let current = public_items(&json, &versions);
        let record = repository().join(format!("crates/{library}/public-api.txt"));
        if is_update {
            fs::write(&record, &current).unwrap();
        }
        let recorded = fs::read_to_string(&record).unwrap_or_default();
        if recorded != current {
            changes += &format!("{library}:\n{}", difference(&recorded, &current));
        }
    }
    assert!(
        changes.is_empty(),
        "the public API differs from its record, which is of Rust {}:\n{changes}{}",
        versions.recorded,
        versions.advice()
    );
}

/// The Rust version of the records, and the version that documents the libraries.
struct Versions {
    recorded: String,
    current: String,
}

impl Versions {
    fn read() -> Self {
        let rustdoc = Command::new("rustdoc").arg("--version").output().unwrap();
        let printed = String::from_utf8(rustdoc.stdout).unwrap();
        Versions {
            recorded: recorded_version(),
            current: printed.split(' ').nth(1).unwrap().to_owned(),
        }
    }

    fn are_equal(&self) -> bool {
        self.recorded == self.current
    }

    /// Returns what to do about a difference. Another version of Rust can print the same API differently, so its output is no record.
    fn advice(&self) -> String {
        let Versions { recorded, current } = self;
        let test = "cargo test --package mock-ecr-cli --test cli public_api";
        match self.are_equal() {
            true => {
                format!("if this is intended, update the records with\nMOCK_ECR_BLESS=1 {test}")
            }
            false => format!(
                "this is Rust {current}, which can print the same API differently; compare with Rust {recorded}, as scripts/check does:\n\
                 RUSTUP_TOOLCHAIN={recorded} {test}"
            ),
        }
    }
}

#[test]
fn only_the_recorded_version_is_advised_to_update_the_records() {
    let advice = |current: &str| {
        let versions = Versions {
            recorded: "1.95.0".to_owned(),
            current: current.to_owned(),
        };
        versions.advice()
    };
    assert!(advice("1.95.0").contains("MOCK_ECR_BLESS=1"));
    let other = advice("1.99.1");
    assert!(!other.contains("BLESS"), "{other}");
    for part in ["this is Rust 1.99.1", "RUSTUP_TOOLCHAIN=1.95.0 cargo test"] {
        assert!(other.contains(part), "{other}");
    }
}

#[test]
fn the_root_of_the_library_has_at_most_twenty_names() {
    let record = repository().join("crates/mock-ecr/public-api.txt");
    let record = fs::read_to_string(record).unwrap();
    let names = root_names(&record);
    let n_names = names.len();
    assert!(n_names <= 20, "{n_names} names: {names:#?}");
}

/// Returns the names in the root of the library, including modules: the names that follow the name of the crate in a path.
fn root_names(record: &str) -> BTreeSet<&str> {
    let paths = record.split("mock_ecr::").skip(1);
    let is_in_name = |character: char| character.is_alphanumeric() || character == '_';
    paths
        .map(|path| {
            path.split(|character| !is_in_name(character))
                .next()
                .unwrap_or_default()
        })
        .collect()
}

/// Documents the libraries as JSON, and returns the directory of the documents.
fn document_libraries() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let packages = LIBRARIES.into_iter().flat_map(|name| ["--package", name]);
    let output = Command::new(env!("CARGO"))
        .args(["doc", "--locked", "--no-deps", "--all-features", "--lib"])
        .args(packages)
        .arg("--target-dir")
        .arg(target)
        .env("RUSTDOC", rustdoc_with_unstable_options())
        .env("RUSTDOCFLAGS", "-Z unstable-options --output-format json")
        .current_dir(repository())
        .output()
        .unwrap();
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{log}");
    target.join("doc")
}

/// Returns a program that runs the stable rustdoc with unstable options. The variable is set for rustdoc only: build scripts depend on it,
/// so cargo would compile every dependency again.
fn rustdoc_with_unstable_options() -> PathBuf {
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rustdoc");
    fs::write(
        &program,
        "#!/bin/sh\nRUSTC_BOOTSTRAP=1 exec rustdoc \"$@\"\n",
    )
    .unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    program
}

/// Returns the public items of a library, one on each line.
fn public_items(json: &Path, versions: &Versions) -> String {
    let api = public_api::Builder::from_rustdoc_json(json)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .build();
    let api = api.unwrap_or_else(|error| {
        let Versions { recorded, current } = versions;
        panic!(
            "public-api in Cargo.toml reads the documents of Rust {recorded}, and this is Rust {current}: {error}\n{}",
            versions.advice()
        )
    });
    api.items().map(|item| format!("{item}\n")).collect()
}

fn difference(recorded: &str, current: &str) -> String {
    let [old, new] = [recorded, current].map(|text| text.lines().collect::<BTreeSet<_>>());
    let removed = old.difference(&new).map(|line| format!("- {line}\n"));
    let added = new.difference(&old).map(|line| format!("+ {line}\n"));
    removed.chain(added).collect()
}
