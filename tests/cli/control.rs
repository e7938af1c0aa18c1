//! `clock`, `token`, `fault`, `request` and `reset`: the commands that call a running mock.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use assert_cmd::Command;
use assert_cmd::cargo::{cargo_bin, cargo_bin_cmd};
use predicates::prelude::*;
use serde_json::Value;

use crate::mock::Mock;

fn command(mock: &Mock, arguments: &[&str]) -> Command {
    let mut command = cargo_bin_cmd!("mock-ecr");
    command.args(arguments);
    command.env("MOCK_ECR_URL", format!("http://{}", mock.address));
    command
}

fn stdout(mock: &Mock, arguments: &[&str]) -> String {
    let outcome = command(mock, arguments).assert().success();
    String::from_utf8(outcome.get_output().stdout.clone()).unwrap()
}

fn json(mock: &Mock, arguments: &[&str]) -> Value {
    serde_json::from_str(&stdout(mock, arguments)).unwrap()
}

fn frozen_mock() -> Mock {
    Mock::serve(&["--clock", "frozen"])
}

#[test]
fn the_clock_is_read_and_moved() {
    let mock = frozen_mock();
    assert_eq!(
        stdout(&mock, &["clock"]),
        "2015-11-29T21:30:53.241Z frozen\n"
    );
    let advanced = stdout(&mock, &["clock", "advance", "12h"]);
    assert_eq!(advanced, "2015-11-30T09:30:53.241Z frozen\n");
    let advanced = stdout(&mock, &["clock", "advance", "1d12h"]);
    assert_eq!(advanced, "2015-12-01T21:30:53.241Z frozen\n");
    let set = stdout(&mock, &["clock", "set", "2030-01-01T00:00:00Z"]);
    assert_eq!(set, "2030-01-01T00:00:00.000Z frozen\n");
    assert_eq!(stdout(&mock, &["clock", "get"]), set);
    let running = json(&mock, &["clock", "run", "--json"]);
    assert_eq!(running["state"], "running");
    assert!(stdout(&mock, &["clock", "freeze"]).ends_with(" frozen\n"));
    command(&mock, &["clock", "advance", "soon"])
        .assert()
        .code(2)
        .stderr(predicate::str::contains("such as 1d, 12h"));
}

#[test]
fn faults_are_set_listed_and_removed() {
    let mock = frozen_mock();
    let fault = "match = { service = 'registry', times = 1 }\naction = { error = 'BadGateway' }";
    let set = stdout(&mock, &["fault", "add", fault]);
    assert!(set.starts_with("FAULT "), "{set}");
    assert!(mock.ping("x").starts_with("HTTP/1.1 502 "));
    let listed = stdout(&mock, &["fault"]);
    let row: Vec<&str> = listed.lines().nth(1).unwrap().split_whitespace().collect();
    let expected = [
        "0",
        "error=BadGateway",
        "service=registry",
        "times=1",
        "1",
        "1",
    ];
    assert_eq!(row, expected, "{listed}");
    assert_eq!(
        json(&mock, &["fault", "--json"])["faults"][0]["triggered"],
        1
    );

    stdout(&mock, &["fault", "remove", "0"]);
    command(&mock, &["fault", "remove", "0"])
        .assert()
        .code(1)
        .stderr(predicate::str::contains("fault 0 does not exist"));
    let from_stdin = command(&mock, &["fault", "add", "-"])
        .write_stdin("action = { date = '-20m' }")
        .assert();
    from_stdin.success();
    stdout(&mock, &["fault", "clear"]);
    assert_eq!(stdout(&mock, &["fault"]).lines().count(), 1);
    for wrong in ["nonsense", "action = { error = 'Nothing' }"] {
        command(&mock, &["fault", "add", wrong])
            .assert()
            .code(1)
            .stdout("")
            .stderr(predicate::str::contains("invalid fault"))
            .stderr(predicate::str::contains("expected TOML such as action ="));
    }
}

