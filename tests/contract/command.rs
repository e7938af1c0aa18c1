//! The command `mock-ecr contract`: its arguments, its output, and the processes that it leaves behind.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Output;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use ecr_contract::ClientType;
use ecr_contract::report::{Format, Verdict};

use crate::suite::{Suite, built, mutant};

/// A client that is a shell script.
pub(crate) struct Script {
    folder: tempfile::TempDir,
}

impl Script {
    pub(crate) fn new(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("client");
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        Script { folder }
    }

    pub(crate) fn path(&self) -> String {
        self.folder.path().join("client").display().to_string()
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a scenario, and returns the path of its directory.
    pub(crate) fn scenario(&self, text: &str) -> String {
        let folder = self.file("scenarios");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("OWN-1.toml"), text).unwrap();
        folder.display().to_string()
    }
}

pub(crate) fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

pub(crate) const OWN: &str =
    "id = 'OWN-1'\ntitle = 'Prints hello'\nseverity = 'must'\nclient_types = 'all'\nwhy = []\n";

#[test]
fn a_failure_is_printed_with_the_expectation_and_the_command_that_repeats_it() {
    let client = [
        &*mutant(),
        "--fault",
        "splits-at-every-colon",
        "docker-credential",
    ];
    let output = Suite::of(ClientType::DockerCredential, &client)
        .with(&["--scenario", "TOK-02"])
        .output();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let text = printed(&output);
    assert!(
        text.contains("TOK-02") && text.contains("expected"),
        "{text}"
    );
    assert!(
        text.contains("mock-ecr contract --client-type docker-credential"),
        "{text}"
    );
}

#[test]
fn a_client_without_failures_has_exit_code_0() {
    let client = [&*built("ecr"), "credential-helper"];
    let output = Suite::of(ClientType::DockerCredential, &client)
        .with(&["--scenario", "TOK-0*"])
        .output();
    assert_eq!(output.status.code(), Some(0), "{}", printed(&output));
}

#[test]
fn a_scenario_of_a_directory_is_run_beside_the_built_in_ones() {
    let script = Script::new("echo hello");
    let own = script.scenario(&format!(
        "{OWN}[[step]]\nfetch = {{}}\nexpect = {{ result = 'login', secret = {{ is = 'hello' }} }}\n"
    ));
    let report = Suite::of(ClientType::TokenPrinter, &[&script.path()])
        .with(&["--scenarios", &own, "--scenario", "OWN-*"])
        .report();
    assert_eq!(report.scenarios.len(), 1);
    assert_eq!(report.scenarios[0].verdict, Verdict::Passed, "{report:?}");
}

#[test]
fn a_value_that_the_client_type_does_not_provide_is_not_applicable() {
    let script = Script::new("exit 1");
    let own = script.scenario(&format!(
        "{OWN}[[step]]\nfetch = {{}}\nexpect = {{ secret = 'issued', username = 'AWS' }}\n"
    ));
    let report = Suite::of(ClientType::TokenPrinter, &[&script.path()])
        .with(&["--scenarios", &own, "--scenario", "OWN-1"])
        .report();
    let case = &report.scenarios[0].cases[0];
    assert_eq!(
        (case.verdict, case.findings.len()),
        (Verdict::NotApplicable, 0)
    );
    assert!(
        case.reason
            .as_ref()
            .unwrap()
            .contains("returned none of the values")
    );
}

#[test]
fn an_invalid_scenario_is_reported_with_file_line_and_reason() {
    let script = Script::new("echo hello");
    let own = script.scenario(&format!("{OWN}[[step]]\nfetsch = {{}}\n"));
    let output = Suite::of(ClientType::TokenPrinter, &[&script.path()])
        .with(&["--scenarios", &own])
        .output();
    assert_eq!(output.status.code(), Some(2));
    let text = printed(&output);
    assert!(
        text.contains("OWN-1.toml:7: step[0].fetsch: unknown field"),
        "{text}"
    );
}

