//! A page of the book, and the regions of it that are generated. The tests of both programs use this file.

use std::fs;
use std::path::{Path, PathBuf};

/// A page, by its path below `docs/src`.
pub(super) struct Page {
    path: PathBuf,
    pub(super) text: String,
}

impl Page {
    pub(super) fn read(name: &str) -> Self {
        let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/src");
        let path = pages.join(name);
        let text = fs::read_to_string(&path).unwrap();
        Page { path, text }
    }

    /// Compares the region between `<!-- generated: NAME -->` and `<!-- end -->` with `generated`.
    ///
    /// If `MOCK_ECR_BLESS` is set, the region is replaced. Only one test may check the regions of a page, because concurrent tests would
    /// overwrite each other's changes.
    #[track_caller]
    pub(super) fn check_region(&mut self, name: &str, generated: &str) {
        let (start, end) = (format!("<!-- generated: {name} -->\n"), "<!-- end -->\n");
        let (before, rest) = self.text.split_once(&start).unwrap_or_else(|| {
            panic!("{}: {start:?} is missing", self.path.display());
        });
        let (committed, after) = rest.split_once(end).unwrap();
        let generated = format!("\n{}\n\n", generated.trim());
        if std::env::var_os("MOCK_ECR_BLESS").is_some() {
            self.text = format!("{before}{start}{generated}{end}{after}");
            fs::write(&self.path, &self.text).unwrap();
            return;
        }
        let difference = first_difference(committed, &generated);
        assert!(
            difference.is_none(),
            "{}: the region {name} is not what is generated: {difference:?}; run\n\
             MOCK_ECR_BLESS=1 cargo test --package {} --test {} book",
            self.path.display(),
            env!("CARGO_PKG_NAME"),
            env!("CARGO_CRATE_NAME"),
        );
    }
}

/// Returns the committed and the generated version of the first line that differs.
fn first_difference(committed: &str, generated: &str) -> Option<(String, String)> {
    let (mut left, mut right) = (committed.lines(), generated.lines());
    loop {
        match (left.next(), right.next()) {
            (None, None) => return None,
            (one, other) if one == other => {}
            (one, other) => {
                return Some(
                    [one, other]
                        .map(|line| line.unwrap_or_default().to_owned())
                        .into(),
                );
            }
        }
    }
}
