//! The man pages and the completions, which the example `manual` writes for `scripts/release`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use assert_cmd::cargo::cargo_bin;

/// Cargo builds the examples before it runs tests.
fn write_manual(folder: &Path) {
    let program = cargo_bin("mock-ecr");
    let program = program.with_file_name("examples").join("manual");
    let output = Command::new(program).arg(folder).output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

fn names(folder: PathBuf) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn each_command_has_a_man_page_and_each_shell_completes_them() {
    let folder = tempfile::tempdir().unwrap();
    write_manual(folder.path());
    let pages = names(folder.path().join("man/man1"));
    for command in [
        "",
        "-serve",
        "-run",
        "-contract",
        "-clock-advance",
        "-fault-add",
    ] {
        let page = format!("mock-ecr{command}.1");
        assert!(pages.contains(&page), "{page}: {pages:?}");
    }
    assert!(
        !pages.iter().any(|page| page.contains("contract-run")),
        "{pages:?}"
    );
    let page = fs::read_to_string(folder.path().join("man/man1/mock-ecr-serve.1")).unwrap();
    assert!(
        page.contains("token\\-ttl") && !page.contains("[default: \n"),
        "{page}"
    );
    let completions = folder.path().join("completions");
    let expected = [
        "_mock-ecr",
        "_mock-ecr.ps1",
        "mock-ecr.bash",
        "mock-ecr.fish",
    ];
    assert_eq!(names(completions.clone()), expected);
    for name in expected {
        let text = fs::read_to_string(completions.join(name)).unwrap();
        assert!(
            text.contains("create-on-push") && text.contains("advance"),
            "{name}"
        );
        assert!(
            text.contains("version") && !text.contains("contract-run"),
            "{name}"
        );
    }
}

/// Returns the words that bash completes after a command line. The last word is incomplete.
fn bash_words(folder: &Path, words: &[&str]) -> String {
    let script = r#"source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
        _mock__ecr mock-ecr "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"; echo " ${COMPREPLY[*]} ""#;
    let completions = folder.join("completions/mock-ecr.bash");
    let mut bash = Command::new("bash");
    bash.args(["-c", script, "bash"]).arg(completions);
    let output = bash.arg("mock-ecr").args(words).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn bash_completes_the_words_after_each_subcommand() {
    let folder = tempfile::tempdir().unwrap();
    write_manual(folder.path());
    for (words, expected) in [
        (&["cl"][..], "clock"),
        (&["clock", ""], "advance"),
        (&["serve", "--cl"], "--clock"),
        (&["serve", "--auth", ""], "lenient"),
        (&["fault", "add", "--co"], "--control-key"),
    ] {
        let completed = bash_words(folder.path(), words);
        let expected = format!(" {expected} ");
        assert!(completed.contains(&expected), "{words:?}: {completed}");
    }
}
