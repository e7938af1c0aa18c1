//! The cases that do not hold yet: the list can only shrink, since one that holds must leave it.

use std::collections::BTreeSet;
use std::fs;

use super::fixtures;
use super::report::{Verdict, details, say};

pub(super) struct NotYet {
    names: BTreeSet<String>,
}

impl NotYet {
    /// Without the file, all cases hold.
    pub(super) fn load() -> Self {
        let text = fs::read_to_string(fixtures::path(FILE)).unwrap_or_default();
        let names = text.lines().map(str::to_owned).collect();
        Self { names }
    }

    /// Writes the file anew from what was found, or removes it if all cases hold.
    pub(super) fn write(verdicts: &[Verdict<'_>]) {
        let failed = verdicts.iter().filter(|verdict| !verdict.holds());
        let text: String = failed
            .map(|verdict| format!("{}\n", verdict.name))
            .collect();
        let path = fixtures::path(FILE);
        if !text.is_empty() {
            fs::write(path, text).unwrap();
        } else if path.exists() {
            fs::remove_file(path).unwrap();
        }
        say(&format!("{FILE} is written anew"));
    }

    /// Fails if a case fails that is not in the list, or one holds that is.
    #[track_caller]
    pub(super) fn assert_exact(mut self, verdicts: &[Verdict<'_>]) {
        let mut broken = Vec::new();
        let mut mended = Vec::new();
        for verdict in verdicts {
            match (self.names.remove(verdict.name), verdict.holds()) {
                (false, false) => broken.push(verdict),
                (true, true) => mended.push(verdict.name),
                _ => {}
            }
        }
        assert!(broken.is_empty(), "{}", details(&broken));
        assert!(
            mended.is_empty(),
            "these hold now; take them off {FILE} (GOLDEN_BLESS=1 does): {mended:#?}"
        );
        let unknown = self.names;
        assert!(unknown.is_empty(), "{FILE} names no case: {unknown:?}");
    }
}

const FILE: &str = "not-yet.txt";
