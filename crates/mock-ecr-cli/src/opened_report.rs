//! The HTML report that `mock-ecr contract --open` opens.

use std::io::{self, Write as _};
use std::path::PathBuf;

use ecr_contract::report::{Format, ReportTarget};
use ecr_contract::sanitize_text;
use tempfile::TempDir;

use crate::browser;
use crate::error::Error;

/// A report that is opened after the run.
#[derive(Debug)]
pub(crate) struct OpenedReport {
    file: PathBuf,
    /// The directory of the file, if no option names a file. It is removed unless the report is opened.
    directory: Option<TempDir>,
}

impl OpenedReport {
    /// Selects the first HTML report in a file. If there is none, adds one to the reports, in a new directory that only the user can read.
    pub(crate) fn of(reports: &mut Vec<ReportTarget>) -> Result<Self, Error> {
        let pages = reports.iter().filter(|one| one.format == Format::Html);
        if let Some(file) = pages.filter_map(ReportTarget::regular_file).next() {
            let (file, directory) = (file.to_owned(), None);
            return Ok(OpenedReport { file, directory });
        }
        let directory = private_directory().map_err(Error::system(
            "cannot create a directory for the HTML report",
        ))?;
        let file = directory.path().join("report.html");
        reports.push(ReportTarget {
            format: Format::Html,
            file: Some(file.clone()),
        });
        let directory = Some(directory);
        Ok(OpenedReport { file, directory })
    }

    /// Opens the report, which was written. A failure is a warning: the result of the run is not affected.
    pub(crate) fn open(self) {
        let OpenedReport { file, directory } = self;
        if let Some(directory) = directory {
            let _ = directory.keep();
            print(&format!("the HTML report is {}", file.display()));
        }
        let opened = std::path::absolute(&file)
            .map_err(|cause| cause.to_string())
            .and_then(|path| browser::open(&path).map_err(|cause| cause.to_string()));
        if let Err(cause) = opened {
            let file = file.display();
            print(&format!(
                "warning: cannot open {file} in a browser: {cause}"
            ));
        }
    }
}

/// Creates a temporary directory. On Unix, it has mode 0700, whatever the umask is; on Windows, the directory of a user for temporary files is
/// private.
fn private_directory() -> io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("mock-ecr-contract-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.tempdir()
}

/// Prints a line to stderr. If stderr is closed, it cannot be printed anywhere.
fn print(text: &str) {
    let _ = writeln!(io::stderr(), "mock-ecr: {}", sanitize_text(text));
}
