//! The pages of the command line equal the help texts of the programs.

use std::fmt::Write as _;
use std::process::Command;

use assert_cmd::cargo::cargo_bin;

use crate::book::page::Page;
use crate::clients::ecr;

#[test]
fn the_page_of_mock_ecr_has_the_help_of_every_command() {
    let mut text = String::new();
    add_command(&mut text, &[]);
    Page::read("reference/mock-ecr.md").check_region("help", &text);
}

#[test]
fn the_page_of_ecr_has_the_help_of_every_command() {
    let service = printed(&ecr(), &["help"]);
    let options = section(&service, "GLOBAL OPTIONS");
    let mut text = heading("ecr", &service);
    let commands = section(&service, "COMMANDS");
    let commands = commands.lines().take_while(|line| !line.is_empty());
    for command in commands.filter_map(command_name) {
        if command == "help" {
            continue;
        }
        let help = printed(&ecr(), &[command, "help"]);
        let help = help.replace(options, "    As in `ecr help`.\n\n");
        text += &heading(&format!("ecr {command}"), &help);
    }
    Page::read("reference/ecr.md").check_region("help", &text);
}

/// Appends the help of a command of `mock-ecr` and of its subcommands.
fn add_command(text: &mut String, words: &[&str]) {
    let help = printed(&program(), &[words, &["--help"]].concat());
    *text += &heading(&[&["mock-ecr"], words].concat().join(" "), &help);
    let Some((_, commands)) = help.split_once("\nCommands:\n") else {
        return;
    };
    let commands = commands.lines().take_while(|line| !line.is_empty());
    for command in commands.filter_map(command_name) {
        if command != "help" {
            add_command(text, &[words, &[command]].concat());
        }
    }
}

fn program() -> String {
    cargo_bin("mock-ecr").to_str().unwrap().to_owned()
}

/// Returns the name in a line of a list of commands, or `None` if the line continues a description.
fn command_name(line: &str) -> Option<&str> {
    let indent = line.len() - line.trim_start().len();
    let name = line.split_whitespace().next()?;
    ((1..=4).contains(&indent) && line.trim_start().starts_with(char::is_lowercase)).then_some(name)
}

/// Returns the section of a help text of `ecr` below its title.
fn section<'a>(help: &'a str, title: &str) -> &'a str {
    let (_, rest) = help.split_once(&format!("\n{title}\n")).unwrap();
    let next = rest
        .match_indices('\n')
        .find(|(at, _)| rest[at + 1..].starts_with(char::is_uppercase));
    next.map_or(rest, |(at, _)| &rest[..=at])
}

fn heading(command: &str, help: &str) -> String {
    let lines = help.trim_end().lines().map(str::trim_end);
    let lines: Vec<&str> = lines.collect();
    let mut text = String::new();
    writeln!(
        text,
        "## `{command}`\n\n```text\n{}\n```\n",
        lines.join("\n")
    )
    .unwrap();
    text
}

/// Returns the output of a program without environment variables that a help text would contain.
fn printed(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .env_clear()
        .output()
        .unwrap();
    assert!(output.status.success(), "{program} {arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}
