//! A secret at the end of a truncated text is redacted, not cut.

use std::iter;

use mock_ecr::{MockEcr, Principal};

use crate::raw::RawRequest;
use crate::signer::Signer;

/// No text of the mock contains four characters of it.
const SECRET: &str = "Zq7Wx9Kv3Jm5Pb8Tn2Hd4Fs6";

async fn mock() -> MockEcr {
    let builder = MockEcr::builder().frozen().control_key(SECRET);
    builder.start().await.unwrap()
}

/// Asserts that no message, explanation or other recorded text has a part of the secret, and removes the requests.
#[track_caller]
fn assert_redacted(ecr: &MockEcr, secret: &str, case: &str) {
    let requests = ecr.requests();
    let all = [
        requests.clone(),
        requests.service("control".parse().unwrap()),
    ];
    let texts = all.iter().flat_map(|part| part.iter()).map(|entry| {
        let explanation = entry.explanation();
        let texts = (
            &entry.message,
            &entry.target,
            &entry.host,
            &entry.token_error,
        );
        format!("{texts:?} {explanation:?} {entry:?}")
    });
    let texts: String = texts.collect();
    assert!(
        texts.contains("RED") || texts.contains("redacted"),
        "{case}: {texts}"
    );
    for part in secret.as_bytes().windows(4) {
        let part = str::from_utf8(part).unwrap();
        assert!(!texts.contains(part), "{case}: {part} is in {texts}");
    }
    ecr.clear_requests();
}

/// Returns texts in which the secret begins at each position near a limit of a text.
fn padded() -> impl Iterator<Item = String> {
    let positions = (0..=12).chain(70..=102).chain(170..=202).chain(970..=1030);
    positions.map(|position| "x".repeat(position) + SECRET)
}

#[tokio::test]
async fn a_secret_in_the_action_or_the_version_of_a_call_of_sts_is_redacted() {
    let ecr = mock().await;
    let form =
        RawRequest::new("POST", "/").with("Content-Type", "application/x-www-form-urlencoded");
    for position in 0..=1100 {
        let text = "x".repeat(position) + SECRET;
        for (action, version) in [(&*text, "2011-06-15"), ("Nothing", &text), (&text, &text)] {
            let call = form
                .clone()
                .body(format!("Action={action}&Version={version}"));
            let response = call.to(&ecr).await;
            assert!(
                response.body.contains("Could not find operation"),
                "{response:?}"
            );
        }
        let requests = ecr.requests();
        let message = requests.last().unwrap().message.as_deref().unwrap();
        assert!(message.len() <= 1024, "{message}");
        assert_redacted(&ecr, SECRET, &format!("position {position}"));
    }
}

#[tokio::test]
async fn a_secret_in_an_invalid_query_parameter_is_redacted() {
    let ecr = mock().await;
    for name in [
        "service",
        "status",
        "token",
        "since",
        "slower_than",
        "operation",
        "ingress",
        "limit",
    ] {
        for text in padded() {
            let target = format!("/_mock/requests?{name}={text}");
            let request = RawRequest::new("GET", target).authorized(&format!("Bearer {SECRET}"));
            let response = request.to(&ecr).await;
            assert_eq!(response.status(), 400, "{response:?}");
            assert_redacted(&ecr, SECRET, name);
        }
    }
}

