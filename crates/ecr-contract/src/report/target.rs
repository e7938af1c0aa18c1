//! The forms of a report, and where one is written to.

use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::report::file::{self, WriteError};
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
            Some(file) => file::check(file),
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
