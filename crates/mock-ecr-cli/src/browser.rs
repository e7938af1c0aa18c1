//! Opens a file in the browser of the user.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// Opens a file. `BROWSER` contains commands that are tried in their order; if it is not set, the programs of the system are.
///
/// # Errors
///
/// Returns the error of the first command if no command succeeds.
pub(crate) fn open(file: &Path) -> Result<(), OpenError> {
    let browser = std::env::var_os("BROWSER").filter(|list| !list.is_empty());
    let commands = match &browser {
        Some(list) => of_variable(list, file),
        None => of_system(file),
    };
    let mut failed = None;
    for command in commands {
        match run(&command) {
            Ok(()) => return Ok(()),
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    failed.map_or(Ok(()), Err)
}

/// The error returned when no command opens the file.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    #[error("cannot run {program:?}: {cause}")]
    Run { program: OsString, cause: io::Error },
    #[error("{program:?} failed with {status}")]
    Failed {
        program: OsString,
        status: ExitStatus,
    },
}

/// A program and its arguments.
type Words = Vec<OsString>;

/// Returns the commands of `BROWSER`, which are separated as the directories of `PATH` are. A command is the path of a program, or words between
/// spaces. The word `%s` stands for the file, which is otherwise the last argument.
fn of_variable(list: &OsStr, file: &Path) -> Vec<Words> {
    let commands = std::env::split_paths(list).filter(|command| !command.as_os_str().is_empty());
    let commands = commands.map(|command| match command.to_str() {
        Some(text) if !command.is_file() => text.split_whitespace().map(OsString::from).collect(),
        _ => vec![command.into_os_string()],
    });
    commands.map(|words| with_file(words, file)).collect()
}

fn with_file(mut words: Words, file: &Path) -> Words {
    match words.iter_mut().find(|word| *word == "%s") {
        Some(word) => *word = file.into(),
        None => words.push(file.into()),
    }
    words
}

/// Returns the commands that open a file in the browser that the user has set on this system. In the Windows Subsystem for Linux, it is `wslview`.
fn of_system(file: &Path) -> Vec<Words> {
    let commands: &[&[&str]] = match std::env::consts::OS {
        "windows" => &[&["rundll32", "url.dll,FileProtocolHandler"]],
        "macos" => &[&["open"]],
        _ => &[&["xdg-open"], &["wslview"]],
    };
    let commands = commands
        .iter()
        .map(|words| words.iter().map(OsString::from));
    commands
        .map(|words| with_file(words.collect(), file))
        .collect()
}

/// Runs a command without output: the output of this program can be a report.
fn run(words: &Words) -> Result<(), OpenError> {
    let Some((program, arguments)) = words.split_first() else {
        return Ok(());
    };
    let cannot_run = |cause| OpenError::Run {
        program: program.clone(),
        cause,
    };
    let mut command = Command::new(program);
    command.args(arguments);
    command.stdin(Stdio::null());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let child = command.spawn().map_err(cannot_run)?;
    match end_of(child, LIMIT).transpose().map_err(cannot_run)? {
        Some(status) if !status.success() => Err(OpenError::Failed {
            program: program.clone(),
            status,
        }),
        _ => Ok(()),
    }
}

/// How long the end of a command is waited for. A command that runs longer is the browser itself.
const LIMIT: Duration = Duration::from_secs(3);

/// Returns how a process ended. Returns `None` if it runs longer than the limit.
fn end_of(mut child: Child, limit: Duration) -> Option<io::Result<ExitStatus>> {
    let (sender, receiver) = mpsc::channel();
    // If the limit was exceeded, nothing receives the status.
    thread::spawn(move || sender.send(child.wait()));
    receiver.recv_timeout(limit).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commands(list: &str) -> Vec<String> {
        let commands = of_variable(OsStr::new(list), Path::new("/tmp/a b.html"));
        let join = |words: Words| words.join(OsStr::new("|")).into_string().unwrap();
        commands.into_iter().map(join).collect()
    }

    #[test]
    #[cfg(unix)]
    fn the_variable_is_a_list_of_commands() {
        let expected = [
            "firefox|--new-window|/tmp/a b.html",
            "lynx|/tmp/a b.html|-x",
        ];
        assert_eq!(commands("firefox  --new-window::lynx %s -x:"), expected);
    }

    #[test]
    #[cfg(unix)]
    fn the_path_of_a_program_can_contain_spaces() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("the browser");
        std::fs::write(&program, "").unwrap();
        let program = program.display().to_string();
        assert_eq!(commands(&program), [format!("{program}|/tmp/a b.html")]);
    }

    #[test]
    #[cfg(unix)]
    fn a_command_that_runs_longer_than_the_limit_has_no_end() {
        let mut command = Command::new("cat");
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        let stdin = child.stdin.take();
        assert!(end_of(child, Duration::ZERO).is_none());
        drop(stdin);
    }
}
