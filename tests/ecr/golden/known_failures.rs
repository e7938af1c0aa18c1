//! The cases that are known to fail. The list can only shrink: a case that passes must be removed from it.

use std::collections::BTreeSet;
use std::fs;

use super::fixtures;
use super::report::{Verdict, details, print_line};

pub(super) struct KnownFailures {
    names: BTreeSet<String>,
}

impl KnownFailures {
    /// Loads the list. Without the file, all cases must pass.
    pub(super) fn load() -> Self {
        let text = fs::read_to_string(fixtures::path(FILE)).unwrap_or_default();
        let names = text.lines().map(str::to_owned).collect();
        Self { names }
    }

    /// Writes the file with the failed cases, or removes it if all cases pass.
    pub(super) fn write(verdicts: &[Verdict<'_>]) {
        let failed = verdicts.iter().filter(|verdict| !verdict.passes());
        let text: String = failed
            .map(|verdict| format!("{}\n", verdict.name))
            .collect();
        let path = fixtures::path(FILE);
        if !text.is_empty() {
            fs::write(path, text).unwrap();
        } else if path.exists() {
            fs::remove_file(path).unwrap();
        }
        print_line(&format!("{FILE} was written"));
    }

    /// Fails if a case fails that is not in the list, or if a case in the list passes.
    #[track_caller]
    pub(super) fn assert_exact(mut self, verdicts: &[Verdict<'_>]) {
        let mut new_failures = Vec::new();
        let mut fixed = Vec::new();
        for verdict in verdicts {
            match (self.names.remove(verdict.name), verdict.passes()) {
                (false, false) => new_failures.push(verdict),
                (true, true) => fixed.push(verdict.name),
                _ => {}
            }
        }
        assert!(new_failures.is_empty(), "{}", details(&new_failures));
        assert!(
            fixed.is_empty(),
            "these cases pass; remove them from {FILE} (GOLDEN_BLESS=1 does so): {fixed:#?}"
        );
        let unknown = self.names;
        assert!(
            unknown.is_empty(),
            "{FILE} contains unknown cases: {unknown:?}"
        );
    }
}

const FILE: &str = "known-failures.txt";