#[test]
fn an_invalid_argument_is_reported_before_the_run() {
    let script = Script::new("echo hello");
    for (options, part) in [
        (
            &["--scenario", "NOPE-*"][..],
            "no scenario of suite 2 for client type token-printer matches",
        ),
        (&["--scenarios", "/no/such"][..], "/no/such: cannot be read"),
        (&["--report", "pdf=x"][..], "pdf"),
        (&["--report", "json=/no/such/x"][..], "/no/such"),
        (&["--baseline", "/no/such"][..], "/no/such"),
    ] {
        let output = Suite::of(ClientType::TokenPrinter, &[&script.path()])
            .with(options)
            .output();
        assert_eq!(output.status.code(), Some(2), "{options:?}: {output:?}");
        assert!(
            printed(&output).contains(part),
            "{options:?}: {}",
            printed(&output)
        );
    }
}

#[test]
fn a_client_that_cannot_be_run_is_a_set_up_error() {
    let no_program = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let output = Suite::of(ClientType::TokenPrinter, &[no_program])
        .with(&["--scenario", "TOK-01"])
        .output();
    assert_eq!(output.status.code(), Some(2), "{}", printed(&output));
    assert!(
        printed(&output).contains("cannot be run"),
        "{}",
        printed(&output)
    );
}

#[test]
fn a_client_that_hangs_is_killed_with_its_child_processes() {
    let script = Script::new("");
    let pids = script.file("pids");
    let text = format!(
        "#!/bin/sh\necho $$ >>{0}\n(setsid sh -c 'echo $$ >>{0}; exec sleep 1000' &)\nexec sleep 1000\n",
        pids.display()
    );
    fs::write(script.path(), text).unwrap();
    let own = script.scenario(&format!(
        "{OWN}deadline = '2s'\n[[step]]\nfetch = {{}}\nexpect = {{ result = 'login' }}\n"
    ));
    let report = Suite::of(ClientType::TokenPrinter, &[&script.path()])
        .with(&["--scenarios", &own, "--scenario", "OWN-1"])
        .report();
    assert_eq!(report.scenarios[0].verdict, Verdict::Failed);
    let finding = &report.scenarios[0].cases[0].findings[0];
    assert_eq!(finding.observed, "no result before the deadline");
    assert_none_runs(&fs::read_to_string(pids).unwrap(), 2);
}

/// The client starts a process in a session of its own, which starts another one, which starts a child.
#[test]
fn processes_in_other_sessions_are_killed_with_their_child_processes() {
    let script = Script::new("");
    let (pids, ready) = (script.file("pids"), script.file("ready"));
    let inner = script.file("inner");
    let text = format!(
        "sleep 1000 &\necho $! >>{0}\necho $$ >>{0}\necho ready >{1}\nwait\n",
        pids.display(),
        ready.display()
    );
    fs::write(&inner, text).unwrap();
    let text = format!(
        "#!/bin/sh\nmkfifo {1}\n(setsid sh -c 'echo $$ >>{0}; setsid sh {2} & wait' >/dev/null 2>&1 </dev/null &)\nread _ <{1}\necho hello\n",
        pids.display(),
        ready.display(),
        inner.display()
    );
    fs::write(script.path(), text).unwrap();
    let own = script.scenario(&format!(
        "{OWN}[[step]]\nfetch = {{}}\nexpect = {{ result = 'login' }}\n"
    ));
    let report = Suite::of(ClientType::TokenPrinter, &[&script.path()])
        .with(&["--scenarios", &own, "--scenario", "OWN-1"])
        .report();
    assert_eq!(report.scenarios[0].verdict, Verdict::Passed, "{report:?}");
    assert_none_runs(&fs::read_to_string(pids).unwrap(), 3);
}

