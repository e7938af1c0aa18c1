//! Checks whether the program of a client exists.

use std::env::consts::EXE_SUFFIX;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Returns whether the program exists. A name is searched for on `PATH`; a path must be the path of a file. If the text
/// contains a placeholder, returns `true`, because the value of the placeholder is known only when a scenario runs.
pub(crate) fn exists(program: &str) -> bool {
    if program.contains('{') {
        return true;
    }
    let is_path = Path::new(program).components().count() > 1;
    match is_path {
        true => is_program(Path::new(program)),
        false => path(program).is_some(),
    }
}

/// Returns the path of a program on `PATH`.
pub(crate) fn path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut paths = std::env::split_paths(&path).map(|folder| folder.join(program));
    paths.find(|path| is_program(path))
}

/// Returns whether a file has this path, or this path with the suffix that the system adds to programs.
fn is_program(path: &Path) -> bool {
    let mut with_suffix = OsString::from(path);
    with_suffix.push(EXE_SUFFIX);
    path.is_file() || Path::new(&with_suffix).is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_on_path_or_a_path_or_a_placeholder() {
        let this = std::env::current_exe().unwrap();
        let this = this.to_str().unwrap();
        for program in ["cargo", this, "{home}/client"] {
            assert!(exists(program), "{program}");
        }
        for program in ["", "no-such-client", "./no-such-client", "/"] {
            assert!(!exists(program), "{program}");
        }
    }
}
