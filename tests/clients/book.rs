//! Runs the commands of README and of the book. Each page is one script in its own network namespace.
//!
//! The language of a code block determines how it is used:
//!
//! - `console`: commands after `$ `, which must succeed, and below each its expected output, in which `…` stands for any text
//! - `console,fails`: the same, but the commands must fail
//! - `console,engine`: commands for a container engine; `engine_commands.rs` runs those of the guide on images
//! - `LANGUAGE,file=NAME`: a file for the commands that follow
//! - `sh`: commands that no test runs, such as `cargo install`

use std::fs;

use crate::page::Page;
use crate::shell::{Redirection, START_DATABASE, START_ENGINE, Shell};

/// The engine runs, because docker 29 needs it for a login by plain HTTP.
#[test]
fn the_commands_of_readme_print_the_shown_output() {
    run_after(START_ENGINE, Page::Readme);
}

#[test]
fn the_commands_of_the_skill_print_the_shown_output() {
    run(Page::Packaging("skill/SKILL.md"));
}

#[test]
fn the_commands_of_the_readme_in_archives_print_the_shown_output() {
    run(Page::Packaging("archive/README.md"));
}

#[test]
fn the_commands_of_getting_started_print_the_shown_output() {
    run(Page::Book("getting-started.md"));
}

/// The engine pushes the image of the page, and docker 29 needs it for a login by plain HTTP.
#[test]
fn the_commands_of_the_tutorial_on_docker_print_the_shown_output() {
    run_after(START_ENGINE, Page::Book("tutorials/docker.md"));
}

#[test]
fn the_commands_of_the_guide_on_any_language_print_the_shown_output() {
    run(Page::Book("guides/any-language.md"));
}

#[test]
fn the_commands_of_the_guide_on_images_print_the_shown_output() {
    run(Page::Book("guides/images.md"));
}

#[test]
fn the_commands_of_the_guide_on_pull_through_caches_print_the_shown_output() {
    run(Page::Book("guides/pull-through-caches.md"));
}

#[test]
fn the_commands_of_the_guide_on_lifecycle_policies_print_the_shown_output() {
    run(Page::Book("guides/lifecycle.md"));
}

#[test]
fn the_commands_of_the_guide_on_replication_print_the_shown_output() {
    run(Page::Book("guides/replication.md"));
}

#[test]
fn the_commands_of_the_guide_on_background_work_print_the_shown_output() {
    run(Page::Book("guides/background.md"));
}

#[test]
fn the_commands_of_the_guide_on_the_console_print_the_shown_output() {
    run(Page::Book("guides/console.md"));
}

#[test]
fn the_commands_of_the_guide_on_scans_print_the_shown_output() {
    run(Page::Book("guides/scanning.md"));
}

#[test]
fn the_commands_of_the_guide_on_stores_print_the_shown_output() {
    run_after(START_DATABASE, Page::Book("guides/stores.md"));
}

#[test]
fn the_commands_of_the_guide_on_host_names_print_the_shown_output() {
    run(Page::Book("guides/host-names.md"));
}

/// The engine runs, because docker 29 needs it for a login by plain HTTP.
#[test]
fn the_commands_of_the_guide_on_other_emulators_print_the_shown_output() {
    run_after(START_ENGINE, Page::Book("guides/other-emulators.md"));
}

#[test]
fn the_commands_of_the_guide_on_faults_print_the_shown_output() {
    run(Page::Book("guides/faults.md"));
}

#[test]
fn the_commands_of_the_guide_on_ecr_clients_print_the_shown_output() {
    run(Page::Book("guides/ecr-client.md"));
}

#[test]
fn the_commands_of_the_guide_on_get_login_password_print_the_shown_output() {
    run(Page::Book("guides/get-login-password.md"));
}

#[test]
fn the_commands_of_the_guide_on_credential_helpers_print_the_shown_output() {
    run(Page::Book("guides/credential-helpers.md"));
}

#[test]
fn the_commands_of_troubleshooting_print_the_shown_output() {
    run(Page::Book("troubleshooting.md"));
}

#[test]
fn the_commands_of_the_reference_print_the_shown_output() {
    for page in [
        "configuration",
        "faults",
        "control-api",
        "limits",
        "policies",
        "registries",
    ] {
        run(Page::Book(&format!("reference/{page}.md")));
    }
}

/// Other tests run `docs/src/clients.md` and compare the help texts. `scripts/run-page` runs the pages on a package, with this package.
#[test]
fn every_page_with_commands_has_a_test() {
    let tests = include_str!("book.rs");
    let callers_of_run_page = [
        include_str!("../../scripts/examples"),
        include_str!("../../scripts/node-package"),
        include_str!("../../scripts/deb"),
        include_str!("../../scripts/release"),
        include_str!("../../packaging/image/test"),
        include_str!("../../packaging/python/tests/test_guide.py"),
    ]
    .concat();
    let elsewhere = [
        "clients.md",
        "contract.md",
        "cookbook.md",
        "reference/mock-ecr.md",
        "reference/ecr.md",
    ];
    for name in Page::book_pages() {
        let text = Page::Book(&name).text();
        let stem = name
            .trim_end_matches(".md")
            .trim_start_matches("reference/");
        let is_run = tests.contains(&format!("\"{name}\""))
            || tests.contains(&format!("\"{stem}\""))
            || callers_of_run_page.contains(&name);
        let has_commands = text.contains("```console") || text.contains(",file=");
        assert!(
            is_run || !has_commands || elsewhere.contains(&name.as_str()),
            "{name}"
        );
    }
}

