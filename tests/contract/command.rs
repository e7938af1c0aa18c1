//! The command itself: what it takes, what it prints, what it leaves behind.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Output;

use ecr_contract::ClientType;
use ecr_contract::report::Verdict;

use crate::suite::{Suite, built, mutant};

/// A client written for one test.
struct Script {
    folder: tempfile::TempDir,
}

impl Script {
    fn new(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("client");
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        Script { folder }
    }

    fn path(&self) -> String {
        self.folder.path().join("client").display().to_string()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A folder with one scenario.
    fn scenario(&self, text: &str) -> String {
        let folder = self.file("scenarios");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("OWN-1.toml"), text).unwrap();
        folder.display().to_string()
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

const OWN: &str =
    "id = 'OWN-1'\ntitle = 'One of my own'\nseverity = 'must'\nclient_types = 'all'\nwhy = []\n";

#[test]
fn a_failure_is_shown_with_what_was_expected_and_how_to_run_it_again() {
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
    let text = said(&output);
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
fn exit_0_says_that_everything_that_must_hold_did() {
    let client = [&*built("ecr"), "credential-helper"];
    let output = Suite::of(ClientType::DockerCredential, &client)
        .with(&["--scenario", "TOK-0*"])
        .output();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
}

#[test]
fn a_scenario_of_ones_own_is_run_beside_the_others() {
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
fn what_nobody_has_told_is_neither_found_nor_passed() {
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
    assert!(case.reason.as_ref().unwrap().contains("told nothing"));
}

#[test]
fn a_mistake_in_a_scenario_is_told_with_file_line_and_reason() {
    let script = Script::new("echo hello");
    let own = script.scenario(&format!("{OWN}[[step]]\nfetsch = {{}}\n"));
    let output = Suite::of(ClientType::TokenPrinter, &[&script.path()])
        .with(&["--scenarios", &own])
        .output();
    assert_eq!(output.status.code(), Some(2));
    let text = said(&output);
    assert!(
        text.contains("OWN-1.toml:7: step[0].fetsch: unknown field"),
        "{text}"
    );
}

#[test]
fn what_cannot_be_asked_for_is_refused_at_once() {
    let script = Script::new("echo hello");
    for (options, part) in [
        (
            &["--scenario", "NOPE-*"][..],
            "no scenario for a token-printer fits",
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
            said(&output).contains(part),
            "{options:?}: {}",
            said(&output)
        );
    }
}

#[test]
fn a_client_that_is_not_there_is_a_broken_set_up_and_never_a_pass() {
    let output = Suite::of(ClientType::TokenPrinter, &["/no/such/client"])
        .with(&["--scenario", "TOK-01"])
        .output();
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("cannot be run"), "{}", said(&output));
}

#[test]
fn a_client_that_hangs_is_ended_with_all_that_it_has_left_behind() {
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
    assert_eq!(finding.observed, "nothing by its deadline");
    let pids = fs::read_to_string(pids).unwrap();
    assert_eq!(pids.lines().count(), 2, "{pids}");
    for pid in pids.lines() {
        let command = fs::read_to_string(Path::new("/proc").join(pid).join("cmdline"));
        let is_it = command.is_ok_and(|command| command.contains("sleep"));
        assert!(!is_it, "{pid} is still there");
    }
}

#[test]
fn known_failures_do_not_fail_and_new_ones_do() {
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
    assert!(known.exists(), "{}", said(&written));
    let output = suite()
        .with(&["--baseline", known.to_str().unwrap()])
        .output();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    fs::write(&known, "").unwrap();
    let output = suite()
        .with(&["--baseline", known.to_str().unwrap()])
        .output();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
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
