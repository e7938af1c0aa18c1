//! `ecr login-lines`: requests and answers as lines of JSON.

use mock_ecr::MockEcr;
use serde_json::{Value, json};

use crate::asked::{HOST, Home, calls, mock};

async fn answers(ecr: &MockEcr, requests: &[Value]) -> Vec<Value> {
    let lines: String = requests
        .iter()
        .map(|request| format!("{request}\n"))
        .collect();
    let outcome = Home::at(ecr).ecr(&["login-lines"], &lines).await;
    assert_eq!(outcome.code, 0, "{outcome:?}");
    let lines = outcome.stdout.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[tokio::test]
async fn a_login_is_kept_until_the_registry_refuses_it() {
    let ecr = mock().await;
    let ask = json!({ "registry": HOST });
    let refused = json!({ "registry": HOST, "refused": true });
    let answers = answers(&ecr, &[ask.clone(), ask.clone(), refused, ask]).await;
    let [first, second, third, fourth] = &answers[..] else {
        panic!("{answers:?}");
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
    let end = ecr.tokens()[0].claims.expires.as_millis();
    let said = first["expires_at"].as_f64().unwrap();
    assert!((said * 1000.0).round() as i64 == end, "{said} and {end}");
}

#[tokio::test]
async fn what_is_no_request_is_answered_and_the_next_one_too() {
    let ecr = mock().await;
    let requests = [
        json!([]),
        json!({ "registry": "alpine" }),
        json!({ "registry": HOST }),
    ];
    let answers = answers(&ecr, &requests).await;
    assert!(
        answers[0]["error"]
            .as_str()
            .unwrap()
            .contains("names no registry")
    );
    assert!(answers[1]["error"].as_str().unwrap().contains("alpine"));
    assert!(answers[2]["password"].is_string());
    assert_eq!(calls(&ecr), 1);
}

#[tokio::test]
async fn an_error_is_not_kept() {
    let ecr = mock().await;
    let failing = ecr
        .faults()
        .error("AccessDeniedException")
        .times(1)
        .set()
        .unwrap();
    let ask = json!({ "registry": HOST });
    let answers = answers(&ecr, &[ask.clone(), ask]).await;
    assert!(
        answers[0]["error"]
            .as_str()
            .unwrap()
            .contains("AccessDenied")
    );
    assert!(answers[1]["password"].is_string());
    drop(failing);
}

#[tokio::test]
async fn it_takes_no_arguments() {
    let outcome = Home::without_aws().ecr(&["login-lines", "x"], "").await;
    assert_eq!(outcome.code, 1);
    assert!(outcome.stderr.contains("takes no arguments"), "{outcome:?}");
}
