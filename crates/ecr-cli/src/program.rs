//! The name under which the program was called, and what hangs on it.

use std::ffi::OsString;
use std::path::Path;

/// `ecr`, or `aws` for scripts that were written for AWS CLI v1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Program {
    /// `ecr COMMAND`.
    Ecr,
    /// `aws ecr COMMAND`, in place of AWS CLI v1.
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

    /// What one types in front of a command.
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

/// Recorded from AWS CLI 1.46.3, carriage return included.
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
