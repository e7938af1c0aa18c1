//! The operations and their options.

use crate::argparse::{self, ArgparseError, Flag, Positional, Scan, Takes};
use crate::args::choices::operations;
use crate::args::command_line::CommandLine;
use crate::error::Error;
use crate::program::Program;

/// An operation with its options.
#[derive(Debug, PartialEq)]
pub(crate) enum Operation {
    GetAuthorizationToken(GetAuthorizationToken),
    GetLogin(GetLogin),
    GetLoginPassword,
    Help(Topic),
}

/// The options of `get-authorization-token`.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct GetAuthorizationToken {
    pub(crate) registry_ids: Option<Vec<String>>,
    pub(crate) input_json: Option<String>,
    pub(crate) skeleton: Option<Skeleton>,
}

/// The options of `get-login`.
#[derive(Debug, PartialEq)]
pub(crate) struct GetLogin {
    pub(crate) registry_ids: Option<Vec<String>>,
    pub(crate) email: Email,
}

/// Whether `--generate-cli-skeleton` prints the input or the output.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Skeleton {
    Input,
    Output,
}

/// Whether `get-login` prints `-e none`, which Docker required before 17.06.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Email {
    Included,
    LeftOut,
}

/// The subject of a help page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Topic {
    Service,
    GetAuthorizationToken,
    GetLogin,
    GetLoginPassword,
    CredentialHelper,
    KubeletCredentialProvider,
    LoginLines,
    KeepLogin,
}

impl CommandLine {
    /// Parses the operation and its options.
    ///
    /// # Errors
    /// Returns the errors of argparse, an error for unknown options, and an error for an operation that only v1 has.
    pub(crate) fn operation(&self) -> Result<Operation, Error> {
        let program = self.program;
        let usage = |error| Error::Usage { program, error };
        let name = "operation";
        let choices = operations(program);
        let positional = Positional::OneOf { name, choices };
        let scan = argparse::scan(&[], positional, self.words.clone()).map_err(usage)?;
        let operation = scan.positional.ok_or(ArgparseError::Required { name });
        match operation.map_err(usage)?.as_str() {
            "get-authorization-token" => get_authorization_token(program, scan.rest),
            "get-login" => get_login(program, scan.rest),
            "get-login-password" => get_login_password(scan.rest),
            "help" => Ok(Operation::Help(Topic::Service)),
            other => Err(Error::UnsupportedOperation(other.to_owned())),
        }
    }
}

fn get_authorization_token(program: Program, words: Vec<String>) -> Result<Operation, Error> {
    let flags = GET_AUTHORIZATION_TOKEN_FLAGS;
    let scan = argparse::scan(flags, Positional::Any, words)
        .map_err(|error| Error::Usage { program, error })?;
    if scan.positional.as_deref() == Some("help") {
        return Ok(Operation::Help(Topic::GetAuthorizationToken));
    }
    let args = GetAuthorizationToken {
        registry_ids: registry_ids(&scan),
        input_json: scan.value("--cli-input-json"),
        skeleton: skeleton(&scan),
    };
    // v1 parses the first extra word as `help` and reports it after all others, unless it is empty.
    let extra = scan.positional.filter(|word| !word.is_empty());
    let words: Vec<_> = scan.rest.into_iter().chain(extra).collect();
    match words.is_empty() {
        true => Ok(Operation::GetAuthorizationToken(args)),
        false => Err(Error::UnknownOptions { program, words }),
    }
}

fn get_login(program: Program, words: Vec<String>) -> Result<Operation, Error> {
    if is_help(&words) {
        return Ok(Operation::Help(Topic::GetLogin));
    }
    let scan = argparse::scan(GET_LOGIN_FLAGS, Positional::None, words)
        .map_err(|error| Error::Usage { program, error })?;
    let args = GetLogin {
        registry_ids: registry_ids(&scan),
        email: match scan.last_of(["--include-email", "--no-include-email"]) {
            Some("--no-include-email") => Email::LeftOut,
            _ => Email::Included,
        },
    };
    match scan.rest.is_empty() {
        true => Ok(Operation::GetLogin(args)),
        false => Err(Error::UnknownWords(scan.rest)),
    }
}

fn get_login_password(words: Vec<String>) -> Result<Operation, Error> {
    match words.is_empty() {
        true => Ok(Operation::GetLoginPassword),
        false if is_help(&words) => Ok(Operation::Help(Topic::GetLoginPassword)),
        false => Err(Error::UnknownWords(words)),
    }
}

/// `get-login` and `get-login-password` accept `help` only as the single word.
fn is_help(words: &[String]) -> bool {
    words.len() == 1 && words[0] == "help"
}