#[test]
fn tokens_are_issued_listed_inspected_and_revoked() {
    let mock = frozen_mock();
    let token = stdout(&mock, &["token", "issue", "--url", &mock.url()]);
    let token = token.trim();
    assert!(mock.ping(token).starts_with("HTTP/1.1 200 "));
    let table = stdout(&mock, &["token", "list"]);
    let row = table.lines().nth(1).unwrap();
    let id = row.split(' ').next().unwrap();
    let fields: Vec<&str> = row.split_whitespace().collect();
    assert_eq!(
        fields[1..3],
        ["arn:aws:iam::123456789012:user/developer", "us-east-1"]
    );
    assert_eq!(fields[4], "1", "{table}");
    assert!(
        row.ends_with("valid until 2015-11-30T09:30:53.241Z"),
        "{table}"
    );
    assert!(table.starts_with("TOKEN "), "{table}");
    assert_eq!(
        json(&mock, &["token", "list", "--json"])["tokens"][0]["id"],
        id
    );

    let inspected = command(&mock, &["token", "inspect", "--url", &mock.url()])
        .write_stdin(token)
        .assert();
    inspected
        .success()
        .stdout(predicate::str::contains("state      valid\n"));
    let revoked = stdout(&mock, &["token", "revoke", id]);
    assert_eq!(revoked, "0 tokens are still valid\n");
    assert!(mock.ping(token).starts_with("HTTP/1.1 403 "));
    command(&mock, &["token", "inspect", "--url", &mock.url(), token])
        .assert()
        .code(1)
        .stdout(predicate::str::contains(format!("token {id} was revoked")));
}

#[test]
fn a_token_is_issued_for_any_principal_and_region() {
    let mock = frozen_mock();
    let arguments = [
        "token",
        "issue",
        "--url",
        &mock.url(),
        "--account",
        "210987654321",
        "--region",
        "eu-west-1",
    ];
    let issued = json(&mock, &[&arguments[..], &["--json"]].concat());
    assert_eq!(issued["principal"], "arn:aws:iam::210987654321:root");
    assert_eq!(issued["region"], "eu-west-1");
    let password = stdout(&mock, &[&arguments[..], &["--password"]].concat());
    assert_eq!(issued["password"], password.trim());
    for filter in [
        &["--principal", "arn:aws:iam::210987654321:root"][..],
        &["--issued-before", "2015-11-30T00:00:00Z"],
    ] {
        stdout(&mock, &[&["token", "revoke"][..], filter].concat());
    }
    command(&mock, &["token", "revoke"]).assert().code(2);
}

#[test]
fn requests_are_filtered_printed_and_cleared() {
    let mock = frozen_mock();
    mock.ping("QVdTOg==");
    let token = stdout(&mock, &["token", "issue", "--url", &mock.url()]);
    mock.ping(token.trim());
    let table = stdout(&mock, &["request"]);
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 3, "{table}");
    assert!(lines[0].starts_with("RECEIVED "), "{table}");
    let fields: Vec<&str> = lines[2].split_whitespace().collect();
    let caller = "arn:aws:iam::123456789012:user/developer";
    let expected = [
        "2015-11-29T21:30:53.241Z",
        "200",
        "GET",
        "registry",
        "x",
        "/v2/",
        "ping",
        caller,
    ];
    assert_eq!(fields, expected);
    let filtered = json(
        &mock,
        &["request", "--status", "200", "--bearer", caller, "--json"],
    );
    assert_eq!(filtered["matched"], 1);
    let newest = stdout(&mock, &["request", "--limit", "1"]);
    assert_eq!(newest.lines().count(), 2);
    let har = json(&mock, &["request", "--har", "--route", "ping"]);
    assert_eq!(har["log"]["entries"].as_array().unwrap().len(), 2);
    assert!(stdout(&mock, &["request", "--clear"]).ends_with(" requests\n"));
    assert_eq!(stdout(&mock, &["request"]).lines().count(), 1);
    command(&mock, &["request", "--clear", "--status", "200"])
        .assert()
        .code(2);
}

#[test]
fn an_explanation_and_its_advice_are_printed_below_a_request() {
    let mock = frozen_mock();
    assert_eq!(stdout(&mock, &["request", "--explain"]), "no requests\n");
    let token = stdout(&mock, &["token", "issue", "--url", &mock.url()]);
    mock.ping(token.trim());
    mock.ping("QVdTOmV5SndZWGxzYjJGa0lqb2lRVUZCUVNKOQ==");
    let explained = stdout(&mock, &["request", "--explain"]);
    let lines: Vec<&str> = explained.lines().collect();
    assert_eq!(lines.len(), 4, "{explained}");
    let status = |line: &str| line.split_whitespace().nth(1).unwrap().to_owned();
    assert_eq!(
        [status(lines[0]), status(lines[1])],
        ["200", "400"],
        "{explained}"
    );
    assert_eq!(
        lines[2..],
        [
            "  The token was not issued with the seed of this mock, or was changed.",
            "  Log in at this mock."
        ]
    );
    let json = json(&mock, &["request", "--explain", "--json"]);
    let explanation = |index: usize| &json["requests"][index]["explanation"]["kind"];
    assert!(explanation(0).is_null());
    assert_eq!(explanation(1), "token_forged");
}

const NO_OPERATION: &str =
    r#"no operation is named "GetAuthToken"; did you mean "GetAuthorizationToken"?"#;

