//! Why the command failed, said in one line.

use std::ffi::OsString;
use std::io::{self, ErrorKind, Write as _};
use std::process::ExitCode;

use mock_ecr::{StartError, WorldError};

#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    World(#[from] WorldError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("cannot run {}: {cause}", .program.display())]
    Spawn { program: OsString, cause: io::Error },
    #[error("{what}: {cause}")]
    System {
        what: &'static str,
        cause: io::Error,
    },
}

impl Failure {
    pub(crate) fn system(what: &'static str) -> impl FnOnce(io::Error) -> Failure {
        move |cause| Failure::System { what, cause }
    }

    /// Says what happened on stderr; the exit codes of a command that cannot be run are those of shells.
    pub(crate) fn report(self) -> ExitCode {
        // Nobody is left to be told when stderr is closed.
        let _ = writeln!(io::stderr(), "mock-ecr: {self}");
        match self {
            Failure::Spawn { cause, .. } if cause.kind() == ErrorKind::NotFound => 127.into(),
            Failure::Spawn { .. } => 126.into(),
            _ => 1.into(),
        }
    }
}