#[track_caller]
fn assert_none_runs(pids: &str, count: usize) {
    assert_eq!(pids.lines().count(), count, "{pids}");
    for pid in pids.lines() {
        let command = fs::read_to_string(Path::new("/proc").join(pid).join("cmdline"));
        let is_it =
            command.is_ok_and(|command| command.contains("sleep") || command.contains("sh"));
        assert!(!is_it, "{pid} is still running");
    }
}

/// The client prints its password in forms in which it is not the password any more.
#[test]
fn a_changed_password_is_not_in_the_report() {
    let script = Script::new("");
    let saved = script.file("password");
    let text = format!(
        "#!/bin/sh\n{0} token-printer >{1} || exit\n{{ fold -w 76 {1}; sed 's/=/%3D/g; s/+/%2B/g' {1}; cut -c 100- {1}; rev {1}; base64 {1}; }} >&2\ncat {1}\n",
        mutant(),
        saved.display()
    );
    fs::write(script.path(), text).unwrap();
    let own = script.scenario(&format!(
        "{OWN}[[step]]\nfetch = {{}}\nexpect = {{ result = 'login' }}\n"
    ));
    let report = Suite::of(ClientType::TokenPrinter, &[&script.path()])
        .with(&["--scenarios", &own, "--scenario", "OWN-1"])
        .report();
    assert_eq!(report.scenarios[0].verdict, Verdict::Passed, "{report:?}");
    let stderr = &report.scenarios[0].cases[0].runs[0].stderr;
    assert!(stderr.contains("[redacted]"), "{stderr}");
    let password = fs::read_to_string(saved).unwrap();
    let password: Vec<u8> = password.trim().bytes().collect();
    assert!(password.len() > 1000);
    let reversed: Vec<u8> = password.iter().rev().copied().collect();
    let encoded = BASE64_STANDARD.encode(&password).into_bytes();
    for form in [password, reversed, encoded] {
        for part in form.windows(20) {
            let part = str::from_utf8(part).unwrap();
            assert!(!stderr.contains(part), "{part} is in {stderr}");
        }
    }
}

/// Commands of GitHub Actions, Azure Pipelines, TeamCity, GitLab, Travis CI and Buildkite, and escape sequences of terminals.
const COMMANDS: &str = r"printf '%b' '::error::forged\n  ::set-output name=a::forged\n##[error]forged\na ##vso[task.complete]forged\n##teamcity[message text=1]\nsection_start:1700000000:forged\r\0033[0Kforged\nsection_end:1700000000:forged\r\0033[0K\ntravis_fold:start:forged\r\n--- forged\n+++ forged\n~~~ forged\n^^^ +++\n\0033]1338;url=forged\0007\0033[31mforged\0033[0m\n\0302\02331m\nnot ok 1 - forged\nBail out! forged\n'";

#[test]
fn the_output_of_a_client_is_no_command_in_any_report_or_on_the_terminal() {
    let script = Script::new(&format!("{COMMANDS}; {COMMANDS} >&2; exit 1"));
    let formats = Format::ALL.map(|format| (format, script.file(format.name())));
    let targets = formats
        .each_ref()
        .map(|(format, file)| format!("{}={}", format.name(), file.display()));
    let options = targets.iter().flat_map(|target| ["--report", target]);
    let options: Vec<&str> = options.chain(["--scenario", "TOK-01"]).collect();
    let output = Suite::of(ClientType::TokenPrinter, &[&script.path()])
        .with(&options)
        .output();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let terminal = printed(&output);
    assert!(terminal.contains("forged"), "{terminal}");
    assert_harmless("terminal", &terminal, &[]);
    for (format, file) in formats {
        let text = fs::read_to_string(file).unwrap();
        let own: &[&str] = if format == Format::Tap {
            &["  ---"]
        } else {
            &[]
        };
        assert_harmless(format.name(), &text, own);
        // These reports do not contain the output of a client.
        let is_short = matches!(format, Format::Human | Format::Sarif | Format::Tap);
        assert!(is_short || text.contains("forged"), "{text}");
    }
}

