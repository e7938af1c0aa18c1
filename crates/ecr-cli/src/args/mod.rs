//! What was typed; no I/O, no environment.

use std::ffi::OsString;

use crate::error::Error;
use crate::program::Program;
use argparse::{ArgparseError, Flag, Positional, Takes};

pub(crate) mod argparse;

/// A command line, read as far as v1's main parser reads it.
#[derive(Debug)]
pub(crate) enum Typed {
    Version,
    Help(Program),
    Command(CommandLine),
}

/// The global options, and the words that are left for the operation.
#[derive(Debug)]
pub(crate) struct CommandLine {
    pub(crate) program: Program,
    pub(crate) globals: Globals,
    words: Vec<String>,
}

/// The global options that this program acts on.
#[derive(Debug, Default)]
pub(crate) struct Globals {
    pub(crate) ca_bundle: Option<String>,
    pub(crate) color: Option<String>,
    pub(crate) endpoint_url: Option<String>,
    pub(crate) output: Option<String>,
    pub(crate) profile: Option<String>,
    pub(crate) query: Option<String>,
    pub(crate) region: Option<String>,
}

/// An operation with its own options.
#[derive(Debug, PartialEq)]
pub(crate) enum Operation {
    GetAuthorizationToken { registry_ids: Option<Vec<String>> },
    GetLoginPassword,
    Help,
}

impl Typed {
    /// Reads the global options, and under the name `aws` the service.
    ///
    /// # Errors
    /// What argparse refuses, and what this program does not do.
    pub(crate) fn parse(mut argv: impl Iterator<Item = OsString>) -> Result<Self, Error> {
        let program = Program::called(argv.next());
        let words = argv
            .map(|word| word.into_string().map_err(|_| Error::ArgumentNotUnicode))
            .collect::<Result<Vec<_>, _>>()?;
        let positional = match program {
            Program::Ecr => Positional::Left,
            Program::Aws => Positional::Taken,
        };
        let usage = |error| Error::Usage { program, error };
        let scan = argparse::scan(GLOBAL_FLAGS, positional, words).map_err(usage)?;
        if scan.has("--version") {
            return Ok(Self::Version);
        }
        if program == Program::Aws {
            let (name, choices) = ("command", SERVICES);
            match scan.positional.as_deref() {
                Some("ecr") => {}
                Some("help") => return Ok(Self::Help(program)),
                Some(_) => return Err(usage(ArgparseError::NoSuchChoice { name, choices })),
                None => return Err(usage(ArgparseError::Required { name })),
            }
        }
        refuse(NOT_OFFERED, &scan)?;
        Ok(Self::Command(CommandLine {
            program,
            globals: Globals::of(&scan),
            words: scan.rest,
        }))
    }
}

impl Globals {
    fn of(scan: &argparse::Scan) -> Self {
        Self {
            ca_bundle: scan.value("--ca-bundle"),
            color: scan.value("--color"),
            endpoint_url: scan.value("--endpoint-url"),
            output: scan.value("--output"),
            profile: scan.value("--profile"),
            query: scan.value("--query"),
            region: scan.value("--region"),
        }
    }
}

impl CommandLine {
    /// Reads the operation and its options.
    ///
    /// # Errors
    /// What argparse refuses, what is left over, and what this program does not do.
    pub(crate) fn operation(&self) -> Result<Operation, Error> {
        let usage = |error| Error::Usage {
            program: self.program,
            error,
        };
        let scan = argparse::scan(&[], Positional::Taken, self.words.clone()).map_err(usage)?;
        let (name, choices) = ("operation", OPERATIONS);
        match scan.positional.as_deref() {
            Some("get-authorization-token") => self.get_authorization_token(scan.rest),
            Some("get-login-password") => get_login_password(scan.rest),
            Some("help") => Ok(Operation::Help),
            Some(_) => Err(usage(ArgparseError::NoSuchChoice { name, choices })),
            None => Err(usage(ArgparseError::Required { name })),
        }
    }