#[test]
fn every_command_is_run_unless_it_installs_or_needs_the_sources_or_sudo() {
    let allowed = [
        "cargo ",
        "git ",
        "npm install ",
        "pip install ",
        "scripts/",
        "sudo ",
    ];
    let pages = Page::book_pages();
    let pages = pages
        .iter()
        .map(|name| Page::Book(name))
        .chain([Page::Readme]);
    for block in pages.flat_map(|page| blocks(&page.text())) {
        if block.language == "sh" {
            for line in block.text.lines() {
                assert!(allowed.iter().any(|word| line.starts_with(word)), "{line}");
            }
        }
    }
}

/// A code block and its info string.
struct Block {
    language: String,
    text: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let parts = page.split("\n```").skip(1).step_by(2);
    let blocks = parts.map(|block| block.split_once('\n').unwrap_or((block, "")));
    blocks
        .map(|(language, text)| Block {
            language: language.to_owned(),
            text: text.to_owned(),
        })
        .collect()
}

/// A command of a page and its expected output.
struct Example {
    command: String,
    printed: String,
    must_fail: bool,
}

fn examples(block: &Block) -> Vec<Example> {
    let text = format!("\n{}", block.text.replace("\\\n", ""));
    let commands = text.split("\n$ ").skip(1);
    commands
        .map(|text| {
            let (command, printed) = text.split_at(end_of_command(text));
            Example {
                command: command.to_owned(),
                printed: printed.trim().to_owned(),
                must_fail: block.language == "console,fails",
            }
        })
        .collect()
}

/// Returns the end of the first line at which all quotes are closed.
fn end_of_command(text: &str) -> usize {
    let ends = text.match_indices('\n').map(|(at, _)| at);
    let is_closed = |at: &usize| text[..*at].matches('\'').count().is_multiple_of(2);
    ends.chain([text.len()])
        .find(is_closed)
        .unwrap_or(text.len())
}

/// Returns the commands of a page for a container engine.
pub(crate) fn engine_commands(page: Page<'_>) -> Vec<String> {
    let blocks = blocks(&page.text());
    let blocks = blocks
        .iter()
        .filter(|block| block.language == "console,engine");
    blocks
        .flat_map(examples)
        .map(|example| example.command)
        .collect()
}

#[track_caller]
fn run(page: Page<'_>) {
    run_after("trap 'kill $(jobs -p) 2>/dev/null' EXIT", page);
}

/// Runs the commands of a page after those of a prologue, which ends the processes that they start.
#[track_caller]
fn run_after(prologue: &str, page: Page<'_>) {
    let shell = Shell::redirected_by(Redirection::Nowhere);
    // The commands of a page create the image that they push.
    fs::remove_file(shell.file("image")).unwrap();
    fs::create_dir(shell.file(".results")).unwrap();
    let mut examples_of_page = Vec::new();
    let mut script = format!("{prologue}\n");
    for block in blocks(&page.text()) {
        if let Some((_, file)) = block.language.split_once("file=") {
            script += &format!("cat >{file} <<'END OF FILE'\n{}\nEND OF FILE\n", block.text);
        } else if ["console", "console,fails"].contains(&block.language.as_str()) {
            for example in examples(&block) {
                script += &step(examples_of_page.len(), &example.command);
                examples_of_page.push(example);
            }
        }
    }
    assert!(!examples_of_page.is_empty(), "the page has no commands");
    let output = shell.script(&script);
    let results = examples_of_page.iter().enumerate();
    let wrong: Vec<String> = results
        .filter_map(|(number, example)| difference(&shell, number, example))
        .collect();
    assert!(wrong.is_empty(), "{}\n{output:?}", wrong.join("\n\n"));
}

/// Returns the part of the script that runs a command and records its status and its output.
fn step(number: usize, command: &str) -> String {
    let mut text =
        format!("{{ {command}\n}} >.results/{number} 2>&1; echo $? >.results/{number}.status\n");
    if command.starts_with("mock-ecr serve") && command.ends_with('&') {
        let words: Vec<&str> = command.split(' ').collect();
        let listen = words.windows(2).find(|words| words[0] == "--listen");
        let address = listen.map_or("127.0.0.1:4566", |words| words[1]);
        text += &format!(
            "for i in $(seq 200); do curl -s http://{address}/_mock/health >/dev/null && break; sleep 0.05; done\n"
        );
    }
    text
}

/// Returns the difference between the result of a command and the page.
fn difference(shell: &Shell, number: usize, example: &Example) -> Option<String> {
    let read = |name: String| fs::read_to_string(shell.file(".results").join(name)).ok();
    let command = &example.command;
    let (Some(printed), Some(status)) =
        (read(number.to_string()), read(format!("{number}.status")))
    else {
        return Some(format!("{command}\nwas not run to its end"));
    };
    let verb = if example.must_fail { "fail" } else { "succeed" };
    if (status != "0\n") != example.must_fail {
        return Some(format!("{command}\nmust {verb}, and prints\n{printed}"));
    }
    let expected = &example.printed;
    let is_shown = expected.is_empty() || fits(expected, printed.trim_end());
    (!is_shown).then(|| format!("{command}\nmust print\n{expected}\nand prints\n{printed}"))
}

/// Returns whether a text matches a pattern in which `…` stands for any text.
fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('…');
    let first = parts.next().unwrap();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}