/// Asserts that no line of a text is a command, apart from the lines of the format itself.
#[track_caller]
fn assert_harmless(name: &str, text: &str, own: &[&str]) {
    assert!(
        !text.chars().any(|c| c.is_control() && c != '\n'),
        "{name}: {text:?}"
    );
    for command in [
        "##[",
        "##vso[",
        "##teamcity[",
        "section_start:",
        "section_end:",
        "travis_fold:",
    ] {
        assert!(!text.contains(command), "{name}: {command} is in {text}");
    }
    for line in text.lines().filter(|line| !own.contains(line)) {
        for start in [
            "::",
            "---",
            "+++",
            "~~~",
            "^^^",
            "not ok 1 - forged",
            "Bail out!",
        ] {
            let is_it =
                line.trim_start().starts_with(start) && (name == "tap" || !start.contains(' '));
            assert!(!is_it, "{name}: {line}");
        }
    }
}

#[test]
fn a_known_failure_does_not_fail_the_run_and_a_new_one_does() {
    let client = [
        &*mutant(),
        "--fault",
        "splits-at-every-colon",
        "docker-credential",
    ];
    let script = Script::new("");
    let known = script.file("known");
    let suite = || Suite::of(ClientType::DockerCredential, &client).with(&["--scenario", "TOK-0*"]);
    let written = suite()
        .with(&["--write-baseline", known.to_str().unwrap()])
        .output();
    assert!(known.exists(), "{}", printed(&written));
    let output = suite()
        .with(&["--baseline", known.to_str().unwrap()])
        .output();
    assert_eq!(output.status.code(), Some(0), "{}", printed(&output));
    fs::write(&known, "").unwrap();
    let output = suite()
        .with(&["--baseline", known.to_str().unwrap()])
        .output();
    assert_eq!(output.status.code(), Some(1), "{}", printed(&output));
}

#[test]
fn the_same_seed_gives_the_same_verdicts() {
    let client = [&*built("ecr"), "kubelet-credential-provider"];
    let verdicts = || {
        let suite = Suite::of(ClientType::Kubelet, &client).with(&["--scenario", "TOK-*"]);
        let report = suite.with(&["--seed", "blue"]).report();
        let scenarios = report.scenarios.into_iter();
        scenarios
            .map(|one| (one.id, one.verdict))
            .collect::<Vec<_>>()
    };
    assert_eq!(verdicts(), verdicts());
}

#[test]
fn a_client_that_does_not_exist_is_one_line_before_any_scenario() {
    assert_cmd::cargo::cargo_bin_cmd!("mock-ecr")
        .args(["contract", "--client-type", "token-printer", "no-such-client"])
        .assert()
        .code(2)
        .stdout("")
        .stderr(
            "mock-ecr: the client \"no-such-client\" does not exist: expected a program on PATH or the path of a program\n",
        );
}

#[test]
fn every_report_contains_the_number_of_the_suite() {
    let script = Script::new("echo hello");
    let client = script.path();
    let suite = |number| Suite::of(ClientType::TokenPrinter, &[&client]).with(&["--suite", number]);
    let (json, tap) = (script.file("json"), script.file("tap"));
    let options = ["json", "tap"].map(|name| format!("{name}={}", script.file(name).display()));
    let output = suite("1")
        .with(&["--scenario", "TOK-01"])
        .with(&["--report", &options[0], "--report", &options[1]])
        .output();
    assert!(printed(&output).contains("suite 1, "), "{output:?}");
    assert!(printed(&output).contains("--suite 1 --scenario TOK-01"));
    let json = fs::read_to_string(json).unwrap();
    assert!(json.contains("\n  \"suite\": 1,"), "{json}");
    let tap = fs::read_to_string(tap).unwrap();
    assert!(tap.contains("\n# mock-ecr contract, suite 1\n"), "{tap}");
    let output = suite("3").output();
    assert_eq!(output.status.code(), Some(2));
    let text = printed(&output);
    assert!(text.contains("unknown suite \"3\": expected a number from 1 to 2"));
}

