//! The rules of Python for Windows, as functions without side effects.

use std::io::{self, ErrorKind};

/// Returns the home directory of Python's `ntpath.expanduser`: `USERPROFILE`, or `HOMEPATH` after `HOMEDRIVE`. Source: `ntpath.py` of
/// Python 3.11. `HOME` is not used.
pub(super) fn home(variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    let of_drive = || {
        let path = variable("HOMEPATH")?;
        Some(variable("HOMEDRIVE").unwrap_or_default() + &path)
    };
    variable("USERPROFILE").or_else(of_drive)
}

/// Returns the number and the text that Python's `OSError` contains. Python converts the error numbers of Windows to the numbers of C's
/// `errno`. `[ASSUME]`: only the errors of files that do not exist or cannot be read are distinguished.
pub(super) fn errno(error: &io::Error) -> (i32, String) {
    match error.kind() {
        ErrorKind::NotFound => (2, "No such file or directory".to_owned()),
        // Python reports a directory in the same way.
        ErrorKind::PermissionDenied | ErrorKind::IsADirectory => {
            (13, "Permission denied".to_owned())
        }
        _ => (22, "Invalid argument".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home_of(variables: &[(&str, &str)]) -> Option<String> {
        home(|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_home_directory_is_that_of_python() {
        let profile = ("USERPROFILE", r"C:\Users\a");
        let (drive, path) = (("HOMEDRIVE", "D:"), ("HOMEPATH", r"\a"));
        let others = [("HOME", "/c/a"), drive, path];
        let all = [others[0], profile, drive, path];
        assert_eq!(home_of(&all).as_deref(), Some(r"C:\Users\a"));
        assert_eq!(home_of(&others).as_deref(), Some(r"D:\a"));
        assert_eq!(home_of(&[path]).as_deref(), Some(r"\a"));
        assert_eq!(home_of(&[("HOME", "/c/a"), drive]), None);
    }

    #[test]
    fn the_errors_of_files_have_the_numbers_of_c() {
        for (kind, number) in [
            (ErrorKind::NotFound, 2),
            (ErrorKind::PermissionDenied, 13),
            (ErrorKind::IsADirectory, 13),
            (ErrorKind::Other, 22),
        ] {
            assert_eq!(errno(&kind.into()).0, number);
        }
    }
}
