//! Parsing of the command line, and its errors.

use crate::command::{Ecr, Outcome};
use crate::stub::{ONE_REGISTRY, Stub};

/// Runs get-authorization-token and returns the body of its request, if it sent one.
fn run(arguments: &[&str]) -> (Outcome, Option<String>) {
    run_with(arguments, |ecr| ecr)
}

fn run_with(arguments: &[&str], change: impl FnOnce(Ecr) -> Ecr) -> (Outcome, Option<String>) {
    let stub = Stub::responding(ONE_REGISTRY);
    let ecr = Ecr::new(&[&["get-authorization-token"], arguments].concat()).endpoint(&stub);
    let outcome = change(ecr).run();
    let body = stub.requests().first().map(|request| request.body.clone());
    (outcome, body)
}

#[track_caller]
fn sent_body(arguments: &[&str]) -> String {
    let (outcome, body) = run(arguments);
    outcome.success();
    body.unwrap()
}

#[test]
fn options_may_appear_anywhere_and_the_last_one_wins() {
    let stub = Stub::responding(ONE_REGISTRY);
    let url = format!("--endpoint-url={}", stub.url());
    let words = [
        "--region",
        "a-1",
        &url,
        "get-login-password",
        "--region=b-1",
    ];
    Ecr::new(&words).run().success();
    assert!(stub.request().signed_by().contains("/b-1/"));
}

