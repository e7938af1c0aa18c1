//! What was typed; no I/O, no environment.

mod choices;
mod command_line;
pub(crate) mod globals;
pub(crate) mod helper;
pub(crate) mod operation;

pub(crate) use command_line::{CommandLine, Invocation};
