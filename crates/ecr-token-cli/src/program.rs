//! The name by which the program was called, and the texts that depend on it.

use std::ffi::OsString;
use std::path::Path;

/// The program name: `ecr`, or `aws` for scripts that call AWS CLI v1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Program {
    /// Called as `ecr COMMAND`.
    Ecr,
    /// Called as `aws ecr COMMAND`, as a drop-in replacement for AWS CLI v1.
    Aws,
}

impl Program {
    pub(crate) fn from_argv0(name: Option<OsString>) -> Self {
        let name = name.unwrap_or_default();
        match Path::new(&name).file_name() {
            Some(name) if name == "aws" => Self::Aws,
            _ => Self::Ecr,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ecr => "ecr",
            Self::Aws => "aws",
        }
    }

    /// Returns the words before a command.
    pub(crate) fn command_prefix(self) -> &'static str {
        match self {
            Self::Ecr => "ecr",
            Self::Aws => "aws ecr",
        }
    }

    pub(crate) fn usage(self) -> &'static str {
        match self {
            Self::Ecr => ECR_USAGE,
            Self::Aws => AWS_USAGE,
        }
    }
}

const ECR_USAGE: &str = "\
usage: ecr [options] <command> [parameters]
To see help text, you can run:

  ecr help
  ecr <command> help
";

/// Recorded from AWS CLI 1.46.3, including the carriage return.
const AWS_USAGE: &str = "\
usage: \rNote: AWS CLI version 2, the latest major version of the AWS CLI, is now stable and recommended for general \
use. For more information, see the AWS CLI version 2 installation instructions at: \
https://docs.aws.amazon.com/cli/latest/userguide/install-cliv2.html

usage: aws [options] <command> <subcommand> [<subcommand> ...] [parameters]
To see help text, you can run:

  aws help
  aws <command> help
  aws <command> <subcommand> help
";
