//! Parses the part of a command line that v1's main parser handles.

use std::ffi::OsString;

use crate::argparse::{self, ArgparseError, Positional};
use crate::args::globals::{GLOBAL_FLAGS, Globals};
use crate::error::Error;
use crate::program::Program;

/// The result of parsing the global options.
#[derive(Debug)]
pub(crate) enum Invocation {
    Version(Program),
    Help(Program),
    Command(Box<CommandLine>),
}

/// The global options, and the remaining words for the operation.
#[derive(Debug)]
pub(crate) struct CommandLine {
    pub(crate) program: Program,
    pub(crate) globals: Globals,
    pub(super) words: Vec<String>,
}

impl Invocation {
    /// Parses the global options and, if the program is called `aws`, the service.
    ///
    /// # Errors
    /// Returns the errors of argparse, and an error for a service other than ECR.
    pub(crate) fn parse(mut argv: impl Iterator<Item = OsString>) -> Result<Self, Error> {
        let program = Program::from_argv0(argv.next().as_deref());
        let words = argv
            .map(|word| word.into_string().map_err(|_| Error::ArgumentNotUnicode))
            .collect::<Result<Vec<_>, _>>()?;
        let positional = match program {
            Program::Ecr => Positional::None,
            Program::Aws => SERVICE,
        };
        let usage = |error| Error::Usage { program, error };
        let scan = argparse::scan(GLOBAL_FLAGS, positional, words).map_err(usage)?;
        if scan.has("--version") {
            return Ok(Self::Version(program));
        }
        if program == Program::Ecr && asks_for_help(&scan.rest) {
            return Ok(Self::Command(Box::new(CommandLine {
                program,
                globals: Globals::of(&scan),
                words: help_words(&scan.rest),
            })));
        }
        if program == Program::Aws {
            match scan.positional.as_deref() {
                None => return Err(usage(ArgparseError::Required { name: COMMAND })),
                Some("help") => return Ok(Self::Help(program)),
                Some(_) => {}
            }
        }
        let line = CommandLine {
            program,
            globals: Globals::of(&scan),
            words: scan.rest,
        };
        Ok(Self::Command(Box::new(line)))
    }
}

/// Returns whether the words contain `--help` or `-h`. v1 rejects both options; this program accepts them.
fn asks_for_help(words: &[String]) -> bool {
    let mut options = words.iter().take_while(|word| *word != "--");
    options.any(|word| matches!(word.as_str(), "--help" | "-h"))
}

/// Returns the words that print the same page as the option: `help`, or `COMMAND help`.
fn help_words(words: &[String]) -> Vec<String> {
    let command = words.first().filter(|word| !word.starts_with('-'));
    let command = command.filter(|word| *word != "help").cloned();
    command.into_iter().chain(["help".to_owned()]).collect()
}

const COMMAND: &str = "command";

/// The only service that this program supports.
const SERVICE: Positional = Positional::OneOf {
    name: COMMAND,
    choices: &["ecr", "help"],
};
