use aws_sdk_ecr::Client;
use aws_sdk_ecr::error::ProvideErrorMetadata as _;
use mock_ecr::config::AuthMode;
use mock_ecr::{Config, MockEcr, Principal, PrincipalArn};
use tokio::net::TcpStream;

fn deploy() -> Principal {
    let arn = "arn:aws:sts::210987654321:assumed-role/Deploy/ci";
    Principal::new(arn.parse().unwrap(), "ASIAI44QH8DHBEXAMPLE", "secret").session_token("session")
}

async fn rejection(ecr: &MockEcr, principal: &Principal) -> (String, String) {
    let client = Client::new(&ecr.sdk_config_for(principal));
    let error = client.get_authorization_token().send().await.unwrap_err();
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    (text(error.code()), text(error.message()))
}

#[tokio::test]
async fn temporary_credentials_get_a_token_for_their_account() {
    let ecr = MockEcr::builder()
        .frozen()
        .principal(deploy())
        .start()
        .await
        .unwrap();
    let response = Client::new(&ecr.sdk_config())
        .get_authorization_token()
        .send()
        .await
        .unwrap();
    let data = &response.authorization_data()[0];
    assert_eq!(
        data.proxy_endpoint(),
        Some("https://210987654321.dkr.ecr.us-east-1.amazonaws.com")
    );
    let caller = ecr
        .verify_token(data.authorization_token().unwrap())
        .unwrap();
    assert_eq!(caller.arn(), &deploy().arn);
    assert_eq!(ecr.requests().caller(&deploy().arn).count(), 1);
}

#[tokio::test]
async fn unknown_credentials_are_rejected() {
    let ecr = MockEcr::builder().frozen().start().await.unwrap();
    let (code, message) = rejection(&ecr, &deploy()).await;
    assert_eq!(code, "UnrecognizedClientException");
    assert_eq!(
        message,
        "The security token included in the request is invalid."
    );
}

#[tokio::test]
async fn a_wrong_secret_key_is_rejected() {
    let ecr = MockEcr::builder().frozen().start().await.unwrap();
    let mut wrong_secret = ecr.config().default_principal();
    wrong_secret.secret_access_key = "guessed".into();
    let (code, message) = rejection(&ecr, &wrong_secret).await;
    assert_eq!(code, "InvalidSignatureException");
    assert!(
        message.starts_with("The request signature we calculated does not match"),
        "{message}"
    );
}

#[tokio::test]
async fn credentials_expire_on_the_clock_of_the_mock() {
    let end = "2015-11-29T22:30:53.241Z".parse().unwrap();
    let ecr = MockEcr::builder()
        .frozen()
        .principal(deploy().expires(end))
        .start()
        .await
        .unwrap();
    assert!(
        Client::new(&ecr.sdk_config())
            .get_authorization_token()
            .send()
            .await
            .is_ok()
    );
    ecr.clock().set(end);
    // The SDK does not send credentials that it recognizes as expired, so these have no expiry.
    let (code, message) = rejection(&ecr, &deploy()).await;
    assert_eq!(code, "ExpiredTokenException");
    assert_eq!(
        message,
        "The security token included in the request is expired"
    );
}

#[tokio::test]
async fn a_policy_controls_access_to_tokens() {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../fixtures/configs/denied.toml"
    );
    let ecr = MockEcr::from_config(Config::from_file(file).unwrap())
        .start()
        .await
        .unwrap();
    let [reader, suspended] = &ecr.config().principals[..] else {
        panic!("expected two principals");
    };
    assert_eq!(
        rejection(&ecr, reader).await,
        (
            "AccessDeniedException".to_owned(),
            "User: arn:aws:iam::123456789012:user/reader is not authorized to perform: ecr:GetAuthorizationToken on resource: * because no identity-based policy allows the ecr:GetAuthorizationToken action".to_owned()
        )
    );
    assert_eq!(
        rejection(&ecr, suspended).await,
        (
            "AccessDeniedException".to_owned(),
            "User: arn:aws:iam::123456789012:user/suspended is not authorized to perform: ecr:GetAuthorizationToken on resource: * with an explicit deny in an identity-based policy".to_owned()
        )
    );
}

#[tokio::test]
async fn lenient_mode_accepts_any_key_and_derives_the_account() {
    let ecr = MockEcr::builder()
        .frozen()
        .auth(AuthMode::Lenient)
        .start()
        .await
        .unwrap();
    let nobody: PrincipalArn = "arn:aws:iam::123456789012:user/nobody".parse().unwrap();
    for (key, account) in [
        ("210987654321", "210987654321"),
        ("whatever", "123456789012"),
    ] {
        let principal = Principal::new(nobody.clone(), key, "whatever");
        let client = Client::new(&ecr.sdk_config_for(&principal));
        let response = client.get_authorization_token().send().await.unwrap();
        let token = response.authorization_data()[0]
            .authorization_token()
            .unwrap();
        assert_eq!(ecr.verify_token(token).unwrap().account().as_str(), account);
    }
}

#[tokio::test]
async fn a_mock_stops_when_it_is_dropped() {
    let ecr = MockEcr::start().await.unwrap();
    let address = ecr.address();
    let mut open = TcpStream::connect(address).await.unwrap();
    drop(ecr);
    let read = tokio::io::AsyncReadExt::read(&mut open, &mut [0; 1]).await;
    assert!(
        matches!(read, Ok(0) | Err(_)),
        "the open connection is closed"
    );
    assert!(
        TcpStream::connect(address).await.is_err(),
        "the port is closed"
    );
}

#[tokio::test]
async fn a_mock_starts_with_every_configuration_of_the_fixtures() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/configs");
    let mut configs = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let config = Config::from_file(entry.unwrap().path()).unwrap();
        MockEcr::from_config(config).start().await.unwrap();
        configs += 1;
    }
    assert!(configs >= 3);
}
