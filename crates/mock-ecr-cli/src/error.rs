//! The errors of the commands, and their exit codes.

use std::ffi::{OsStr, OsString};
use std::io::{self, ErrorKind, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use ecr_contract::baseline::BaselineError;
use ecr_contract::report::WriteError;
use ecr_contract::sandbox::SandboxError;
use ecr_contract::{SuiteError, error_chain, sanitize_text};
use mock_ecr::StartError;
use mock_ecr::config::ConfigError;
use mock_ecr::fault::FaultError;
use mock_ecr::tls::CaError;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("cannot run {}: {cause}{}", .program.display(), missing_ecr(.program, .cause))]
    Spawn { program: OsString, cause: io::Error },
    #[error(transparent)]
    Ca(#[from] CaError),
    #[error(
        "invalid URL {0:?}: expected http:// and the host of a mock, such as http://127.0.0.1:4566"
    )]
    Url(String),
    #[error("invalid control key: expected characters that are allowed in an HTTP header")]
    ControlKey,
    #[error(
        "no mock at {url}: {cause}; start one with `mock-ecr serve`, or give its URL with --url or MOCK_ECR_URL"
    )]
    Unreachable { url: String, cause: io::Error },
    #[error("the mock at {url} rejected the request: {text}")]
    Rejected { url: String, text: String },
    #[error("error of the mock at {url}: {text}")]
    OfMock { url: String, text: String },
    #[error("the wait timed out: {0}")]
    WaitTimeout(String),
    #[error("the server at {0} is not mock-ecr")]
    NotAMock(String),
    #[error("the server at {0} did not respond within the duration of --wait")]
    NoResponse(String),
    #[error(
        "invalid value for --tls: a certificate authority in memory exists only in a running mock; expected file:DIR, or --url instead of --tls"
    )]
    NoDirectory,
    #[error("the user has no home directory; give the directory with --config DIR")]
    NoHome,
    #[error("cannot change {}: {cause}", .path.display())]
    File { path: PathBuf, cause: io::Error },
    #[error(
        "invalid fault: {0}; expected TOML such as action = {{ error = \"ThrottlingException\" }}"
    )]
    Fault(FaultError),
    #[error("cannot read {}: {cause}", .path.display())]
    Unreadable { path: PathBuf, cause: io::Error },
    #[error(
        "invalid scan result in {}: {cause}; expected JSON such as {{\"repository\": \"team/app\", \"image\": \"1.0\", \"findings\": []}}",
        .file.display()
    )]
    ScanResult {
        file: PathBuf,
        cause: serde_json::Error,
    },
    #[error("fault {0} does not exist; `mock-ecr fault` lists the faults")]
    NoFault(u64),
    #[error(
        "no scenario matches {0:?}: `mock-ecr contract --list` lists the scenarios of all client types"
    )]
    NoScenario(String),
    #[error(transparent)]
    Suite(#[from] SuiteError),
    #[error(transparent)]
    Baseline(#[from] BaselineError),
    #[error("cannot write a report")]
    Report(#[from] WriteError),
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    #[error("{what}: {cause}")]
    System {
        what: &'static str,
        cause: io::Error,
    },
}

/// Returns where to find `ecr` if it is missing. Some packages contain only `mock-ecr`.
fn missing_ecr(program: &OsStr, cause: &io::Error) -> &'static str {
    if program == "ecr" && cause.kind() == ErrorKind::NotFound {
        "; the archives for Linux and the Debian package contain ecr, and in a clone of the repository, `cargo install --locked --path crates/ecr-token-cli` installs it"
    } else {
        ""
    }
}

impl Error {
    pub(crate) fn system(what: &'static str) -> impl FnOnce(io::Error) -> Error {
        move |cause| Error::System { what, cause }
    }

    /// Prints the error and its causes to stderr. The exit codes for a command that cannot be run are those of shells.
    pub(crate) fn report(self) -> ExitCode {
        // If stderr is closed, the message cannot be printed anywhere.
        let text = sanitize_text(&error_chain(&self));
        let _ = writeln!(io::stderr(), "mock-ecr: {text}");
        match self {
            Error::Spawn { cause, .. } if cause.kind() == ErrorKind::NotFound => 127.into(),
            Error::Spawn { .. } => 126.into(),
            // Exit code 1 of `contract` means that the client failed a scenario. Here no scenario was run.
            Error::NoScenario(_) | Error::Suite(_) | Error::Baseline(_) | Error::Report(_) => {
                2.into()
            }
            _ => 1.into(),
        }
    }
}
