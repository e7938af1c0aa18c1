//! The name by which the program was called, and the texts that depend on it.

use std::env::consts::EXE_SUFFIX;
use std::ffi::OsStr;
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
    pub(crate) fn from_argv0(name: Option<&OsStr>) -> Self {
        match name.and_then(program_name) {
            Some("aws") => Self::Aws,
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

/// Returns the name of a program without its directory and without the extension of programs.
pub(crate) fn program_name(path: &OsStr) -> Option<&str> {
    let name = Path::new(path).file_name()?.to_str()?;
    Some(without_suffix(name, EXE_SUFFIX))
}

/// Removes the extension of programs in any case, since file names on Windows are case-insensitive.
fn without_suffix<'n>(name: &'n str, suffix: &str) -> &'n str {
    let split = name.len().checked_sub(suffix.len());
    match split.and_then(|at| name.split_at_checked(at)) {
        Some((stem, end)) if end.eq_ignore_ascii_case(suffix) => stem,
        _ => name,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_program_has_no_directory_and_no_extension() {
        assert_eq!(program_name("bin/aws".as_ref()), Some("aws"));
        for (name, suffix, stem) in [
            ("aws", "", "aws"),
            ("aws.exe", ".exe", "aws"),
            ("AWS.EXE", ".exe", "AWS"),
            ("docker-credential-ecr.exe", ".exe", "docker-credential-ecr"),
            ("ecr", ".exe", "ecr"),
            ("é", ".exe", "é"),
            ("aws.exe", "", "aws.exe"),
        ] {
            assert_eq!(without_suffix(name, suffix), stem);
        }
    }
}
