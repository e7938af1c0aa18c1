//! The pages of `help`.

use crate::args::operation::Topic;
use crate::program::Program;

/// The page of the program itself.
pub(crate) fn program(program: Program) -> String {
    format!("{program:?}")
}

/// The page of the service or of one command.
pub(crate) fn page(topic: Topic, program: Program) -> String {
    format!("{topic:?} {program:?}")
}