#[test]
fn invalid_filters_are_rejected_before_a_request_is_sent() {
    for (option, wrong, text) in [
        ("--status", "abc", "a status code, such as 403"),
        ("--service", "moon", "expected one of ecr, ecr-public"),
        ("--authorization", "maybe", "possible values: true, false"),
        ("--operation", "GetAuthToken", NO_OPERATION),
        ("--token", "x", "--token"),
        ("--since", "yesterday", "--since"),
        ("--slower-than", "long", "--slower-than"),
    ] {
        cargo_bin_cmd!("mock-ecr")
            .args(["request", "--url", "http://127.0.0.1:1", option, wrong])
            .assert()
            .code(2)
            .stderr(predicate::str::contains(text))
            .stderr(predicate::str::contains("no mock at").not());
    }
}

#[test]
fn the_command_waits_for_requests() {
    let mock = frozen_mock();
    mock.ping("QVdTOg==");
    let table = stdout(&mock, &["request", "--wait", "1", "--route", "ping"]);
    assert_eq!(table.lines().count(), 2);
    command(&mock, &["request", "--wait", "2", "--timeout", "1ms"])
        .assert()
        .code(1)
        .stdout("")
        .stderr(
            "mock-ecr: the wait timed out: received 1 of 2 expected requests within 1ms; \
             `mock-ecr request` or GET /_mock/requests returns all requests received so far\n",
        );
}

#[test]
fn requests_are_followed_until_the_mock_stops() {
    let mock = frozen_mock();
    let mut follower = std::process::Command::new(cargo_bin("mock-ecr"))
        .args(["request", "--follow", "--json", "--url"])
        .arg(format!("http://{}", mock.address))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(follower.stdout.take().unwrap()).lines();
    // The stream is in the request log once it is open. It contains all later requests.
    stdout(
        &mock,
        &[
            "request",
            "--service",
            "control",
            "--target",
            "stream",
            "--wait",
            "1",
        ],
    );
    mock.ping("QVdTOg==");
    let first: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    assert_eq!(first["route"], "ping");
    mock.signal(rustix::process::Signal::TERM);
    assert!(mock.wait().success());
    assert!(lines.next().is_none());
    assert!(follower.wait().unwrap().success());
}

#[test]
fn a_mock_is_reset() {
    let mock = frozen_mock();
    stdout(&mock, &["clock", "advance", "1h"]);
    mock.ping("QVdTOg==");
    let kept = stdout(&mock, &["reset", "--keep", "images"]);
    assert_eq!(kept, "the mock is reset; its images are preserved\n");
    assert_eq!(
        stdout(&mock, &["clock"]),
        "2015-11-29T21:30:53.241Z frozen\n"
    );
    assert_eq!(stdout(&mock, &["request"]).lines().count(), 1);
    let reset = json(&mock, &["reset", "--json"]);
    assert_eq!(reset["keep"], "nothing");
}

#[test]
fn commands_send_the_control_key() {
    let mock = Mock::serve(&["--control-key", "hunter2-key"]);
    for arguments in [
        &["clock"][..],
        &["token", "list"],
        &["request"],
        &["reset"],
        &["env"],
        &["login"],
    ] {
        command(&mock, arguments)
            .assert()
            .code(1)
            .stderr(predicate::str::contains("MOCK_ECR_CONTROL_KEY"));
    }
    let with_key = command(&mock, &["clock"])
        .env("MOCK_ECR_CONTROL_KEY", "hunter2-key")
        .assert();
    with_key.success();
    stdout(&mock, &["env", "--control-key", "hunter2-key"]);
    command(&mock, &["clock", "--control-key", "two\nlines"])
        .assert()
        .code(1)
        .stderr(predicate::str::contains("invalid control key"));

    let mock = Mock::serve_with(&[], &[("MOCK_ECR_CONTROL_KEY", "k3y-of-8")]);
    command(&mock, &["clock"]).assert().code(1);
    let help = cargo_bin_cmd!("mock-ecr")
        .args(["serve", "--help"])
        .env("MOCK_ECR_CONTROL_KEY", "k3y-of-8")
        .assert();
    help.success().stdout(predicate::str::contains("k3y").not());
}

#[test]
fn an_error_for_an_absent_mock_says_how_to_start_one() {
    for command in [&["clock"][..], &["token", "list"], &["request"], &["reset"]] {
        cargo_bin_cmd!("mock-ecr")
            .args(command)
            .args(["--url", "http://127.0.0.1:1"])
            .assert()
            .code(1)
            .stdout("")
            .stderr(predicate::str::contains("no mock at http://127.0.0.1:1"))
            .stderr(predicate::str::contains("mock-ecr serve"));
    }
}
