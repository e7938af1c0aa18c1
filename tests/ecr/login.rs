//! The commands that get-login prints.

use crate::command::{Ecr, Outcome};
use crate::stub::{ONE_REGISTRY, Stub};

/// Returns a response with two registries, the second with this token.
fn two_registries(token: &str) -> String {
    let second = format!(r#",{{"authorizationToken":"{token}","proxyEndpoint":"https://b"}}]}}"#);
    ONE_REGISTRY.replace("]}", &second)
}

fn run(arguments: &[&str], body: &str) -> (Outcome, Vec<String>) {
    let stub = Stub::responding(body);
    let ecr = Ecr::new(&[&["get-login"], arguments].concat()).endpoint(&stub);
    let outcome = ecr.run();
    let bodies = stub.requests().into_iter().map(|request| request.body);
    (outcome, bodies.collect())
}

const FIRST: &str = "docker login -u AWS -p password -e none https://012345678910.dkr.ecr.us-east-1.amazonaws.com\n";

#[test]
fn each_registry_gets_one_line() {
    let (outcome, _) = run(&[], &two_registries("QVdTOnB3Mg=="));
    let second = "docker login -u AWS -p pw2 -e none https://b\n";
    assert_eq!(outcome.success(), format!("{FIRST}{second}"));
    let (outcome, _) = run(&["--no-include-email"], ONE_REGISTRY);
    assert_eq!(outcome.success(), FIRST.replace(" -e none", ""));
    let (outcome, _) = run(&[], r#"{"authorizationData":[]}"#);
    assert_eq!(outcome.success(), "");
}

#[test]
fn registry_ids_are_not_parsed_as_json() {
    let (_, bodies) = run(&["--registry-ids", r#"["1"]"#], ONE_REGISTRY);
    assert_eq!(bodies, [r#"{"registryIds":["[\"1\"]"]}"#]);
    let (outcome, bodies) = run(&["--registry-ids"], ONE_REGISTRY);
    assert_eq!((outcome.code, bodies.len()), (2, 0), "{outcome:?}");
    let message = "ecr: error: argument --registry-ids: expected at least one argument\n";
    assert!(outcome.stderr.ends_with(message), "{outcome:?}");
}

#[test]
fn lines_before_an_invalid_element_are_printed() {
    let (outcome, _) = run(&[], &two_registries("A"));
    assert_eq!((outcome.code, outcome.stdout.as_str()), (255, FIRST));
    assert!(
        outcome.stderr.contains("is not valid base64"),
        "{outcome:?}"
    );
}

#[test]
fn an_element_without_an_endpoint_is_an_error() {
    let body = r#"{"authorizationData":[{"authorizationToken":"QVdTOnBhc3N3b3Jk"}]}"#;
    let (outcome, _) = run(&[], body);
    outcome.assert_error_contains(&["proxyEndpoint is missing"]);
}
