//! Real clients, as they are installed, have the verdicts in `fixtures/verdicts`. `scripts/verdicts` runs all of them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use ecr_contract::ClientType;
use serde_json::{Value, json};

use crate::suite::{Suite, built};

fn verdicts(arguments: &[&str]) -> Command {
    let mut command = Command::new(built("examples/verdicts"));
    command.args(arguments);
    command
}

/// The program prints a line for each client, also if the test passes.
#[test]
fn the_clients_of_every_test_have_the_recorded_verdicts() {
    let status = verdicts(&["--every-test"]).status().unwrap();
    assert!(
        status.success(),
        "{status}: the lines of the clients are above; scripts/verdicts CLIENT repeats one"
    );
}

#[test]
fn the_clients_of_every_test_have_four_types() {
    let output = verdicts(&["--every-test", "--list"]).output().unwrap();
    let listed = String::from_utf8(output.stdout).unwrap();
    let types: BTreeSet<&str> = listed
        .lines()
        .filter_map(|line| Some(line.split_once(':')?.0))
        .collect();
    assert!(types.len() >= 4, "{listed}");
}

/// Writes the report of a client that fails TOK-01 and passes NET-02.
fn write_report(folder: &Path) {
    let suite = Suite::of(ClientType::TokenPrinter, &["false"]);
    let report = suite.with(&["--scenario", "TOK-01", "--scenario", "NET-02"]);
    let text = serde_json::to_string(&report.report()).unwrap();
    fs::write(folder.join("report.json"), text).unwrap();
}

/// Records the report with a file that describes the client.
fn import(folder: &Path, description: &Value) -> Output {
    let reviews = folder.join("description");
    fs::write(&reviews, description.to_string()).unwrap();
    let mut command = verdicts(&["--record-report"]);
    command.arg(folder.join("report.json"));
    command.arg("--reviews").arg(reviews);
    command.arg("--into").arg(folder).output().unwrap()
}

#[test]
fn the_report_of_a_client_that_was_built_becomes_a_record_with_its_source() {
    let folder = tempfile::tempdir().unwrap();
    write_report(folder.path());
    let sentence = "The command prints nothing and ends with 1.";
    let review = json!({ "why": sentence, "review": "confirmed", "verdict": "failed" });
    let description = json!({
        "client": "a client 1.2",
        "version": "1.2.3",
        "client_type": "token-printer",
        "source": "https://example.com at v1.2",
        "reviews": { "TOK-01": review, "NET-02": review },
    });
    let output = import(folder.path(), &description);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{stderr}");
    assert_eq!(
        stderr,
        "warning: NET-02: a review of a scenario that does not fail\n"
    );

    let record = fs::read_to_string(folder.path().join("token-printer-a-client-1.2.3.json"));
    let record: Value = serde_json::from_str(&record.unwrap()).unwrap();
    assert_eq!(record["source"], "https://example.com at v1.2");
    let failed = json!({ "verdict": "failed", "why": sentence, "review": "confirmed" });
    let expected = json!({ "NET-02": { "verdict": "passed" }, "TOK-01": failed });
    assert_eq!(record["verdicts"], expected);
}

#[test]
fn a_report_without_a_source_or_of_another_type_is_not_recorded() {
    let folder = tempfile::tempdir().unwrap();
    write_report(folder.path());
    let named = json!({ "client": "a client", "version": "1.2" });
    let other = json!({ "client_type": "kubelet" });
    for (description, message) in [
        (
            named,
            "error: --source is missing: expected the option, or a member of the file of --reviews\n",
        ),
        (
            other,
            "error: the report is of the client type token-printer, and the reviews are of kubelet\n",
        ),
    ] {
        let output = import(folder.path(), &description);
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(String::from_utf8(output.stderr).unwrap(), message);
    }
}
