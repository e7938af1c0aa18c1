//! The forms of a report, and where one is written to.

use std::fmt;
use std::fs::Permissions;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use tempfile::NamedTempFile;

use crate::report::{Colour, Report, Strictness, Summary, html, json, junit, markdown, tap};

/// A form in which a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// The summary of a terminal, without colours.
    Human,
    /// JUnit's XML, a test case for each case.
    Junit,
    /// The Test Anything Protocol, version 14.
    Tap,
    /// All there is; `fixtures/contract-report.schema.json` describes it.
    Json,
    /// Markdown for a comment on a pull request.
    Markdown,
    /// One page that needs nothing else.
    Html,
}

impl Format {
    /// All of them.
    pub const ALL: [Format; 6] = [
        Format::Human,
        Format::Junit,
        Format::Tap,
        Format::Json,
        Format::Markdown,
        Format::Html,
    ];

    /// As it is written in `--report FORMAT=FILE`.
    pub fn name(self) -> &'static str {
        match self {
            Format::Human => "human",
            Format::Junit => "junit",
            Format::Tap => "tap",
            Format::Json => "json",
            Format::Markdown => "markdown",
            Format::Html => "html",
        }
    }

    /// The whole report in this form.
    pub fn text(self, report: &Report, strictness: Strictness) -> String {
        match self {
            Format::Human => Summary {
                report,
                strictness,
                stale: &[],
                colour: Colour::Plain,
            }
            .to_string(),
            Format::Junit => junit::text(report, strictness),
            Format::Tap => tap::text(report, strictness),
            Format::Json => json::text(report),
            Format::Markdown => markdown::text(report, strictness),
            Format::Html => html::text(report, strictness),
        }
    }
}

/// A form and a file: `FORMAT=FILE`, where `-` is standard output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportTarget {
    /// In which form.
    pub format: Format,
    /// Whereto; nothing for standard output.
    pub file: Option<PathBuf>,
}

impl ReportTarget {
    /// Whether the file could be written now: better told before the client is run than after.
    ///
    /// # Errors
    /// The file's directory is not there, or not ours to write in.
    pub fn check(&self) -> Result<(), WriteError> {
        match &self.file {
            Some(file) => destination(file).map(drop).map_err(|cause| WriteError {
                file: file.clone(),
                cause,
            }),
            None => Ok(()),
        }
    }

    /// Writes the report; the file is the old one or the new one whole, at each moment.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, report: &Report, strictness: Strictness) -> Result<(), WriteError> {
        let text = self.format.text(report, strictness);
        match &self.file {
            Some(file) => replace(file, &text),
            None => io::stdout().write_all(text.as_bytes()),
        }
        .map_err(|cause| WriteError {
            file: self
                .file
                .clone()
                .unwrap_or_else(|| "standard output".into()),
            cause,
        })
    }
}

impl FromStr for ReportTarget {
    type Err = UnknownTarget;

    fn from_str(text: &str) -> Result<Self, UnknownTarget> {
        let unknown = || UnknownTarget(text.chars().take(100).collect());
        let (format, file) = text.split_once('=').ok_or_else(unknown)?;
        let format = Format::ALL.into_iter().find(|one| one.name() == format);
        let format = format.ok_or_else(unknown)?;
        match file {
            "" => Err(unknown()),
            "-" => Ok(ReportTarget { format, file: None }),
            file => Ok(ReportTarget {
                format,
                file: Some(file.into()),
            }),
        }
    }
}

/// `FORMAT=FILE`
impl fmt::Display for ReportTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.as_deref().unwrap_or(Path::new("-"));
        write!(f, "{}={}", self.format.name(), file.display())
    }
}

/// A text that names no form and file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no report; expected FORMAT=FILE, with human, junit, tap, json, markdown or html as FORMAT, and - as FILE \
     for standard output"
)]
pub struct UnknownTarget(String);

/// A report that cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the report {}: {cause}", file.display())]
pub struct WriteError {
    file: PathBuf,
    cause: io::Error,
}

/// Writes a file that is there whole or not at all.
pub(crate) fn replace(file: &Path, text: &str) -> io::Result<()> {
    match destination(file)? {
        Destination::Stream(path) => std::fs::write(path, text),
        Destination::File(mut temporary, path) => {
            temporary.write_all(text.as_bytes())?;
            temporary.persist(path).map_err(|error| error.error)?;
            Ok(())
        }
    }
}

enum Destination {
    /// A file that is put in place of the one at the path.
    File(NamedTempFile, PathBuf),
    /// A pipe or a device, which must not be replaced by a file.
    Stream(PathBuf),
}

fn destination(file: &Path) -> io::Result<Destination> {
    // Through links, so that one is not replaced by what should be written where it leads.
    let path = match std::fs::canonicalize(file) {
        Ok(path) if path.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
        Ok(path) if !path.is_file() => return Ok(Destination::Stream(path)),
        Ok(path) => path,
        Err(_) => file.to_owned(),
    };
    let directory = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    // Asked first for the sake of the error, which otherwise names the temporary file.
    std::fs::metadata(directory)?;
    // As any new file: others may read it if the umask says so.
    let mut builder = tempfile::Builder::new();
    builder.permissions(Permissions::from_mode(0o666));
    let temporary = builder.prefix(".report-").tempfile_in(directory)?;
    Ok(Destination::File(temporary, path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn target(format: &str, file: &Path) -> ReportTarget {
        format!("{format}={}", file.display()).parse().unwrap()
    }

    #[test]
    fn a_target_is_a_form_and_a_file() {
        for format in Format::ALL {
            let text = format!("{}=out=put", format.name());
            let target: ReportTarget = text.parse().unwrap();
            let file = Some(PathBuf::from("out=put"));
            assert_eq!((target.format, &target.file), (format, &file));
            assert_eq!(target.to_string(), text);
        }
        assert_eq!(
            "tap=-".parse(),
            Ok(ReportTarget {
                format: Format::Tap,
                file: None
            })
        );
    }

    #[test]
    fn what_is_no_target_is_told_the_forms() {
        for text in ["xml=out", "junit", "junit=", "=out", ""] {
            let error = text.parse::<ReportTarget>().unwrap_err().to_string();
            let start = format!("{text:?} is no report; expected FORMAT=FILE, with human");
            assert!(error.starts_with(&start), "{error}");
            assert!(Format::ALL.iter().all(|one| error.contains(one.name())));
        }
    }

    #[test]
    fn a_report_replaces_what_was_there_and_leaves_nothing_else() {
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
    fn a_device_is_written_to_and_stays_one() {
        let target = target("json", Path::new("/dev/null"));
        target.check().unwrap();
        target.write(&sample::report(), Strictness::Must).unwrap();
        assert!(!Path::new("/dev/null").is_file());
    }

    #[test]
    fn an_error_names_the_file() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("missing/out.html");
        let target = target("html", &file);
        let checked = target.check().unwrap_err().to_string();
        let written = target.write(&sample::report(), Strictness::Must);
        assert_eq!(written.unwrap_err().to_string(), checked);
        let start = format!("cannot write the report {}: No such file", file.display());
        assert!(checked.starts_with(&start), "{checked}");
    }
}
