//! `background` and `scan-result`.

use assert_cmd::Command;
use assert_cmd::cargo::cargo_bin_cmd;
use mock_ecr::repository::BackgroundKind;
use predicates::prelude::*;
use serde_json::{Value, json};

use crate::mock::Mock;

/// Starts a mock with an image that is being scanned. Its clock is frozen.
fn scanning_mock() -> (Mock, tempfile::TempDir) {
    let layout = concat!(env!("CARGO_MANIFEST_DIR"), "/../ecr-contract/layouts/hello");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mock.toml");
    let config = format!(
        "clock = 'frozen'\n[[repositories]]\nname = 'team/app'\nscan_on_push = true\nlayout = '{layout}'\n"
    );
    std::fs::write(&file, config).unwrap();
    let mock = Mock::serve(&["--config", file.to_str().unwrap()]);
    (mock, folder)
}

fn command(mock: &Mock, arguments: &[&str]) -> Command {
    let mut command = cargo_bin_cmd!("mock-ecr");
    command.args(arguments);
    command.env("MOCK_ECR_URL", format!("http://{}", mock.address));
    command
}

fn stdout(mut command: Command) -> String {
    let outcome = command.assert().success();
    String::from_utf8(outcome.get_output().stdout.clone()).unwrap()
}

/// Returns the digest of an image of the mock that is no index.
fn image(mock: &Mock) -> String {
    let images: Value =
        serde_json::from_str(&stdout(command(mock, &["image", "list", "--json"]))).unwrap();
    let is_image = |image: &&Value| {
        image["media_type"]
            .as_str()
            .unwrap()
            .contains("manifest.v1")
    };
    let mut images = images["images"].as_array().unwrap().iter();
    let image = images.find(is_image).unwrap();
    image["digest"].as_str().unwrap().to_owned()
}

#[test]
fn work_in_the_background_is_finished() {
    let (mock, _folder) = scanning_mock();
    let other = ["background", "run", "--kind", "lifecycle-preview"];
    assert_eq!(
        stdout(command(&mock, &other)),
        "no work in the background\n"
    );
    let scans = ["background", "run", "--kind", "scan", "--kind", "signature"];
    let finished = stdout(command(&mock, &scans));
    assert!(finished.starts_with("KIND  FINISHED\nscan  "), "{finished}");
    let all = command(&mock, &["background", "run", "--json"]);
    let all: Value = serde_json::from_str(&stdout(all)).unwrap();
    assert_eq!(all["scan"], 0);
    command(&mock, &["background", "run", "--kind", "scans"])
        .assert()
        .code(2)
        .stderr(predicate::str::contains("lifecycle-preview"));
}

#[test]
fn the_result_of_a_scan_is_set_from_a_file_or_stdin() {
    let (mock, folder) = scanning_mock();
    let finding = json!([{ "name": "CVE-2022-49043", "severity": "HIGH" }]);
    let result = json!({ "repository": "team/app", "image": image(&mock), "findings": finding });
    let file = folder.path().join("result.json");
    std::fs::write(&file, result.to_string()).unwrap();
    let path = file.to_str().unwrap();
    let set = stdout(command(&mock, &["scan-result", "set", path]));
    assert!(set.starts_with("team/app@sha256:"), "{set}");
    let mut from_stdin = command(&mock, &["scan-result", "set", "-"]);
    from_stdin.write_stdin(result.to_string());
    assert_eq!(stdout(from_stdin), set);
    std::fs::write(&file, "{").unwrap();
    let text = "result.json: EOF while parsing an object at line 1 column 1; expected JSON such as";
    for (path, message) in [(path, text), ("no/such.json", "cannot read no/such.json")] {
        command(&mock, &["scan-result", "set", path])
            .assert()
            .code(1)
            .stderr(predicate::str::contains(message));
    }
    let mut unknown = command(&mock, &["scan-result", "set", "-"]);
    unknown.write_stdin(r#"{ "repository": "none", "image": "1.0" }"#);
    let rejected = predicate::str::contains("repository/none does not exist");
    unknown.assert().code(1).stderr(rejected);
}

#[test]
fn the_kinds_of_the_command_are_those_of_the_library() {
    let names = BackgroundKind::ALL.map(|kind| {
        let json = json!(kind);
        json.as_str().unwrap().replace('_', "-")
    });
    let outcome = cargo_bin_cmd!("mock-ecr")
        .args(["background", "run", "--kind", "other"])
        .assert()
        .failure();
    let stderr = String::from_utf8(outcome.get_output().stderr.clone()).unwrap();
    let expected = format!("[possible values: {}]", names.join(", "));
    assert!(stderr.contains(&expected), "{stderr}");
}