#[tokio::test]
async fn a_secret_in_an_invalid_body_is_redacted() {
    let ecr = mock().await;
    let finding = r#"{"severity":"HIGH","package":"p","version":"1","name":"NAME","score":SCORE}"#;
    let digest = format!("sha256:{}", "a".repeat(64));
    let long_name = format!("TEXT{}", "y".repeat(1000));
    let result = format!(r#"{{"repository":"app","image":"{digest}","findings":[{finding}]}}"#);
    for (path, body) in [
        ("tokens/revoke", r#"{"id":"TEXT"}"#),
        ("tokens", r#"{"region":"TEXT"}"#),
        ("tokens", r#"{"principal":"TEXT"}"#),
        ("clock/advance", r#"{"by":"TEXT"}"#),
        ("clock/set", r#"{"to":"TEXT"}"#),
        (
            "faults",
            r#"{"match":{"operation":"TEXT"},"action":{"error":"ServerException"}}"#,
        ),
        (
            "faults",
            r#"{"match":{"account":"TEXT"},"action":{"error":"ServerException"}}"#,
        ),
        (
            "faults",
            r#"{"match":{"method":"TEXT"},"action":{"error":"ServerException"}}"#,
        ),
        ("faults", r#"{"action":{"error":"TEXT"}}"#),
        ("faults", r#"{"action":{"latency":"TEXT"}}"#),
        ("faults", r#"{"action":{"proxy_endpoint":"TEXT"}}"#),
        ("faults", r#"{"action":{"expires_at":"TEXT"}}"#),
        ("faults", r#"{"TEXT":1}"#),
        (
            "scan-results",
            &result.replace("NAME", "TEXT").replace("SCORE", "11"),
        ),
        (
            "scan-results",
            &result.replace("NAME", &long_name).replace("SCORE", "1"),
        ),
    ] {
        for text in padded() {
            let request = RawRequest::new("POST", format!("/_mock/{path}"))
                .authorized(&format!("Bearer {SECRET}"))
                .with("Content-Type", "application/json")
                .body(body.replace("TEXT", &text));
            let response = request.to(&ecr).await;
            assert_eq!(response.status(), 400, "{path} {body}: {response:?}");
            assert_redacted(&ecr, SECRET, body);
        }
    }
}

#[tokio::test]
async fn a_secret_in_the_id_of_a_denying_statement_is_redacted() {
    let ecr = mock().await;
    ecr.create_repository("app").await.unwrap();
    let call = |operation: &str, body: String| RawRequest::call(operation).body(body).signed();
    for position in 70..=97 {
        let sid = "x".repeat(position) + SECRET;
        let policy = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"{sid}","Effect":"Deny","Principal":"*","Action":"ecr:DescribeImages"}}]}}"#
        );
        let input = serde_json::json!({ "repositoryName": "app", "policyText": policy });
        let set = call("SetRepositoryPolicy", input.to_string())
            .to(&ecr)
            .await;
        assert_eq!(set.status(), 200, "{set:?}");
        ecr.clear_requests();
        let images = call("DescribeImages", r#"{"repositoryName":"app"}"#.to_owned());
        assert_eq!(images.to(&ecr).await.status(), 400);
        assert_redacted(&ecr, SECRET, &sid);
    }
}

#[tokio::test]
async fn a_secret_in_the_name_of_a_denied_repository_or_in_a_region_is_redacted() {
    let secret = "zq7wx9kv3jm5pb8tn2hd4fs6";
    let arn = "arn:aws:iam::123456789012:user/nobody".parse().unwrap();
    let nobody = Principal::new(arn, "AKIDNOBODY", "s").deny(["ecr:DescribeImages"]);
    let builder = MockEcr::builder().frozen().control_key(secret);
    let ecr = builder.principal(nobody.clone()).start().await.unwrap();
    let signer = Signer::new(&nobody);
    let input = format!(r#"{{"repositoryName":"{secret}"}}"#);
    let host = |kind: &str| format!("{kind}.ecr.{secret}.amazonaws.com");
    let denied = RawRequest::call("DescribeImages").body(input);
    for request in [
        denied.signed_by(&signer),
        RawRequest::ping("GET")
            .with_token(&ecr.issue_token())
            .on_host(&host("123456789012.dkr")),
        RawRequest::token_call()
            .signed_by(&signer)
            .on_host(&host("api")),
    ] {
        let response = request.to(&ecr).await;
        assert!(response.status() >= 400, "{response:?}");
        assert_redacted(&ecr, secret, request.header("Host").unwrap());
    }
    let first = ecr
        .tokens()
        .iter()
        .find_map(|token| token.first_rejection.clone());
    assert!(!format!("{first:?}").contains(secret), "{first:?}");
}

#[test]
fn the_positions_include_each_limit() {
    let positions: Vec<usize> = padded().map(|text| text.len() - SECRET.len()).collect();
    for limit in [10, 100, 200, 1000, 1024] {
        let mut cut = iter::successors(Some(limit), |at| Some(at - 1)).take(4);
        assert!(cut.all(|at| positions.contains(&at)), "{limit}");
    }
}
