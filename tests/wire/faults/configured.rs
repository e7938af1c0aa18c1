//! Faults of the configuration.

use mock_ecr::{Config, MockEcr};

use super::{ping, token_call};
use crate::errors::chain;

#[tokio::test]
async fn faults_of_the_configuration_apply_from_the_start() {
    let config = Config::parse(
        "
        [[faults]]
        match = { operation = 'GetAuthorizationToken', times = 1 }
        action = { error = 'ThrottlingException' }

        [[faults]]
        match = { service = 'registry', after = 1 }
        action = { error = 'BadGateway' }
        ",
    );
    let ecr = MockEcr::from_config(config.unwrap())
        .frozen()
        .start()
        .await
        .unwrap();
    assert_eq!(token_call(&ecr).await.status(), 400);
    assert_eq!(token_call(&ecr).await.status(), 200);
    assert_eq!(ping(&ecr).await.status(), 200);
    assert_eq!(ping(&ecr).await.status(), 502);
    assert_eq!(ecr.faults().list().len(), 2);
}

#[tokio::test]
async fn an_invalid_fault_of_a_configuration_is_rejected_with_its_location() {
    for (toml, text) in [
        ("[[faults]]\naction = { error = 'Nothing' }", "line 2"),
        ("[[faults]]\naction = { expload = 1 }", "expload"),
        (
            "[[faults]]\nmatch = { service = 'ecr' }\naction = { expired = 'challenge' }",
            "the registry only",
        ),
    ] {
        let error = chain(&Config::parse(toml).unwrap_err());
        assert!(error.contains(text), "{error}");
    }
}
