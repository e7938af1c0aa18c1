//! Runs another program named `aws` for the commands that this program does not have.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use crate::args::is_of_other_program;
use crate::error::Error;
use crate::platform;
use crate::program::Program;

/// Runs the next `aws` on the `PATH` if this program was called as `aws` for another service or for an operation that it does not have.
/// Returns `None` for its own commands, and if there is no other `aws`.
pub(crate) fn run(argv: &[OsString]) -> Option<Error> {
    let (name, words) = argv.split_first()?;
    if Program::from_argv0(Some(name)) != Program::Aws || !is_of_other_program(words) {
        return None;
    }
    let mut visited = visited();
    let program = next(&visited)?;
    // A script that runs this program must not be run again.
    visited.extend(resolved(program.clone()));
    let mut command = Command::new(&program);
    command.args(words).env(VISITED, joined(&visited));
    let error = platform::replace_process(command);
    let program = program.display().to_string();
    Some(Error::OtherProgram { program, error })
}

/// Returns the programs that have already passed on this command line, including this one. A copy of this program could otherwise run this
/// one again.
fn visited() -> HashSet<PathBuf> {
    let before = env::var_os(VISITED).unwrap_or_default();
    let this = env::current_exe().ok().and_then(resolved);
    env::split_paths(&before).chain(this).collect()
}

fn joined(visited: &HashSet<PathBuf>) -> OsString {
    env::join_paths(visited).unwrap_or_default()
}

/// Returns the first `aws` on the `PATH` that has not been visited.
fn next(visited: &HashSet<PathBuf>) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let mut candidates = env::split_paths(&path).map(|directory| directory.join(name()));
    candidates.find(|candidate| {
        let program = resolved(candidate.clone());
        is_executable(candidate) && program.is_some_and(|program| !visited.contains(&program))
    })
}

fn name() -> OsString {
    let mut name = OsStr::new("aws").to_owned();
    name.push(env::consts::EXE_SUFFIX);
    name
}

fn resolved(path: PathBuf) -> Option<PathBuf> {
    fs::canonicalize(path).ok()
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

#[cfg(windows)]
fn is_executable(path: &Path) -> bool {
    path.is_file()
}

/// A variable for the programs that are run.
const VISITED: &str = "ECR_TOKEN_CLI_VISITED";
