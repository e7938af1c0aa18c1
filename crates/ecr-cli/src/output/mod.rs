//! What goes to stdout and stderr; the only file that writes to either.

use std::io::{self, Write};

use crate::error::Error;
use crate::program::Program;

pub(crate) mod json;
pub(crate) mod password;

/// Writes the whole text to stdout.
///
/// # Errors
/// A closed or full stdout.
pub(crate) fn write(text: &str) -> Result<(), Error> {
    let mut stdout = io::stdout().lock();
    let written = stdout.write_all(text.as_bytes());
    written.and_then(|()| stdout.flush()).map_err(Error::Output)
}

/// Writes the whole text to stderr; when that fails too there is nobody left to tell.
pub(crate) fn write_error(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// The line of `--version`.
pub(crate) fn version() -> String {
    let (ours, sdk) = (env!("CARGO_PKG_VERSION"), aws_sdk_ecr::meta::PKG_VERSION);
    format!("ecr-cli/{ours} aws-sdk-ecr/{sdk}\n")
}

/// The text of `help`.
pub(crate) fn help(program: Program) -> String {
    let called = match program {
        Program::Ecr => "ecr",
        Program::Aws => "aws ecr",
    };
    HELP.replace("{called}", called)
}

const HELP: &str = "\
Asks Amazon ECR for authorization tokens, as AWS CLI version 1 does.

usage:
  {called} get-authorization-token [--registry-ids ID ...]
  {called} get-login-password
  {called} help

get-authorization-token prints the tokens as JSON; get-login-password prints the
password of the first one, for `docker login --username AWS --password-stdin`.

options:
  --registry-ids ID ...   registries to ask for; also a JSON list or file://PATH
  --region REGION         over AWS_DEFAULT_REGION, AWS_REGION and the profile
  --profile NAME          over AWS_DEFAULT_PROFILE and AWS_PROFILE
  --endpoint-url URL      over AWS_ENDPOINT_URL_ECR, AWS_ENDPOINT_URL and the profile
  --ca-bundle FILE        over AWS_CA_BUNDLE and the profile
  --output json           the only format
  --version               print the version

Options may stand anywhere, be shortened while they are unique, and be repeated:
the last one counts.
";
