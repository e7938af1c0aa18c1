//! `ecr login-lines`: requests and responses as lines of JSON.

use mock_ecr::MockEcr;
use serde_json::{Value, json};

use crate::environment::{HOST, Home, calls, mock};

async fn responses(ecr: &MockEcr, requests: &[Value]) -> Vec<Value> {
    let lines: String = requests
        .iter()
        .map(|request| format!("{request}\n"))
        .collect();
    let outcome = Home::for_mock(ecr).ecr(&["login-lines"], &lines).await;
    assert_eq!(outcome.code, 0, "{outcome:?}");
    let lines = outcome.stdout.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[tokio::test]
async fn a_login_is_reused_until_the_registry_rejects_it() {
    let ecr = mock().await;
    let request = json!({ "registry": HOST });
    let rejected = json!({ "registry": HOST, "refused": true });
    let responses = responses(&ecr, &[request.clone(), request.clone(), rejected, request]).await;
    let [first, second, third, fourth] = &responses[..] else {
        panic!("{responses:?}");
    };
    assert_eq!(first, second);
    assert_ne!(first["password"], third["password"]);
    assert_eq!(third, fourth);
    assert_eq!(calls(&ecr), 2);
    assert_eq!(first["username"], "AWS");
    assert!(
        ecr.verify_token(first["password"].as_str().unwrap())
            .is_ok()
    );
    let expires = ecr.tokens()[0].claims.expires.as_millis();
    let reported = first["expires_at"].as_f64().unwrap();
    assert!(
        (reported * 1000.0).round() as i64 == expires,
        "{reported} and {expires}"
    );
}

#[tokio::test]
async fn an_invalid_request_gets_an_error_and_the_next_one_succeeds() {
    let ecr = mock().await;
    let requests = [
        json!([]),
        json!({ "registry": "alpine" }),
        json!({ "registry": HOST }),
    ];
    let responses = responses(&ecr, &requests).await;
    assert!(
        responses[0]["error"]
            .as_str()
            .unwrap()
            .contains("has no registry")
    );
    assert!(responses[1]["error"].as_str().unwrap().contains("alpine"));
    assert!(responses[2]["password"].is_string());
    assert_eq!(calls(&ecr), 1);
}

#[tokio::test]
async fn an_error_is_not_cached() {
    let ecr = mock().await;
    ecr.faults()
        .error("AccessDeniedException")
        .times(1)
        .set()
        .unwrap();
    let request = json!({ "registry": HOST });
    let responses = responses(&ecr, &[request.clone(), request]).await;
    assert!(
        responses[0]["error"]
            .as_str()
            .unwrap()
            .contains("AccessDenied")
    );
    assert!(responses[1]["password"].is_string());
}

#[tokio::test]
async fn arguments_are_rejected() {
    let outcome = Home::without_aws().ecr(&["login-lines", "x"], "").await;
    assert_eq!(outcome.code, 1);
    assert!(
        outcome.stderr.contains("only global options are accepted"),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn a_line_that_is_not_utf_8_gets_an_error_and_the_next_one_succeeds() {
    let ecr = mock().await;
    let request = json!({ "registry": HOST });
    let mut lines = format!("{request}\n").into_bytes();
    lines.extend(b"{\"registry\":\"\xff\"}\n");
    lines.extend(format!("{request}\r\n").as_bytes());
    let outcome = Home::for_mock(&ecr).ecr(&["login-lines"], lines).await;
    assert_eq!(outcome.code, 0, "{outcome:?}");
    let responses: Vec<Value> = outcome
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(responses[0]["password"].is_string());
    let error = json!({ "error": "line 2 is not valid UTF-8" });
    assert_eq!(responses[1], error);
    assert_eq!(responses[2], responses[0]);
}

#[test]
fn a_stdin_that_cannot_be_read_exits_with_1() {
    let home = Home::without_aws();
    let directory = std::fs::File::open(home.path()).unwrap();
    let output = home
        .command(&["login-lines"])
        .stdin(directory)
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    let message = "login-lines: line 1 of stdin cannot be read: ";
    assert!(stderr.starts_with(message), "{stderr}");
}
