//! Help texts of commands as sections of a page of the book. The tests of both programs use this file.

use std::process::Command;

/// Returns the name in a line of a list of commands, or `None` if the line continues a description.
pub(super) fn command_name(line: &str) -> Option<&str> {
    let indent = line.len() - line.trim_start().len();
    let name = line.split_whitespace().next()?;
    ((1..=4).contains(&indent) && line.trim_start().starts_with(char::is_lowercase)).then_some(name)
}

/// Returns the section of a page that contains the help of a command.
pub(super) fn heading(command: &str, help: &str) -> String {
    let lines = help.trim_end().lines().map(str::trim_end);
    let lines: Vec<&str> = lines.collect();
    format!("## `{command}`\n\n```text\n{}\n```\n\n", lines.join("\n"))
}

/// Returns the output of a program without environment variables that a help text would contain.
pub(super) fn printed(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .env_clear()
        .output()
        .unwrap();
    assert!(output.status.success(), "{program} {arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}
