//! The page of the command line equals the help texts of `mock-ecr`. `tests/ecr/book.rs` checks the page of `ecr`.

use assert_cmd::cargo::cargo_bin;

use crate::book::help_text::{command_name, heading, printed};
use crate::book::page::Page;

#[test]
fn the_page_of_mock_ecr_has_the_help_of_every_command() {
    let mut text = String::new();
    add_command(&mut text, &[]);
    Page::read("reference/mock-ecr.md").check_region("help", &text);
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
