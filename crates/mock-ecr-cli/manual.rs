//! Writes the man pages and the completions of `mock-ecr` into a folder: `cargo run --example manual -- FOLDER`.
//!
//! It is not a command of the program, so that the program does not contain the generators.

#[allow(
    dead_code,
    unused_imports,
    reason = "only the definition of the command line is used"
)]
#[path = "src/args/mod.rs"]
mod args;

use std::path::Path;
use std::{env, fs, io};

use clap::{Command, CommandFactory as _};
use clap_complete::Shell;

fn main() -> io::Result<()> {
    let folder = env::args_os().nth(1);
    let folder = folder.ok_or_else(|| io::Error::other("expected one argument: the folder"))?;
    write(Path::new(&folder))
}

/// Writes `man/man1/*.1` and `completions/*`.
fn write(folder: &Path) -> io::Result<()> {
    let (man, completions) = (folder.join("man/man1"), folder.join("completions"));
    fs::create_dir_all(&man)?;
    fs::create_dir_all(&completions)?;
    let command = args::Args::command();
    clap_mangen::generate_to(command.clone(), man)?;
    let command = without_hidden_subcommands(&command);
    for shell in [Shell::Zsh, Shell::Fish, Shell::PowerShell] {
        clap_complete::generate_to(shell, &mut command.clone(), "mock-ecr", &completions)?;
    }
    fs::write(completions.join("mock-ecr.bash"), bash_completions(command))
}

/// Returns the command without its hidden subcommands, because clap_complete would complete them too.
fn without_hidden_subcommands(command: &Command) -> Command {
    let subcommands = command.get_subcommands();
    Command::new("mock-ecr")
        .version(env!("CARGO_PKG_VERSION"))
        .args(command.get_arguments())
        .subcommands(subcommands.filter(|subcommand| !subcommand.is_hide_set()))
}

/// Returns the completions for bash. clap_complete 4.6 writes two forms of the name of a program with a hyphen (clap-rs/clap#6421), so that the words
/// after a subcommand would not be completed.
fn bash_completions(mut command: Command) -> String {
    let mut text = Vec::new();
    clap_complete::generate(Shell::Bash, &mut command, "mock-ecr", &mut text);
    let text = String::from_utf8_lossy(&text);
    text.replace("mock__subcmd__ecr", "mock__ecr")
}