#[test]
fn a_run_without_a_case_is_not_sandboxed() {
    let suite = || Suite::of(ClientType::TokenPrinter, &["true"]).with(&["--scenario", "HST-05"]);
    let report = suite().report();
    assert_eq!(report.scenarios.len(), 0);
    assert_eq!(report.skipped.len(), 1);
    assert!(!report.sandboxed);
    assert!(printed(&suite().output()).contains(", not sandboxed, "));
}

/// In the sandbox of the suite, `/etc/resolv.conf` names a name server, which runs only in the mode `sandbox`. In the mode `proxy`, the port
/// must be closed: a lookup would otherwise wait longer than the deadline.
#[test]
#[cfg(feature = "real-clients")]
fn a_lookup_without_a_name_server_fails_at_once() {
    let lookup = "getent -s dns ahosts example.com";
    let script = Script::new(&format!("{lookup}; {lookup}; {lookup}; exit 1"));
    let own = script.scenario(&format!(
        "{OWN}redirect = ['proxy']\ndeadline = '15s'\n[[step]]\nfetch = {{}}\nexpect = {{ result = 'error' }}\n"
    ));
    let report = Suite::of(ClientType::TokenPrinter, &[&script.path()])
        .with(&["--scenarios", &own, "--scenario", "OWN-1"])
        .report();
    assert_eq!(report.scenarios[0].verdict, Verdict::Passed, "{report:?}");
}

/// A driver reports on stderr what it does, and then fails.
#[test]
fn the_stderr_of_a_driver_is_in_the_report() {
    let script = Script::new(
        "echo starting >&2; while read line; do echo 'asking ECR' >&2; echo '{\"error\":\"no\"}'; done; echo stopping >&2",
    );
    let own = script.scenario(&format!(
        "{OWN}[[step]]\nfetch = {{}}\nexpect = {{ result = 'error', prints = ['asking ECR'], never_prints = ['stopping'] }}\n"
    ));
    let report = Suite::of(ClientType::Library, &[&script.path()])
        .with(&["--scenarios", &own, "--scenario", "OWN-1"])
        .report();
    let case = &report.scenarios[0].cases[0];
    assert_eq!(case.verdict, Verdict::Passed, "{report:?}");
    assert_eq!(case.runs[0].stderr, "starting\nasking ECR\nstopping\n");
}

/// The process writes the reason of its crash to stderr at the same time as it ends.
#[test]
fn the_last_words_of_a_crashed_driver_are_checked_and_reported() {
    let script = Script::new("read line; echo 'panicked at client.rs' >&2; exit 101");
    let own = script.scenario(&format!(
        "{OWN}[[step]]\nfetch = {{}}\nexpect = {{ never_prints = ['panicked at'] }}\n"
    ));
    let report = Suite::of(ClientType::Library, &[&script.path()])
        .with(&["--scenarios", &own, "--scenario", "OWN-1"])
        .report();
    let case = &report.scenarios[0].cases[0];
    assert_eq!(case.verdict, Verdict::Failed, "{report:?}");
    assert_eq!(case.runs[0].stderr, "panicked at client.rs\n");
}

#[test]
fn a_measured_client_is_described_in_the_report() {
    let suite = || {
        Suite::of(ClientType::TokenPrinter, &[&*mutant(), "token-printer"])
            .with(&["--scenario", "TOK-0*"])
    };
    let report = suite().measured().report();
    assert!(
        report
            .calibration
            .startup_ms
            .is_some_and(|millis| millis > 0)
    );
    assert_eq!(report.calibration.attempts, None, "there are few scenarios");
    let text = printed(
        &suite()
            .with(&["--startup", "1500ms", "--jobs", "3"])
            .output(),
    );
    let cores = report.calibration.cores;
    let line = format!("\nstart-up 1.5 s, limits + 3.0 s, 3 jobs on {cores} cores\n");
    assert!(text.contains(&line), "{text}");
}
