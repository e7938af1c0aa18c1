//! The commands that print lists: `repository`, `image` and `contract --list`, and the width of tables.

use std::path::Path;

use assert_cmd::cargo::cargo_bin_cmd;
use predicates::prelude::*;
use serde_json::Value;
use tempfile::TempDir;

use crate::mock::Mock;
use crate::pusher::{Pusher, digest};
use crate::stores::token;

#[cfg(target_os = "linux")]
use crate::terminal::stdout_in_terminal;

fn stdout(arguments: &[&str]) -> String {
    let outcome = cargo_bin_cmd!("mock-ecr").args(arguments).assert();
    String::from_utf8(outcome.success().get_output().stdout.clone()).unwrap()
}

/// Starts a mock with an index of two images in `team/app`, and an empty repository in another Region.
fn mock_with_an_image() -> (Mock, TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let layouts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ecr-contract/layouts");
    let config = format!(
        "clock = 'frozen'\n[[repositories]]\nname = 'team/app'\nlayout = '{}'\n[[repositories]]\nname = 'empty'\nregion = 'eu-west-1'\n",
        layouts.join("hello").display()
    );
    let file = directory.path().join("mock.toml");
    std::fs::write(&file, config).unwrap();
    let mock = Mock::serve(&["--config", file.to_str().unwrap()]);
    (mock, directory)
}

#[test]
fn repositories_are_listed() {
    let (mock, _directory) = mock_with_an_image();
    let list = ["repository", "list", "--url", &mock.url()];
    let expected = "\
REPOSITORY  ACCOUNT       REGION     IMAGES  CREATED
empty       123456789012  eu-west-1  0       2015-11-29T21:30:53.241Z
team/app    123456789012  us-east-1  3       2015-11-29T21:30:53.241Z
";
    assert_eq!(stdout(&list), expected);
    let json: Value = serde_json::from_str(&stdout(&[&list[..], &["--json"]].concat())).unwrap();
    assert_eq!(json["repositories"][1]["images"], 3);
}

const HEADING: [&str; 7] = [
    "REPOSITORY",
    "ACCOUNT",
    "REGION",
    "TAGS",
    "DIGEST",
    "BYTES",
    "PUSHED",
];

#[test]
fn images_are_listed() {
    let (mock, _directory) = mock_with_an_image();
    let url = mock.url();
    let list = ["image", "list", "--url", &url];
    let table = stdout(&list);
    let of_repository = ["image", "list", "team/app", "--url", &url];
    assert_eq!(stdout(&of_repository), table);
    let json: Value = serde_json::from_str(&stdout(&[&list[..], &["--json"]].concat())).unwrap();
    let mut expected = vec![HEADING.map(str::to_owned).to_vec()];
    for image in json["images"].as_array().unwrap() {
        let text = |name: &str| image[name].to_string().replace('"', "");
        let tags = image["tags"].as_array().unwrap().iter();
        let tags: Vec<&str> = tags.filter_map(Value::as_str).collect();
        let tags = if tags.is_empty() {
            "-".to_owned()
        } else {
            tags.join(",")
        };
        let (name, account, region) = (text("repository"), text("account"), text("region"));
        expected.push(vec![
            name,
            account,
            region,
            tags,
            text("digest"),
            text("size"),
            text("pushed"),
        ]);
    }
    let fields = |line: &str| line.split_whitespace().map(str::to_owned).collect();
    let lines: Vec<Vec<String>> = table.lines().map(fields).collect();
    assert_eq!(lines, expected);
    // The layout contains an index of two images.
    assert_eq!(lines.len(), 4);
    assert_eq!(lines[1][4].len(), "sha256:".len() + 64);
    let none = stdout(&["image", "list", "empty", "--url", &url]);
    assert_eq!(none, "no images\n");
}

