//! Parses the command line. Uses neither I/O nor the environment.

mod choices;
mod command_line;
pub(crate) mod globals;
pub(crate) mod helper;
pub(crate) mod operation;
mod other_program;

pub(crate) use command_line::{CommandLine, Invocation};
pub(crate) use other_program::is_of_other_program;
