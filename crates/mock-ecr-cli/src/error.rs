//! Why the command failed, text in one line.

use std::ffi::OsString;
use std::io::{self, ErrorKind, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use ecr_contract::baseline::BaselineError;
use ecr_contract::report::WriteError;
use ecr_contract::surroundings::SurroundingsError;
use ecr_contract::{SuiteError, error_chain};
use mock_ecr::StartError;
use mock_ecr::config::ConfigError;
use mock_ecr::fault::FaultError;
use mock_ecr::tls::AuthorityError;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("cannot run {}: {cause}", .program.display())]
    Spawn { program: OsString, cause: io::Error },
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    #[error(
        "{0:?} is not the URL of a mock; expected http:// and a host, such as http://127.0.0.1:4566"
    )]
    Url(String),
    #[error(
        "the control key has characters that fit into no header; give the one that the mock was started with"
    )]
    ControlKey,
    #[error(
        "no mock at {url}: {cause}; `mock-ecr serve` starts one, and --url or MOCK_ECR_URL tells where it is"
    )]
    Unreachable { url: String, cause: io::Error },
    #[error("the mock at {url} refuses: {text}")]
    Rejected { url: String, text: String },
    #[error(
        "an authority in memory is known to its mock alone; give --tls=file:DIRECTORY, or --url for a running mock"
    )]
    NoDirectory,
    #[error("there is no home directory; give --config DIR")]
    NoHome,
    #[error("cannot change {}: {cause}", .path.display())]
    File { path: PathBuf, cause: io::Error },
    #[error(
        "this is no fault: {0}; one is written in TOML, such as action = {{ error = \"ThrottlingException\" }}"
    )]
    Fault(FaultError),
    #[error("no fault {0} is set; `mock-ecr faults` lists those that are")]
    NoFault(u64),
    #[error(transparent)]
    Suite(#[from] SuiteError),
    #[error(transparent)]
    Baseline(#[from] BaselineError),
    #[error("cannot write a report")]
    Report(#[from] WriteError),
    #[error(transparent)]
    Surroundings(#[from] SurroundingsError),
    #[error("{what}: {cause}")]
    System {
        what: &'static str,
        cause: io::Error,
    },
}

impl Error {
    pub(crate) fn system(what: &'static str) -> impl FnOnce(io::Error) -> Error {
        move |cause| Error::System { what, cause }
    }

    /// Prints the error and its causes to stderr. The exit codes of a command that cannot be run are those of shells.
    pub(crate) fn report(self) -> ExitCode {
        // Nobody is left to be told when stderr is closed.
        let _ = writeln!(io::stderr(), "mock-ecr: {}", error_chain(&self));
        match self {
            Error::Spawn { cause, .. } if cause.kind() == ErrorKind::NotFound => 127.into(),
            Error::Spawn { .. } => 126.into(),
            // A client that fails exits with 1, and here none was run.
            Error::Suite(_) | Error::Baseline(_) | Error::Report(_) => 2.into(),
            _ => 1.into(),
        }
    }
}