/// The mock returns at most 1,000 images at once.
#[test]
fn all_pages_of_images_are_listed() {
    let mock = Mock::serve(&["--create-on-push"]);
    let mut pusher = Pusher::new(&mock, &token());
    let layer = format!(
        r#"{{"digest":"{}","urls":["https://example.com"]}}"#,
        digest(b"")
    );
    for number in 0..1001 {
        let manifest = format!(r#"{{"layers":[{layer}],"annotations":{{"number":"{number}"}}}}"#);
        let pushed = pusher.request("PUT", &format!("manifests/{number}"), manifest.as_bytes());
        assert_eq!(pushed.unwrap().status, 201);
    }
    let json = stdout(&["image", "list", "app", "--json", "--url", &mock.url()]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["images"].as_array().unwrap().len(), 1001);
}

#[test]
fn an_unknown_repository_is_an_error_of_one_line() {
    let mock = Mock::serve(&[]);
    cargo_bin_cmd!("mock-ecr")
        .args(["image", "list", "team/app", "--url", &mock.url()])
        .assert()
        .code(1)
        .stdout("")
        .stderr(predicate::str::contains(
            "the repository team/app does not exist",
        ));
}

#[test]
fn an_empty_list_is_one_line() {
    let mock = Mock::serve(&[]);
    let url = mock.url();
    for (command, expected) in [
        ("repository", "no repositories\n"),
        ("image", "no images\n"),
        ("token", "no tokens\n"),
        ("fault", "no faults\n"),
    ] {
        assert_eq!(stdout(&[command, "list", "--url", &url]), expected);
    }
    assert_eq!(stdout(&["request", "--url", &url]), "no requests\n");
}

#[test]
fn without_a_client_type_the_scenarios_of_all_types_are_listed() {
    let all = stdout(&["contract", "--list"]);
    assert!(all.starts_with("SCENARIO  SUITE  TITLE "), "{all}");
    let ids = |table: &str| -> Vec<String> {
        let rows = table.lines().skip(1);
        rows.map(|row| row.split(' ').next().unwrap().to_owned())
            .collect()
    };
    let (all_ids, mut listed) = (ids(&all), 0);
    for client_type in ecr_contract::ClientType::ALL {
        let of_type = stdout(&["contract", "--list", "--client-type", client_type.name()]);
        assert!(!of_type.contains("CLIENT TYPES"), "{of_type}");
        let ids = ids(&of_type);
        assert!(ids.iter().all(|id| all_ids.contains(id)), "{client_type}");
        assert!(ids.len() < all_ids.len(), "{client_type}");
        listed = listed.max(ids.len());
    }
    assert!(listed > 0);
    assert!(all.contains("(skipped: "), "{all}");
    let one = stdout(&["contract", "--list", "--scenario", &all_ids[0]]);
    assert_eq!(ids(&one), all_ids[..1]);
}

#[test]
fn a_list_of_no_scenario_is_an_error() {
    cargo_bin_cmd!("mock-ecr")
        .args(["contract", "--list", "--scenario", "NO-*"])
        .assert()
        .code(2)
        .stdout("")
        .stderr(predicate::str::contains("no scenario matches \"NO-*\""));
    cargo_bin_cmd!("mock-ecr")
        .args(["contract", "client"])
        .assert()
        .code(2)
        .stderr(predicate::str::contains("--client-type <TYPE>"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_table_fits_the_terminal() {
    let (mock, _directory) = mock_with_an_image();
    let url = mock.url();
    let list = ["image", "list", "--url", &url];
    let whole = stdout(&list);
    assert!(!whole.contains('…'), "{whole}");
    assert_eq!(stdout_in_terminal(300, &list, &[]), whole);
    let narrow = stdout_in_terminal(80, &list, &[]);
    let widths = narrow.lines().map(|line| line.chars().count());
    assert!(widths.max().unwrap() <= 80, "{narrow}");
    assert!(
        narrow.contains("team/app ") && narrow.contains('…'),
        "{narrow}"
    );
}

/// `contract` is the only command that prints colours.
#[cfg(target_os = "linux")]
#[test]
fn colours_are_printed_to_a_terminal_unless_no_color_is_set() {
    let contract = "contract --client-type token-printer --redirect env --scenario TOK-06 false";
    let arguments: Vec<&str> = contract.split(' ').collect();
    let coloured = stdout_in_terminal(80, &arguments, &[]);
    assert!(coloured.contains("\x1b["), "{coloured}");
    let plain = stdout_in_terminal(80, &arguments, &[("NO_COLOR", "1")]);
    assert!(plain.contains("TOK-06"), "{plain}");
    assert!(!plain.contains('\x1b'), "{plain}");
}

#[cfg(target_os = "linux")]
#[test]
fn the_summary_of_contract_fits_the_terminal() {
    let contract = "contract --client-type token-printer --redirect env --scenario TOK-06 false";
    let arguments: Vec<&str> = contract.split(' ').collect();
    let widest = |columns| {
        let text = stdout_in_terminal(columns, &arguments, &[("NO_COLOR", "1")]);
        text.lines().map(|line| line.chars().count()).max().unwrap()
    };
    assert!(widest(60) <= 60);
    let wide = widest(140);
    assert!((81..=140).contains(&wide), "{wide}");
}
