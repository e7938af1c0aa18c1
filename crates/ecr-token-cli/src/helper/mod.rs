//! Commands that provide credentials to docker, the kubelet and other programs.
//!
//! Each registry is checked to be one of ECR's before AWS credentials are loaded.

use std::ffi::OsString;

use crate::args::globals::Globals;
use crate::args::helper::Helper;
use crate::error::Error;
use crate::output::help;
use crate::program::{Program, program_name};

mod docker;
mod kubelet;
mod login_lines;
mod login_refresher;
mod request;
mod tokens;

/// Runs a helper command.
///
/// # Errors
/// Returns errors in the form that the protocol of the command requires.
pub(crate) async fn run(helper: Helper, globals: &Globals) -> Result<String, Error> {
    match helper {
        Helper::Docker(words) => docker::run(&words, globals).await,
        Helper::Kubelet(words) => kubelet::run(&words, globals).await,
        Helper::LoginLines(words) => login_lines::run(&words, globals).await,
        Helper::KeepLogin(words) => login_refresher::run(&words, globals).await,
        Helper::Help(topic) => Ok(help::page(topic, Program::Ecr)),
    }
}

/// Converts a call by the name of a docker credential helper to a call of `ecr`.
pub(crate) fn expand_docker_name(
    mut argv: impl Iterator<Item = OsString>,
) -> impl Iterator<Item = OsString> {
    let name = argv.next();
    let file = name.as_deref().and_then(program_name);
    let is_helper = file.is_some_and(|file| file.starts_with("docker-credential-"));
    let (front, words): (Vec<OsString>, Vec<OsString>) = match is_helper {
        false => (name.into_iter().collect(), argv.collect()),
        true => (
            vec!["ecr".into(), "credential-helper".into()],
            argv.map(action).collect(),
        ),
    };
    front.into_iter().chain(words)
}

/// Docker's credential helpers accept two of their actions as options, too.
fn action(word: OsString) -> OsString {
    match word.to_str() {
        Some("--version" | "-v") => "version".into(),
        Some("--help" | "-h") => "help".into(),
        _ => word,
    }
}
