//! `--cli-input-json` and `--generate-cli-skeleton`.

use crate::command::{Ecr, Outcome};
use crate::stub::{ONE_REGISTRY, Stub};

fn run(arguments: &[&str]) -> (Outcome, Option<String>) {
    let stub = Stub::responding(ONE_REGISTRY);
    let ecr = Ecr::new(&[&["get-authorization-token"], arguments].concat()).endpoint(&stub);
    let ecr = ecr.file("in.json", r#"{"registryIds": ["3"]}"#);
    let outcome = ecr.run();
    let body = stub.requests().first().map(|request| request.body.clone());
    (outcome, body)
}

#[test]
fn the_command_line_overrides_input_json() {
    let json = r#"{"registryIds": ["1"]}"#;
    for (words, body) in [
        (&["--cli-input-json", json][..], r#"{"registryIds":["1"]}"#),
        (&["--cli-input-json", "{}"], "{}"),
        (
            &["--cli-input-json=file://in.json"],
            r#"{"registryIds":["3"]}"#,
        ),
        (
            &["--registry-ids", "2", "--cli-input-json", json],
            r#"{"registryIds":["2"]}"#,
        ),
    ] {
        let (outcome, sent) = run(words);
        outcome.success();
        assert_eq!(sent.as_deref(), Some(body));
    }
}

#[test]
fn all_validation_errors_are_reported_together() {
    let json = r#"{"foo": 1, "registryIds": {"a": [null]}}"#;
    let (outcome, sent) = run(&["--cli-input-json", json]);
    let expected = "\nParameter validation failed:\n\
        Unknown parameter in input: \"foo\", must be one of: registryIds\n\
        Invalid type for parameter registryIds, value: {'a': [None]}, type: <class 'dict'>, \
        valid types: <class 'list'>, <class 'tuple'>\n";
    outcome.assert_failure(255, expected);
    assert_eq!(sent, None);
}

#[test]
fn a_missing_input_file_is_named_in_the_error() {
    let (outcome, _) = run(&["--cli-input-json", "file://nope"]);
    outcome.assert_failure(255, "\nError parsing parameter '--cli-input-json': Unable to load paramfile file://nope: [Errno 2] No such file or directory: 'nope'\n");
}

/// A missing profile is reported after a missing file and before invalid JSON, and an endpoint without a scheme before all of
/// them.
#[test]
fn errors_are_reported_in_the_order_of_v1() {
    let profile = "could not be found";
    for (words, found) in [
        (&["--profile", "x", "--cli-input-json", "{"][..], profile),
        (
            &["--profile", "x", "--cli-input-json", "file://nope"],
            "Unable to load paramfile",
        ),
        (&["--profile", "x", "--generate-cli-skeleton"], profile),
        (
            &["--region", "a b", "--cli-input-json", "{"],
            "Invalid JSON",
        ),
        (&["--region", "a b", "--registry-ids"], "doesn't match"),
        (
            &["--cli-read-timeout", "x", "--endpoint-url", "x"],
            "scheme is missing",
        ),
        (
            &["--cli-read-timeout", "x", "--foo"],
            "invalid literal for int()",
        ),
        (
            &["--cli-read-timeout", "-1", "--registry-ids"],
            "Attempted to set read timeout to -1",
        ),
        (&["--generate-cli-skeleton", "x", "--foo"], "Invalid choice"),
    ] {
        let (outcome, sent) = run(words);
        assert!(outcome.stderr.contains(found), "{words:?} {outcome:?}");
        assert_eq!(sent, None);
    }
}

#[test]
fn the_input_skeleton_needs_no_configuration() {
    let ecr = Ecr::new(&["get-authorization-token", "--generate-cli-skeleton"]);
    let outcome = ecr
        .without_credentials()
        .without("AWS_DEFAULT_REGION")
        .run();
    assert_eq!(
        outcome.success(),
        "{\n    \"registryIds\": [\n        \"\"\n    ]\n}\n"
    );
}

#[test]
fn the_output_skeleton_is_validated_and_printed_like_a_response() {
    let skeleton = ["--generate-cli-skeleton", "output"];
    let (outcome, sent) = run(&[&skeleton[..], &["--output", "text"]].concat());
    let line = "AUTHORIZATIONDATA\tauthorizationToken\t1970-01-01 00:00:00\tproxyEndpoint\n";
    assert_eq!(outcome.success(), line);
    assert_eq!(sent, None);
    let query = ["--query", "authorizationData[0].expiresAt"];
    let (outcome, _) = run(&[&skeleton[..], &query].concat());
    assert_eq!(outcome.success(), "\"1970-01-01T00:00:00\"\n");
    let (outcome, _) = run(&[&skeleton[..], &["--registry-ids", "[1]"]].concat());
    assert!(
        outcome.stderr.contains("Parameter validation failed"),
        "{outcome:?}"
    );
}