fn registry_ids(scan: &Scan) -> Option<Vec<String>> {
    scan.values("--registry-ids").map(<[String]>::to_vec)
}

fn skeleton(scan: &Scan) -> Option<Skeleton> {
    let values = scan.values("--generate-cli-skeleton")?;
    match values.first().map(String::as_str) {
        Some("output") => Some(Skeleton::Output),
        _ => Some(Skeleton::Input),
    }
}

pub(crate) static GET_AUTHORIZATION_TOKEN_FLAGS: &[Flag] = &[
    Flag::new("--registry-ids", Takes::Many),
    Flag::new("--cli-input-json", Takes::One),
    Flag::new(
        "--generate-cli-skeleton",
        Takes::AtMostOneOf(&["input", "output"]),
    ),
];

pub(crate) static GET_LOGIN_FLAGS: &[Flag] = &[
    Flag::new("--registry-ids", Takes::AtLeastOne),
    Flag::new("--include-email", Takes::Nothing),
    Flag::new("--no-include-email", Takes::Nothing),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Invocation;
    use std::ffi::OsString;

    fn command_line(words: &[&str]) -> CommandLine {
        match Invocation::parse(words.iter().map(OsString::from)) {
            Ok(Invocation::Command(line)) => *line,
            other => panic!("{other:?}"),
        }
    }

    fn operation(words: &[&str]) -> Operation {
        command_line(words).operation().unwrap()
    }

    fn with_registry_ids(ids: &[&str]) -> Operation {
        let ids = ids.iter().map(|&id| id.to_owned()).collect();
        Operation::GetAuthorizationToken(GetAuthorizationToken {
            registry_ids: Some(ids),
            ..GetAuthorizationToken::default()
        })
    }

    #[test]
    fn aws_expects_the_service_name_first() {
        let line = command_line(&["/bin/aws", "--region", "x", "ecr", "get-login-password"]);
        assert_eq!(line.globals.region.as_deref(), Some("x"));
        assert_eq!(line.operation().unwrap(), Operation::GetLoginPassword);
    }

    #[test]
    fn an_abbreviation_matches_global_options_first() {
        let words = ["--reg", "1", "--registry", "2"];
        let line = command_line(&[&["ecr", "get-authorization-token"], &words[..]].concat());
        assert_eq!(line.globals.region.as_deref(), Some("1"));
        assert_eq!(line.operation().unwrap(), with_registry_ids(&["2"]));
    }

    #[test]
    fn a_global_option_may_split_a_list() {
        let words = ["--registry-ids", "1", "--output", "json", "2"];
        let words = [&["ecr", "get-authorization-token"], &words[..]].concat();
        assert_eq!(operation(&words), with_registry_ids(&["1", "2"]));
    }

    #[test]
    fn the_last_email_option_wins() {
        let email = |words: &[&str]| match operation(&[&["ecr", "get-login"], words].concat()) {
            Operation::GetLogin(args) => args.email,
            other => panic!("{other:?}"),
        };
        assert_eq!(email(&[]), Email::Included);
        assert_eq!(email(&["--no-include"]), Email::LeftOut);
        let both = ["--no-include-email", "--include-email"];
        assert_eq!(email(&both), Email::Included);
    }

    #[test]
    fn an_empty_word_is_ignored_only_alone() {
        let words = ["ecr", "get-authorization-token", ""];
        assert_eq!(
            operation(&words),
            Operation::GetAuthorizationToken(GetAuthorizationToken::default())
        );
        let line = command_line(&["ecr", "get-authorization-token", "", "x"]);
        assert!(line.operation().is_err());
    }

    #[test]
    fn errors_are_reported_in_the_order_of_the_words() {
        let error_of = |words: &[&str]| {
            let words = [&["aws"], words].concat();
            Invocation::parse(words.iter().map(OsString::from))
                .unwrap_err()
                .to_string()
        };
        assert!(error_of(&["s3", "--version"]).starts_with("argument command: "));
        assert!(error_of(&["s3", "--output", "x"]).starts_with("argument command: "));
        assert!(error_of(&["--output", "x", "s3"]).starts_with("argument --output: "));
    }

    #[test]
    fn help_is_recognized_only_as_the_single_word() {
        let help = operation(&["ecr", "get-login", "help"]);
        assert_eq!(help, Operation::Help(Topic::GetLogin));
        let line = command_line(&["ecr", "get-login", "help", "me"]);
        assert!(matches!(line.operation(), Err(Error::UnknownWords(_))));
    }

    #[test]
    fn an_unsupported_v1_operation_is_named_in_the_error() {
        let line = command_line(&["aws", "ecr", "describe-images"]);
        let error = line.operation().unwrap_err();
        assert!(error.to_string().contains("describe-images"), "{error}");
    }
}
