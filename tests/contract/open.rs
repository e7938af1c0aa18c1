//! `mock-ecr contract --open`: which report is opened in which browser, and what happens if it cannot be opened.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use assert_cmd::cargo::cargo_bin;
use ecr_contract::ClientType;

use crate::command::{OWN, Script};

/// A directory with a program, which writes its arguments to a file, and a client.
struct Opener {
    script: Script,
    scenarios: String,
}

impl Opener {
    /// Creates a program `xdg-open` that ends with an exit code.
    fn new(exit_code: u8) -> Self {
        let opener = Opener::without_program();
        opener.add("xdg-open", exit_code);
        opener
    }

    fn without_program() -> Self {
        let script = Script::new("echo hello");
        let scenarios = script.scenario(&scenario("hello"));
        fs::create_dir(script.file("bin")).unwrap();
        fs::create_dir(script.file("tmp")).unwrap();
        Opener { script, scenarios }
    }

    fn add(&self, name: &str, exit_code: u8) {
        let path = self.script.file("bin").join(name);
        let opened = self.script.file("opened");
        let text = format!(
            "#!/bin/sh\necho output; echo output >&2; echo {name} \"$@\" >> '{}'; exit {exit_code}\n",
            opened.display()
        );
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Runs the suite with this program on the `PATH`.
    fn run(&self, options: &[&str]) -> Output {
        self.command(options).output().unwrap()
    }

    fn command(&self, options: &[&str]) -> Command {
        let mut command = Command::new(cargo_bin("mock-ecr"));
        let client_type = ClientType::TokenPrinter.name();
        command.args(["contract", "--client-type", client_type]);
        command.args(["--startup", "200ms"]);
        command.args(["--redirect", "env", "--scenarios", &self.scenarios]);
        command.args(["--scenario", "OWN-1"]).args(options);
        command.args(["--", &self.script.path()]);
        command.env_remove("BROWSER");
        command.env("PATH", self.script.file("bin"));
        command.env("TMPDIR", self.script.file("tmp"));
        command.current_dir(self.script.file(""));
        command
    }

    /// Returns the commands that were run.
    fn opened(&self) -> String {
        fs::read_to_string(self.script.file("opened")).unwrap_or_default()
    }

    /// Returns the files below the directory for temporary files.
    fn temporary(&self) -> Vec<PathBuf> {
        let directories = fs::read_dir(self.script.file("tmp")).unwrap();
        let files = directories.flat_map(|one| fs::read_dir(one.unwrap().path()).unwrap());
        files.map(|one| one.unwrap().path()).collect()
    }
}

/// Returns a scenario that the client passes if it prints this password.
fn scenario(password: &str) -> String {
    format!(
        "{OWN}[[step]]\nfetch = {{}}\nexpect = {{ result = 'login', secret = {{ is = '{password}' }} }}\n"
    )
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[track_caller]
fn assert_page(file: &Path) {
    let page = fs::read_to_string(file).unwrap();
    assert!(page.starts_with("<!doctype html>") && page.contains("OWN-1"));
}

#[test]
fn without_a_file_the_report_is_a_private_file_that_is_opened() {
    let opener = Opener::new(0);
    let output = opener.run(&["--open"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let files = opener.temporary();
    let [file] = &*files else { panic!("{files:?}") };
    assert_page(file);
    let directory = fs::metadata(file.parent().unwrap()).unwrap();
    assert_eq!(directory.permissions().mode() & 0o777, 0o700);
    let file = file.display();
    assert_eq!(opener.opened(), format!("xdg-open {file}\n"));
    assert_eq!(
        stderr(&output),
        format!("mock-ecr: the HTML report is {file}\n")
    );
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(!stdout.contains("output"), "{stdout}");
}

#[test]
fn the_file_of_the_html_report_is_opened() {
    let opener = Opener::new(0);
    let output = opener.run(&["--report", "tap=-", "--report", "html=page.html", "--open"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let file = opener.script.file("page.html");
    assert_page(&file);
    assert_eq!(opener.opened(), format!("xdg-open {}\n", file.display()));
    assert_eq!(
        (stderr(&output), opener.temporary()),
        (String::new(), vec![])
    );
    assert!(output.stdout.starts_with(b"TAP version 14\n"));
}

#[test]
fn a_report_on_stdout_or_in_a_device_is_not_opened() {
    for target in ["html=-", "html=/dev/null"] {
        let opener = Opener::new(0);
        let output = opener.run(&["--report", target, "--open"]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        let files = opener.temporary();
        assert_eq!(
            opener.opened(),
            format!("xdg-open {}\n", files[0].display())
        );
    }
}

#[test]
fn the_commands_of_the_variable_browser_are_tried_in_their_order() {
    let opener = Opener::new(0);
    opener.add("first", 1);
    opener.add("second", 0);
    let mut command = opener.command(&["--report", "html=page.html", "--open"]);
    command.env("BROWSER", "missing:first --new %s -x:second");
    let output = command.output().unwrap();
    let file = opener.script.file("page.html");
    let file = file.display();
    let expected = format!("first --new {file} -x\nsecond {file}\n");
    assert_eq!(opener.opened(), expected);
    assert_eq!(
        (output.status.code(), stderr(&output)),
        (Some(0), String::new())
    );
}

#[test]
fn a_failure_of_the_opener_is_a_warning() {
    let failing = (Opener::new(3), "\"xdg-open\" failed with exit status: 3");
    let missing = (
        Opener::without_program(),
        "cannot run \"xdg-open\": No such file or directory (os error 2)",
    );
    for (opener, cause) in [failing, missing] {
        let output = opener.run(&["--open", "--report", "html=page.html"]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert_eq!(
            stderr(&output),
            format!("mock-ecr: warning: cannot open page.html in a browser: {cause}\n")
        );
        assert_page(&opener.script.file("page.html"));
    }
}

#[test]
fn a_failed_run_has_its_exit_code() {
    let opener = Opener::new(0);
    opener.script.scenario(&scenario("another password"));
    let output = opener.run(&["--open"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert_eq!(opener.opened().lines().count(), 1);
}

#[test]
fn nothing_is_opened_without_the_option_or_without_a_report() {
    let opener = Opener::new(0);
    let output = opener.run(&["--report", "html=page.html"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let output = opener.run(&["--open", "--report", "junit=missing/file"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(opener.temporary().is_empty() && opener.opened().is_empty());
    let output = opener.run(&["--open", "--list"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let text = stderr(&output);
    assert!(
        text.contains("'--open' cannot be used with '--list'"),
        "{text}"
    );
}
