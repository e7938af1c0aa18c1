//! Writes to stdout and stderr. Write errors are ignored.

use std::env;
use std::io::{self, Write as _};

use crate::fault::Fault;
use crate::login::Login;
use crate::variant::Variant;

pub(crate) fn out(text: &str) {
    let mut stdout = io::stdout().lock();
    let _ = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
}

pub(crate) fn err(text: &str) {
    let trace = match Variant::LogsStackTraces.is_on() {
        true => "Traceback (most recent call last):\n  in get\n",
        false => "",
    };
    let line = format!("{trace}mutant: {text}\n");
    let _ = match Variant::LogsToStdout.is_on() {
        true => io::stdout().write_all(line.as_bytes()),
        false => io::stderr().write_all(line.as_bytes()),
    };
}

/// Writes the debug log. A correct client writes nothing about the login.
pub(crate) fn debug(login: &Login) {
    if !DEBUG.iter().any(|name| env::var_os(name).is_some()) {
        return;
    }
    if Fault::LogsToStdout.is_on() {
        out("debug: received a token\n");
    }
    if Fault::LogsPassword.is_on() {
        err(&format!("debug: {}:{}", login.username, login.password));
    }
}

const DEBUG: [&str; 4] = ["AWS_SDK_DEBUG", "AWS_DEBUG", "RUST_LOG", "DEBUG"];