    fn get_authorization_token(&self, words: Vec<String>) -> Result<Operation, Error> {
        let program = self.program;
        let flags = GET_AUTHORIZATION_TOKEN_FLAGS;
        let scan = argparse::scan(flags, Positional::Taken, words)
            .map_err(|error| Error::Usage { program, error })?;
        let registry_ids = scan.values("--registry-ids").map(<[String]>::to_vec);
        let refused = refuse(NOT_OFFERED, &scan);
        // v1 takes the first stray word for its `help` positional and reports it behind all others.
        let mut words = scan.rest;
        match scan.positional {
            Some(word) if word == "help" && words.is_empty() => return Ok(Operation::Help),
            Some(word) => words.push(word),
            None => {}
        }
        if !words.is_empty() {
            return Err(Error::UnknownOptions { program, words });
        }
        refused?;
        Ok(Operation::GetAuthorizationToken { registry_ids })
    }
}

fn get_login_password(words: Vec<String>) -> Result<Operation, Error> {
    match words.as_slice() {
        [] => Ok(Operation::GetLoginPassword),
        [help] if help == "help" => Ok(Operation::Help),
        _ => Err(Error::UnknownWords(words)),
    }
}

fn refuse(names: &[&'static str], scan: &argparse::Scan) -> Result<(), Error> {
    match names.iter().find(|name| scan.has(name)) {
        Some(name) => Err(Error::NotOffered((*name).to_owned())),
        None => Ok(()),
    }
}

/// v1's global options in its order, which shows in the message about an ambiguous one.
static GLOBAL_FLAGS: &[Flag] = &[
    flag("--debug", Takes::Nothing),
    flag("--endpoint-url", Takes::One),
    flag("--no-verify-ssl", Takes::Nothing),
    flag("--no-paginate", Takes::Nothing),
    flag("--output", Takes::OneOf(&["json", "text", "table"])),
    flag("--query", Takes::One),
    flag("--profile", Takes::One),
    flag("--region", Takes::One),
    flag("--version", Takes::NothingAndStops),
    flag("--color", Takes::OneOf(&["on", "off", "auto"])),
    flag("--no-sign-request", Takes::Nothing),
    flag("--ca-bundle", Takes::One),
    flag("--cli-read-timeout", Takes::One),
    flag("--cli-connect-timeout", Takes::One),
    flag("--v2-debug", Takes::Nothing),
];

static GET_AUTHORIZATION_TOKEN_FLAGS: &[Flag] = &[
    flag("--registry-ids", Takes::Many),
    flag("--cli-input-json", Takes::One),
    flag(
        "--generate-cli-skeleton",
        Takes::AtMostOneOf(&["input", "output"]),
    ),
];

/// Options of v1 that are known, so that they are refused by name instead of being ignored or misread.
///
/// `--no-paginate` is not among them: it changes nothing for these operations.
const NOT_OFFERED: &[&str] = &[
    "--debug",
    "--no-verify-ssl",
    "--no-sign-request",
    "--cli-read-timeout",
    "--cli-connect-timeout",
    "--v2-debug",
    "--cli-input-json",
    "--generate-cli-skeleton",
];

const SERVICES: &[&str] = &["ecr", "help"];

const OPERATIONS: &[&str] = &["get-authorization-token", "get-login-password", "help"];

const fn flag(name: &'static str, takes: Takes) -> Flag {
    Flag { name, takes }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command_line(words: &[&str]) -> CommandLine {
        match Typed::parse(words.iter().map(OsString::from)) {
            Ok(Typed::Command(line)) => line,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn under_the_name_aws_the_service_is_typed_first() {
        let line = command_line(&["/bin/aws", "--region", "x", "ecr", "get-login-password"]);
        assert_eq!(line.globals.region.as_deref(), Some("x"));
        assert_eq!(line.operation().unwrap(), Operation::GetLoginPassword);
    }

    #[test]
    fn an_abbreviation_is_a_global_option_first() {
        let words = [
            "ecr",
            "get-authorization-token",
            "--reg",
            "1",
            "--registry",
            "2",
        ];
        let line = command_line(&words);
        assert_eq!(line.globals.region.as_deref(), Some("1"));
        let registry_ids = Some(vec!["2".to_owned()]);
        let expected = Operation::GetAuthorizationToken { registry_ids };
        assert_eq!(line.operation().unwrap(), expected);
    }

    #[test]
    fn a_global_option_may_stand_inside_a_list() {
        let words = ["ecr", "get-authorization-token", "--registry-ids", "1"];
        let line = command_line(&[&words[..], &["--output", "json", "2"]].concat());
        let registry_ids = Some(vec!["1".to_owned(), "2".to_owned()]);
        let expected = Operation::GetAuthorizationToken { registry_ids };
        assert_eq!(line.operation().unwrap(), expected);
    }
}