#[test]
fn registry_ids_are_parsed_in_every_form() {
    let one = r#"{"registryIds":["1"]}"#;
    let two = r#"{"registryIds":["1","2"]}"#;
    assert_eq!(sent_body(&["--registry-ids", "1", "2"]), two);
    assert_eq!(sent_body(&["--registry-ids=1"]), one);
    assert_eq!(sent_body(&["--registry", "1"]), one);
    assert_eq!(
        sent_body(&["--registry-ids", "9", "--registry-ids", "1"]),
        one
    );
    assert_eq!(
        sent_body(&["--registry-ids", "1", "--output", "json", "2"]),
        two
    );
    assert_eq!(sent_body(&["--registry-ids", r#" ["1", "2"] "#]), two);
    assert_eq!(sent_body(&["--registry-ids="]), r#"{"registryIds":[""]}"#);
    let literal = r#"{"registryIds":["[\"1\"]","[\"2\"]"]}"#;
    assert_eq!(
        sent_body(&["--registry-ids", r#"["1"]"#, r#"["2"]"#]),
        literal
    );
}

/// A text file that is not a JSON list becomes a list of characters: v1 iterates over the string.
#[test]
fn registry_ids_are_read_from_a_file() {
    for (word, content, body) in [
        (
            "file://ids.json",
            "\n [\"1\",\r\n\"2\"]\r\n",
            r#"{"registryIds":["1","2"]}"#,
        ),
        ("file://~/ids.json", "[\"1\"]", r#"{"registryIds":["1"]}"#),
        (
            "file://$HOME/ids.json",
            "[\"1\"]",
            r#"{"registryIds":["1"]}"#,
        ),
        (
            "file://${HOME}/ids.json",
            "[\"1\"]",
            r#"{"registryIds":["1"]}"#,
        ),
        (
            "file://ids.json",
            "12\n",
            r#"{"registryIds":["1","2","\n"]}"#,
        ),
    ] {
        let words = ["--registry-ids", word];
        let (outcome, sent) = run_with(&words, |ecr| ecr.file("ids.json", content));
        outcome.success();
        assert_eq!(sent.as_deref(), Some(body), "{word}");
    }
}

#[test]
fn invalid_registry_ids_are_rejected() {
    let type_error = |index: usize, value: &str, class: &str| {
        format!(
            "\nInvalid type for parameter registryIds[{index}], value: {value}, type: <class '{class}'>, valid types: <class 'str'>"
        )
    };
    let mixed = [
        type_error(1, "2", "int"),
        type_error(2, "True", "bool"),
        type_error(3, "None", "NoneType"),
        type_error(4, "1.5", "float"),
    ];
    let too_short = "\nInvalid length for parameter registryIds, value: 0, valid min length: 1";
    let missing = "\nError parsing parameter '--registry-ids': Unable to load paramfile file://nope: [Errno 2] No such file or directory: 'nope'\n";
    for (words, stderr) in [
        (
            vec!["--registry-ids"],
            format!("\nParameter validation failed:{too_short}\n"),
        ),
        (
            vec!["--registry-ids", "[]"],
            format!("\nParameter validation failed:{too_short}\n"),
        ),
        (
            vec!["--registry-ids", r#"["1",2,true,null,1.5]"#],
            format!("\nParameter validation failed:{}\n", mixed.concat()),
        ),
        (vec!["--registry-ids", "file://nope"], missing.to_owned()),
    ] {
        let (outcome, sent) = run(&words);
        outcome.assert_failure(255, &stderr);
        assert_eq!(sent, None);
    }
}

#[test]
fn a_json_error_in_registry_ids_names_line_and_column() {
    let (outcome, sent) = run(&["--registry-ids", "[1"]);
    assert_eq!((outcome.code, sent), (255, None));
    let reason =
        "Invalid JSON: Expecting ',' delimiter: line 1 column 3 (char 2)\nJSON received: [1";
    let expected = format!("\nError parsing parameter '--registry-ids': {reason}\n");
    assert_eq!(outcome.stderr, expected);
}

#[test]
fn unknown_options_are_listed_in_the_order_of_v1() {
    let usage = "usage: ecr [options] <command> [parameters]\nTo see help text, you can run:\n\n  ecr help\n  ecr <command> help\n";
    for (words, unknown) in [
        (vec!["--foo", "bar"], "--foo, bar"),
        (vec!["foo", "bar"], "bar, foo"),
        (vec!["--registry-ids=1", "2"], "2"),
        (vec!["--registry-ids", "--", "1"], "1"),
        (vec!["--version-of-v2"], "--version-of-v2"),
    ] {
        let (outcome, sent) = run(&words);
        outcome.assert_failure(255, &format!("{usage}\nUnknown options: {unknown}\n"));
        assert_eq!(sent, None);
    }
    let ecr = Ecr::new(&["get-login-password", "--foo", "--registry-ids", "1"]);
    ecr.run()
        .assert_failure(255, "\nUnknown options: --foo,--registry-ids,1\n");
}

#[test]
fn argparse_errors_exit_with_2() {
    for (words, message) in [
        (vec![], "the following arguments are required: operation"),
        (
            vec!["get-authorization-token", "--region"],
            "argument --region: expected one argument",
        ),
        (
            vec!["get-authorization-token", "--no"],
            "ambiguous option: --no could match --no-verify-ssl, --no-paginate, --no-sign-request",
        ),
        (
            vec!["get-authorization-token", "--output", "yaml"],
            "argument --output: Invalid choice, valid choices are:\n\njson                                     | text                                    \ntable                                   ",
        ),
    ] {
        let outcome = Ecr::new(&words).run();
        assert_eq!(
            (outcome.code, outcome.stdout.as_str()),
            (2, ""),
            "{outcome:?}"
        );
        let end = format!("ecr: error: {message}\n");
        assert!(outcome.stderr.ends_with(&end), "{outcome:?}");
    }
}

#[test]
fn an_unknown_operation_exits_with_2_and_lists_the_supported_ones() {
    let outcome = Ecr::new(&["create-repository"]).run();
    assert_eq!(
        (outcome.code, outcome.stdout.as_str()),
        (2, ""),
        "{outcome:?}"
    );
    for name in [
        "argument operation: Invalid choice",
        "get-authorization-token",
        "get-login-password",
    ] {
        assert!(outcome.stderr.contains(name), "{outcome:?}");
    }
}

/// v1 runs the operation. Called as `aws`, the error for an unknown operation lists all of v1, as recorded.
#[test]
fn an_unsupported_v1_operation_is_named_in_the_error() {
    let outcome = Ecr::as_aws(&["ecr", "describe-images"]).run();
    outcome.assert_error_contains(&["describe-images", "does not support", "get-login-password"]);
    let outcome = Ecr::as_aws(&["ecr", "get-login-pasword"]).run();
    assert_eq!(outcome.code, 2);
    assert!(
        outcome
            .stderr
            .contains("\nwait                                     | help")
    );
    let meant = "Invalid choice: 'get-login-pasword', maybe you meant:\n\n  * get-login-password\n";
    assert!(outcome.stderr.ends_with(meant), "{outcome:?}");
}

#[test]
fn the_format_comes_from_option_then_environment_then_profile() {
    let table = ".aws/config";
    let profile = "[default]\noutput = table\n";
    let first_word = |outcome: &Outcome| outcome.success().chars().next();
    let (outcome, _) = run_with(&[], |ecr| ecr.file(table, profile));
    assert_eq!(first_word(&outcome), Some('-'));
    let text = |ecr: Ecr| ecr.file(table, profile).env("AWS_DEFAULT_OUTPUT", "text");
    let (outcome, _) = run_with(&[], text);
    assert_eq!(first_word(&outcome), Some('A'));
    let (outcome, _) = run_with(&["--output", "json"], text);
    assert_eq!(first_word(&outcome), Some('{'));
}

#[test]
fn the_profile_can_select_iso8601_timestamps() {
    let (outcome, _) = run_with(&["--output", "text"], |ecr| {
        let config = "[default]\ncli_timestamp_format = iso8601\n";
        ecr.file(".aws/config", config).env("TZ", "EST5")
    });
    assert!(
        outcome
            .success()
            .contains("\t2015-11-30T04:30:53.241000-05:00\t"),
        "{outcome:?}"
    );
}

#[test]
fn a_query_is_compiled_before_the_request_and_evaluated_after_it() {
    let (outcome, _) = run(&["--query", "authorizationData[0].expiresAt"]);
    assert_eq!(outcome.success(), "1448875853.241\n");
    let (outcome, sent) = run(&["--query", "[", "--endpoint-url", "nope"]);
    let incomplete = "Invalid jmespath expression: Incomplete expression:";
    let expected = format!("\nBad value for --query [: {incomplete}\n\"[\"\n  ^\n");
    outcome.assert_failure(255, &expected);
    assert_eq!(sent, None);
    let (outcome, sent) = run(&["--query", "foo()"]);
    outcome.assert_failure(255, "\nUnknown function: foo()\n");
    assert!(sent.is_some());
}

#[test]
fn an_unknown_format_is_rejected_after_the_request() {
    let (outcome, sent) = run_with(&[], |ecr| ecr.env("AWS_DEFAULT_OUTPUT", "bogus"));
    outcome.assert_failure(255, "\nUnknown output type: bogus\n");
    assert!(sent.is_some());
}

#[test]
fn the_endpoint_is_checked_before_unknown_options() {
    let bad = "\nBad value for --endpoint-url \"nope\": scheme is missing.  Must be of the form http://<hostname>/ or https://<hostname>/\n";
    run(&["--endpoint-url", "nope", "--foo"])
        .0
        .assert_failure(255, bad);
    let (outcome, _) = run(&["--profile", "nope", "--foo"]);
    assert!(
        outcome.stderr.ends_with("Unknown options: --foo\n"),
        "{outcome:?}"
    );
}

#[test]
fn the_program_is_the_same_under_a_name_without_a_meaning() {
    for arguments in [
        &["--version"][..],
        &["help"],
        &["get-login-password", "help"],
    ] {
        let other = Ecr::under_name("ecr-token", arguments).run();
        assert_eq!(other.success(), Ecr::new(arguments).run().success());
    }
    let usage = Ecr::under_name("ecr-token", &[]).run();
    assert_eq!(usage.stderr, Ecr::new(&[]).run().stderr);
}

#[test]
fn the_version_needs_no_configuration() {
    let version = Ecr::new(&["get-login-password", "--version", "--output", "yaml"]);
    let version = version.without("AWS_DEFAULT_REGION").run();
    let expected = format!("ecr-token-cli/{} aws-sdk-ecr/", env!("CARGO_PKG_VERSION"));
    assert!(version.success().starts_with(&expected));
    let version = Ecr::as_aws(&["--version"]).run();
    assert!(
        version
            .success()
            .starts_with("aws-cli/1.46.3 Python/3.11.7 Linux/")
    );
}

#[test]
fn as_aws_the_service_is_the_first_word() {
    let stub = Stub::responding(ONE_REGISTRY);
    let ecr = Ecr::as_aws(&["--region", "x-1", "ecr", "get-login-password"]).endpoint(&stub);
    assert_eq!(ecr.run().success(), "password\n");
    let outcome = Ecr::as_aws(&["get-login-password"]).run();
    assert_eq!(outcome.code, 2);
    assert!(
        outcome.stderr.contains("argument command: Invalid choice"),
        "{outcome:?}"
    );
    let outcome = Ecr::as_aws(&["ecr", "get-authorization-token", "--foo"]).run();
    let end = "\n  aws help\n  aws <command> help\n  aws <command> <subcommand> help\n\nUnknown options: --foo\n";
    assert!(outcome.stderr.ends_with(end), "{outcome:?}");
}
