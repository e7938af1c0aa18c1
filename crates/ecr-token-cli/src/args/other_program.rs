//! Recognizes the command lines of AWS CLI v1 that another program must run.

use std::ffi::OsString;

use crate::argparse;
use crate::args::choices;
use crate::args::globals::GLOBAL_FLAGS;

/// Returns whether the words select another service, or an operation of ECR that this program does not have.
///
/// Errors of options are ignored, since the other program may accept other options and values.
pub(crate) fn is_of_other_program(words: &[OsString]) -> bool {
    let words = words.iter().map(|word| word.to_string_lossy().into_owned());
    let positionals = argparse::positionals(GLOBAL_FLAGS, words.collect());
    let mut positionals = positionals.iter().map(String::as_str);
    match positionals.next() {
        None | Some("help") => false,
        Some("ecr") => positionals.next().is_some_and(choices::is_unsupported),
        Some(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_other(words: &[&str]) -> bool {
        let words: Vec<OsString> = words.iter().map(OsString::from).collect();
        is_of_other_program(&words)
    }

    #[test]
    fn another_service_or_operation_belongs_to_another_program() {
        for words in [
            &["sts", "get-caller-identity"][..],
            &["--region", "ecr", "s3", "ls"],
            &["--output=yaml", "s3", "ls"],
            &["--output", "yaml", "s3", "ls"],
            &["--no-cli-pager", "configure"],
            &["ecr", "describe-images", "--repository-name", "a"],
            &["ecr", "--region", "x", "create-repository"],
        ] {
            assert!(is_other(words), "{words:?}");
        }
        for words in [
            &[][..],
            &["--version"],
            &["help"],
            &["ecr"],
            &["ecr", "nonsense"],
            &["--region", "s3", "ecr", "get-login-password"],
            &["ecr", "get-login", "--registry-ids", "1"],
            &["--region"],
        ] {
            assert!(!is_other(words), "{words:?}");
        }
    }
}
