//! The page of the book on `ecr` equals the help texts of the program.
//!
//! `MOCK_ECR_BLESS=1 cargo test --package ecr-token-cli --test ecr book` writes the page again.

#[path = "../cli/book/help_text.rs"]
mod help_text;
#[path = "../cli/book/page.rs"]
mod page;

use assert_cmd::cargo::cargo_bin;
use help_text::{command_name, heading};
use page::Page;

#[test]
fn the_page_of_ecr_has_the_help_of_every_command() {
    let service = printed(&["help"]);
    let options = section(&service, "GLOBAL OPTIONS");
    let mut text = heading("ecr", &service);
    let commands = section(&service, "COMMANDS");
    let commands = commands.lines().take_while(|line| !line.is_empty());
    for command in commands.filter_map(command_name) {
        if command == "help" {
            continue;
        }
        let help = printed(&[command, "help"]);
        let help = help.replace(options, "    As in `ecr help`.\n\n");
        text += &heading(&format!("ecr {command}"), &help);
    }
    Page::read("reference/ecr.md").check_region("help", &text);
}

fn printed(arguments: &[&str]) -> String {
    help_text::printed(cargo_bin("ecr").to_str().unwrap(), arguments)
}

/// Returns the section of a help text of `ecr` below its title.
fn section<'a>(help: &'a str, title: &str) -> &'a str {
    let (_, rest) = help.split_once(&format!("\n{title}\n")).unwrap();
    let next = rest
        .match_indices('\n')
        .find(|(at, _)| rest[at + 1..].starts_with(char::is_uppercase));
    next.map_or(rest, |(at, _)| &rest[..=at])
}
