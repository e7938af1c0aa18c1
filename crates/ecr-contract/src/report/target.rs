//! The output formats of a report, and the files to which reports are written.

use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::report::file::{self, WriteError};
use crate::report::{Report, Screen, Strictness, Summary, html, json, junit, markdown, sarif, tap};

/// An output format of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// The summary that is written to a terminal, without colours.
    Human,
    /// JUnit XML, with one `testcase` for each case.
    Junit,
    /// The Test Anything Protocol, version 14.
    Tap,
    /// All data of the report as JSON. The schema is `crates/ecr-contract/contract-report.schema.json`.
    Json,
    /// Markdown for a comment on a pull request.
    Markdown,
    /// One HTML page that loads no other file.
    Html,
    /// SARIF 2.1.0, for the findings of a code host.
    Sarif,
}

impl Format {
    /// All formats.
    pub const ALL: [Format; 7] = [
        Format::Human,
        Format::Junit,
        Format::Tap,
        Format::Json,
        Format::Markdown,
        Format::Html,
        Format::Sarif,
    ];

    /// Returns the value of `FORMAT` in `--report FORMAT=FILE`.
    pub fn name(self) -> &'static str {
        match self {
            Format::Human => "human",
            Format::Junit => "junit",
            Format::Tap => "tap",
            Format::Json => "json",
            Format::Markdown => "markdown",
            Format::Html => "html",
            Format::Sarif => "sarif",
        }
    }

    /// Returns the text of a report in this format.
    pub fn text(self, report: &Report, strictness: Strictness) -> String {
        match self {
            Format::Human => Summary {
                report,
                strictness,
                stale: &[],
                screen: Screen::default(),
            }
            .to_string(),
            Format::Junit => junit::text(report, strictness),
            Format::Tap => tap::text(report, strictness),
            Format::Json => json::text(report),
            Format::Markdown => markdown::text(report, strictness),
            Format::Html => html::text(report, strictness),
            Format::Sarif => sarif::text(report, strictness),
        }
    }
}

/// The format of a report and the file to which it is written. It is parsed from `FORMAT=FILE`. The file `-` is standard output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportTarget {
    /// The format of the report.
    pub format: Format,
    /// The path of the file. If `None`, the report is written to standard output.
    pub file: Option<PathBuf>,
}

impl ReportTarget {
    /// Returns the file, unless the report is written to standard output, a pipe or a device.
    pub fn regular_file(&self) -> Option<&Path> {
        let file = self.file.as_deref()?;
        let is_stream = file::is_stream(file).unwrap_or(false);
        (!is_stream).then_some(file)
    }

    /// Checks whether the file can be written. Call this method before the run, so that an error is reported before the client is run.
    ///
    /// # Errors
    ///
    /// Returns an error if the file is a directory, or if the directory of the file does not exist or cannot be written to.
    pub fn check(&self) -> Result<(), WriteError> {
        match &self.file {
            Some(file) => file::check(file),
            None => Ok(()),
        }
    }

    /// Writes the report. A regular file is replaced atomically. The report is appended to a pipe or a device.
    ///
    /// # Errors
    ///
    /// Returns an error if the file or standard output cannot be written.
    pub fn write(&self, report: &Report, strictness: Strictness) -> Result<(), WriteError> {
        let text = self.format.text(report, strictness);
        match &self.file {
            Some(file) => file::replace(file, &text),
            None => {
                let written = io::stdout().write_all(text.as_bytes());
                written.map_err(|cause| WriteError::new(Path::new("standard output"), cause))
            }
        }
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

/// Writes `FORMAT=FILE`.
impl fmt::Display for ReportTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.as_deref().unwrap_or(Path::new("-"));
        write!(f, "{}={}", self.format.name(), file.display())
    }
}

/// The error returned when a string is not a valid report target.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "invalid report {0:?}: expected FORMAT=FILE, where FORMAT is human, junit, tap, json, markdown, html or sarif; for standard \
     output, FILE is a hyphen"
)]
pub struct UnknownTarget(String);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use crate::untrusted_text::{disarm_line, sanitize_line};

    #[test]
    fn a_target_consists_of_a_format_and_a_file() {
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

    /// A line of a report may be escaped by the functions of `untrusted_text` without a change. TAP and CSS have such lines themselves.
    #[test]
    fn no_text_of_a_client_is_a_command_in_a_report() {
        let is_own = |line: &str| line == "  ---" || line == ":root {";
        for format in Format::ALL {
            for strictness in [Strictness::Must, Strictness::Should] {
                let text = format.text(&sample::report(), strictness);
                for line in text.lines().filter(|line| !is_own(line)) {
                    let name = format.name();
                    assert_eq!(disarm_line(line), line, "{name}");
                    assert_eq!(sanitize_line(line), line, "{name}");
                }
                // The summary is shortened.
                assert!(format == Format::Human || text.contains("forged"));
            }
        }
    }

    #[test]
    fn an_invalid_target_is_reported_with_the_formats() {
        for text in ["xml=out", "junit", "junit=", "=out", ""] {
            let error = text.parse::<ReportTarget>().unwrap_err().to_string();
            let start =
                format!("invalid report {text:?}: expected FORMAT=FILE, where FORMAT is human");
            assert!(error.starts_with(&start), "{error}");
            assert!(Format::ALL.iter().all(|one| error.contains(one.name())));
        }
    }
}
