//! Misspelled names and invalid values: the error contains the position and a similar name, and nothing is started.

use assert_cmd::cargo::cargo_bin_cmd;
use predicates::prelude::*;

use crate::mock::failing;

/// Returns the error of a command that fails.
#[track_caller]
fn error(code: i32, arguments: &[&str]) -> String {
    let outcome = failing().args(arguments).assert();
    let outcome = outcome.code(code).stdout("");
    String::from_utf8(outcome.get_output().stderr.clone()).unwrap()
}

#[test]
fn a_similar_command_option_or_value_is_suggested() {
    for (arguments, similar) in [
        (&["repositry"][..], "'repository'"),
        (&["repository", "lst"], "'list'"),
        (&["serve", "--lisen", ":1"], "'--listen'"),
        (&["serve", "--auth", "lenent"], "'lenient'"),
    ] {
        let error = error(2, arguments);
        let mut tips = error.lines().filter(|line| line.contains("tip: "));
        let is_tip = |tip: &str| tip.contains("similar") && tip.contains(similar);
        assert!(tips.any(is_tip), "{error}");
    }
}

#[test]
fn an_unknown_region_is_an_error_with_a_similar_one() {
    for command in [&["serve"][..], &["run"], &["token", "issue"]] {
        let arguments = [command, &["--region", "us-eest-1"]].concat();
        let program: &[&str] = if command == ["run"] { &["true"] } else { &[] };
        let error = error(1, &[&arguments, program].concat());
        assert_eq!(error.lines().count(), 1, "{error}");
        let start = "mock-ecr: region: invalid value \"us-eest-1\": expected a Region of AWS";
        assert!(error.starts_with(start), "{error}");
        assert!(error.ends_with("did you mean \"us-east-1\"?\n"), "{error}");
    }
}

#[test]
fn an_empty_seed_is_an_error() {
    for arguments in [
        &["serve", "--seed", ""][..],
        &["run", "--seed", "", "true"],
        &["token", "issue", "--seed="],
        &["contract", "--client-type", "kubelet", "--seed", "", "true"],
    ] {
        let error = error(2, arguments);
        assert!(
            error.contains("a value is required for '--seed "),
            "{error}"
        );
    }
}

#[test]
fn an_error_in_a_configuration_names_its_position_and_a_similar_name() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("mock.toml");
    let path = file.to_str().unwrap();
    for (toml, start, end) in [
        (
            "\nregin = 'us-east-1'\n",
            "2:1: regin: ",
            "did you mean \"region\"?\n",
        ),
        (
            "seed = ''\n",
            "1:8: seed: ",
            "expected at least one character\n",
        ),
        ("\nregion = 'mars'\n", "2:10: region: ", "unknown Region\n"),
        (
            "[[faults]]\naction = { bandwidth = 1 }\nmatch = { operation = 'GetAuthToken' }\n",
            "3:23: faults[0].match.operation: ",
            "did you mean \"GetAuthorizationToken\"?\n",
        ),
        (
            "[[faults]]\naction = { bandwidth = 1 }\nmatch = { region = 'us-eest-1' }\n",
            "3:20: faults[0].match.region: ",
            "did you mean \"us-east-1\"?\n",
        ),
        (
            "[[principals]]\narn = 'arn:aws:iam::123456789012:user/a'\naccess_key_id = 'A'\nsecret_access_key = 'S'\ndeny = ['ecr:*', 'ecr:GetAuthToken']\n",
            "5:8: principals[0].deny: ",
            "did you mean \"ecr:GetAuthorizationToken\"?\n",
        ),
        (
            "[[principals]]\narn = 'arn:aws:iam::123456789012:user/a'\naccess_key_id = 'A'\n",
            "1:1: principals[0]: ",
            "missing field `secret_access_key`\n",
        ),
        (
            "[[repositories]]\nname = 'app'\nlayout = 'none'\n",
            "3:10: repositories[0].layout: ",
            "(os error 2)\n",
        ),
    ] {
        std::fs::write(&file, toml).unwrap();
        let error = error(1, &["serve", "--listen", ":0", "--config", path]);
        assert_eq!(error.lines().count(), 1, "{error}");
        assert!(error.contains(&format!("{path}:{start}")), "{error}");
        assert!(error.ends_with(end), "{error}");
    }
}

#[test]
fn an_unknown_operation_is_an_error_before_a_request_is_sent() {
    let text = error(2, &["request", "--operation", "GetAuthToken"]);
    assert!(
        text.contains("did you mean \"GetAuthorizationToken\"?"),
        "{text}"
    );
    assert!(!text.contains("no mock at"), "{text}");
}

#[test]
fn an_additional_region_of_the_configuration_can_be_used_in_an_option() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("mock.toml");
    std::fs::write(&file, "additional_regions = ['mars']\n").unwrap();
    cargo_bin_cmd!("mock-ecr")
        .args(["token", "issue", "--region", "mars", "--json", "--config"])
        .arg(&file)
        .assert()
        .success()
        .stdout(predicate::str::contains("\"region\": \"mars\""));
}
