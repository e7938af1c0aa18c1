//! Reads the recorded cases.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::case::Case;

/// Values that many cases share.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Shared {
    pub(super) environment: BTreeMap<String, String>,
    pub(super) answers: BTreeMap<String, String>,
    pub(super) texts: BTreeMap<String, String>,
}

pub(super) fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fixtures/awscli")
        .join(name)
}

pub(super) fn read<T: DeserializeOwned>(path: &Path) -> T {
    let text = fs::read_to_string(path).unwrap();
    toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub(super) fn shared() -> Shared {
    read(&path("shared.toml"))
}

/// Returns all cases by name.
pub(super) fn cases() -> BTreeMap<String, Case> {
    let mut cases = BTreeMap::new();
    for entry in fs::read_dir(path("cases")).unwrap() {
        let file = entry.unwrap().path();
        let group = file.file_stem().unwrap().to_str().unwrap();
        for (name, case) in read::<BTreeMap<String, Case>>(&file) {
            assert!(name.starts_with(&format!("{group}/")), "{name} in {group}");
            cases.insert(name, case);
        }
    }
    cases
}
