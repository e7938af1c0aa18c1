//! Lists the files in a client's home directory.

use std::ffi::OsStr;
use std::fs::{File, FileTimes};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Returns the paths of the files in a directory and its subdirectories, in sorted order.
pub(crate) fn files_in(folder: &Path) -> Vec<PathBuf> {
    let mut folders = vec![folder.to_owned()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
        for entry in entries {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                Ok(kind) if kind.is_file() => files.push(entry.path()),
                _ => {}
            }
        }
    }
    files.sort();
    files
}

/// Returns whether a file in a home directory is a log, by its name or that of one of its directories.
pub(crate) fn is_log(home: &Path, file: &Path) -> bool {
    let within = file.strip_prefix(home).unwrap_or(file);
    let is_folder = |part: &OsStr| part == "log" || part == "logs";
    within.iter().any(is_folder) || file.extension().is_some_and(|end| end == "log")
}

/// Sets the times of all files in a directory and its subdirectories. A file that cannot be written keeps its times.
pub(super) fn backdate(folder: &Path, to: SystemTime) {
    let times = FileTimes::new().set_accessed(to).set_modified(to);
    for file in files_in(folder) {
        if let Ok(file) = File::options().write(true).open(file) {
            let _ = file.set_times(times);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn files_in_subdirectories_are_backdated() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b");
        std::fs::create_dir(path.parent().unwrap()).unwrap();
        std::fs::write(&path, "text").unwrap();
        let to = SystemTime::UNIX_EPOCH + Duration::from_secs(1_448_832_653);
        backdate(folder.path(), to);
        let modified = std::fs::metadata(&path).unwrap().modified().unwrap();
        assert_eq!(modified, to);
    }
}
