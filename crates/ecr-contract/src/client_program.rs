//! Checks whether the program of a client exists.

use std::env::consts::EXE_SUFFIX;
use std::ffi::OsString;
use std::path::Path;

/// Returns whether the program exists. A name is searched for on `PATH`; a path must be the path of a file. If the text
/// contains a placeholder, returns `true`, because the value of the placeholder is known only when a scenario runs.
pub(crate) fn exists(program: &str) -> bool {
    if program.contains('{') {
        return true;
    }
    let is_path = Path::new(program).components().count() > 1;
    match is_path {
        true => is_program(Path::new(program)),
        false => is_on_path(program),
    }
}

fn is_on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| is_program(&folder.join(program)))
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
