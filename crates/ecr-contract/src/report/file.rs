//! Writes a report or a baseline to a file.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::access;

/// Returns an error if the file cannot be written.
pub(super) fn check(file: &Path) -> Result<(), WriteError> {
    let found = destination(file).map(drop);
    found.map_err(|cause| WriteError::new(file, cause))
}

/// Replaces the content of a file atomically: a reader receives the old content or the new content. Appends the text to a pipe or a device.
pub(crate) fn replace(file: &Path, text: &str) -> Result<(), WriteError> {
    let destination = destination(file);
    let written = destination.and_then(|destination| destination.write(text));
    written.map_err(|cause| WriteError::new(file, cause))
}

/// The error returned when a file or standard output cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}: {cause}", file.display())]
pub struct WriteError {
    file: PathBuf,
    cause: io::Error,
}

impl WriteError {
    pub(super) fn new(file: &Path, cause: io::Error) -> Self {
        let file = file.to_owned();
        WriteError { file, cause }
    }
}

enum Destination {
    /// A temporary file, and the path to which it is renamed.
    File(NamedTempFile, PathBuf),
    /// A pipe or a device. It must not be replaced by a file.
    Stream(PathBuf),
}

impl Destination {
    fn write(self, text: &str) -> io::Result<()> {
        match self {
            // In append mode, text that another process has written to the same file is not overwritten.
            Destination::Stream(path) => {
                let mut stream = File::options().append(true).open(path)?;
                stream.write_all(text.as_bytes())
            }
            Destination::File(mut temporary, path) => {
                temporary.write_all(text.as_bytes())?;
                temporary.persist(path).map_err(|error| error.error)?;
                Ok(())
            }
        }
    }
}

fn destination(file: &Path) -> io::Result<Destination> {
    if is_stream(file)? {
        return Ok(Destination::Stream(file.to_owned()));
    }
    // A symbolic link is resolved, so that the target of the link is replaced and not the link itself.
    let path = std::fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let directory = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    // The directory is checked first, since the error of `tempfile_in` contains the path of the temporary file.
    std::fs::metadata(directory)?;
    let mut builder = tempfile::Builder::new();
    access::share(&mut builder);
    let temporary = builder.prefix(".report-").tempfile_in(directory)?;
    Ok(Destination::File(temporary, path))
}

/// Returns whether the path is a stream: an existing file that is not a regular file, or a path in `/dev` or `/proc` such as `/dev/stdout`.
pub(super) fn is_stream(file: &Path) -> io::Result<bool> {
    if ["/dev", "/proc"]
        .iter()
        .any(|named| file.starts_with(named))
    {
        return Ok(true);
    }
    match std::fs::metadata(file) {
        Ok(found) if found.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(found) => Ok(!found.is_file()),
        Err(_) => Ok(false),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Seek};
    use std::os::fd::AsRawFd;
    use std::os::unix::fs::FileTypeExt;
    use std::os::unix::net::UnixListener;

    use super::*;
    use crate::report::{Format, ReportTarget, Strictness, sample};

    fn target(format: &str, file: &Path) -> ReportTarget {
        format!("{format}={}", file.display()).parse().unwrap()
    }

    #[test]
    fn a_report_replaces_the_file_and_leaves_no_other_file() {
        let directory = tempfile::tempdir().unwrap();
        let (file, link) = (directory.path().join("out"), directory.path().join("link"));
        std::fs::write(&file, "old").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        for format in Format::ALL {
            let target = target(format.name(), &link);
            target.check().unwrap();
            target.write(&sample::report(), Strictness::Must).unwrap();
            let text = format.text(&sample::report(), Strictness::Must);
            assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
        }
        assert!(link.is_symlink());
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 2);
    }

    #[test]
    fn a_named_pipe_is_written_to() {
        let (mut reader, writer) = io::pipe().unwrap();
        let name = format!("/proc/self/fd/{}", writer.as_raw_fd());
        let target = target("tap", Path::new(&name));
        target.check().unwrap();
        target.write(&sample::report(), Strictness::Must).unwrap();
        drop(writer);
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        assert_eq!(text, Format::Tap.text(&sample::report(), Strictness::Must));
    }

    #[test]
    fn a_file_named_by_its_descriptor_is_appended_to() {
        let mut open = tempfile::tempfile().unwrap();
        open.write_all(b"before\n").unwrap();
        let name = format!("/proc/self/fd/{}", open.as_raw_fd());
        let written = target("tap", Path::new(&name)).write(&sample::report(), Strictness::Must);
        written.unwrap();
        let mut text = String::new();
        open.rewind().unwrap();
        open.read_to_string(&mut text).unwrap();
        assert!(text.starts_with("before\nTAP version 14\n"), "{text}");
    }

    #[test]
    fn a_socket_is_not_replaced_by_a_file() {
        let directory = tempfile::tempdir().unwrap();
        let socket = directory.path().join("socket");
        let _listener = UnixListener::bind(&socket).unwrap();
        let written = target("json", &socket).write(&sample::report(), Strictness::Must);
        assert!(std::fs::metadata(&socket).unwrap().file_type().is_socket());
        assert!(written.is_err());
        let of_a_directory = target("json", directory.path()).check().unwrap_err();
        assert!(
            of_a_directory.to_string().ends_with("is a directory"),
            "{of_a_directory}"
        );
    }

    #[test]
    fn an_error_names_the_file() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("missing/out.html");
        let target = target("html", &file);
        let checked = target.check().unwrap_err().to_string();
        let written = target.write(&sample::report(), Strictness::Must);
        assert_eq!(written.unwrap_err().to_string(), checked);
        let start = format!("cannot write {}: No such file", file.display());
        assert!(checked.starts_with(&start), "{checked}");
    }
}
