//! Keys and parameters of an earlier version: the error gives the new name.

use mock_ecr::Config;
use mock_ecr::fault::Fault;

use crate::control::{control_request, post};
use crate::raw::frozen_mock;

#[test]
fn an_old_key_of_a_configuration_is_rejected_with_the_new_key() {
    for (toml, new) in [
        ("token_life = '1h'", "`token_ttl`"),
        ("[[faults]]\nwhat = { date = '1s' }", "`action`"),
        (
            "[[faults]]\naction = { date = '1s' }\nmatch = { plane = 'api' }",
            "`service`",
        ),
    ] {
        let error = Config::parse(toml).unwrap_err().to_string();
        let expected = format!("it was renamed to {new}");
        assert!(error.ends_with(&expected), "{error}");
    }
    let error = Fault::from_toml("when = {}\naction = { date = '1s' }").unwrap_err();
    let error = error.to_string();
    assert!(error.ends_with("it was renamed to `match`"), "{error}");
}

#[tokio::test]
async fn an_old_name_in_the_control_api_is_rejected_with_the_new_name() {
    let ecr = frozen_mock().await;
    for (request, new) in [
        (
            post("faults", r#"{"what":{"date":"1s"}}"#),
            "it was renamed to `action`",
        ),
        (
            control_request("GET", "requests?plane=api"),
            "it was renamed to service",
        ),
        (
            control_request("GET", "requests?way=http"),
            "it was renamed to ingress",
        ),
    ] {
        let response = request.to(&ecr).await;
        assert_eq!(response.status(), 400);
        assert!(response.body.contains(new), "{}", response.body);
    }
}
