//! Expiry and revocation of tokens.

use std::time::Duration;

use mock_ecr::token::{Claims, Revocation, TokenIssuer};
use mock_ecr::{AccountId, Config, MockEcr, Principal, PrincipalArn, Region};

use crate::authentication::{Expected, US_WEST_2, assert_ping_response, ping};
use crate::raw::{RawRequest, frozen_mock, now};

#[tokio::test]
async fn a_token_is_valid_until_the_millisecond_of_its_expiry() {
    let ecr = frozen_mock().await;
    let token = ecr.issue_token();
    ecr.clock()
        .advance(Duration::from_millis(12 * 3_600_000 - 1));
    assert_eq!(ping(&ecr, &token).await.status(), 200);
    ecr.clock().advance(Duration::from_millis(1));
    let expected = Expected::expired().dated("Mon, 30 Nov 2015 09:30:53 GMT");
    assert_ping_response(&ecr, |ping| ping.with_token(&token), expected).await;
}

#[tokio::test]
async fn expiry_is_checked_before_the_region() {
    // [ASSUME]
    let ecr = frozen_mock().await;
    let token = ecr.issue_token();
    ecr.clock().advance(Duration::from_secs(12 * 3600));
    let expected = Expected::expired().dated("Mon, 30 Nov 2015 09:30:53 GMT");
    let prepare = |ping: RawRequest| ping.with_token(&token).on_host(US_WEST_2);
    assert_ping_response(&ecr, prepare, expected).await;
}

#[tokio::test]
async fn a_revoked_token_is_rejected_and_others_are_accepted() {
    let ecr = frozen_mock().await;
    let (token, region) = (ecr.issue_token(), Region::default());
    let root = PrincipalArn::root(AccountId::EXAMPLE, &region);
    let other = ecr.issue_token_for(root, region);
    ecr.revoke(Revocation::Token(token.id())).unwrap();
    assert_ping_response(&ecr, |ping| ping.with_token(&token), Expected::revoked()).await;
    assert_eq!(ping(&ecr, &other).await.status(), 200);
}

#[tokio::test]
async fn present_and_future_tokens_of_a_revoked_principal_are_rejected() {
    let ecr = frozen_mock().await;
    let (token, region) = (ecr.issue_token(), Region::default());
    let root = PrincipalArn::root(AccountId::EXAMPLE, &region);
    let other = ecr.issue_token_for(root, region);
    ecr.revoke(Revocation::Principal(ecr.config().default_principal().arn))
        .unwrap();
    assert_ping_response(&ecr, |ping| ping.with_token(&token), Expected::revoked()).await;
    assert_eq!(ping(&ecr, &other).await.status(), 200);
    ecr.clock().advance(Duration::from_millis(1));
    assert_eq!(ping(&ecr, &ecr.issue_token()).await.status(), 403);
}

#[tokio::test]
async fn tokens_issued_before_a_revocation_time_are_rejected() {
    let ecr = frozen_mock().await;
    let token = ecr.issue_token();
    ecr.clock().advance(Duration::from_millis(1));
    let later = ecr.issue_token();
    ecr.revoke(Revocation::IssuedBefore(ecr.clock().now()))
        .unwrap();
    assert_ping_response(&ecr, |ping| ping.with_token(&token), Expected::revoked()).await;
    assert_eq!(ping(&ecr, &later).await.status(), 200);
}

#[tokio::test]
async fn a_token_expires_with_the_credentials_of_its_principal() {
    // Source: kubernetes/kubernetes#69141, with tokens obtained with temporary credentials.
    let end = now() + Duration::from_secs(1);
    let principal = Principal::example(AccountId::EXAMPLE, &Region::default()).expires(end);
    let builder = MockEcr::builder().frozen().principal(principal);
    let ecr = builder.start().await.unwrap();
    let token = ecr.issue_token();
    ecr.clock().advance(Duration::from_millis(999));
    assert_eq!(ping(&ecr, &token).await.status(), 200);
    ecr.clock().advance(Duration::from_millis(1));
    let date = "Sun, 29 Nov 2015 21:30:54 GMT";
    let expected = Expected::revoked().dated(date);
    assert_ping_response(&ecr, |ping| ping.with_token(&token), expected).await;
}

#[tokio::test]
async fn a_token_of_the_root_user_of_an_unknown_account_is_rejected_unless_the_mock_is_lenient() {
    // The token is issued offline, by anyone who knows the seed.
    let issuer = TokenIssuer::new(&Config::default());
    let root = "arn:aws:iam::999999999999:root".parse().unwrap();
    let ttl = Duration::from_secs(3600);
    let token = issuer.issue(&Claims::new(root, Region::default(), now(), ttl));
    for (config, status) in [
        ("", 403),
        ("auth = 'lenient'", 200),
        ("accounts = [{ id = '999999999999' }]", 200),
    ] {
        let config = Config::parse(config).unwrap();
        let ecr = MockEcr::from_config(config).frozen().start().await.unwrap();
        assert_eq!(ping(&ecr, &token).await.status(), status);
    }
}

#[tokio::test]
async fn a_token_of_an_unknown_principal_is_rejected() {
    // [ASSUME]
    let ecr = frozen_mock().await;
    let nobody = "arn:aws:iam::123456789012:user/nobody".parse().unwrap();
    let token = ecr.issue_token_for(nobody, Region::default());
    assert_ping_response(&ecr, |ping| ping.with_token(&token), Expected::revoked()).await;
}

#[tokio::test]
async fn the_configuration_sets_the_ttl_of_tokens() {
    let ttl = Duration::from_millis(1500);
    let ecr = MockEcr::builder().frozen().token_ttl(ttl);
    let ecr = ecr.start().await.unwrap();
    let response = RawRequest::token_call().signed().to(&ecr).await;
    assert!(response.body.contains(r#""expiresAt":1.448832654741E9"#));
    let token = ecr.issue_token();
    ecr.clock().advance(ttl);
    let expected = Expected::expired().dated("Sun, 29 Nov 2015 21:30:54 GMT");
    assert_ping_response(&ecr, |ping| ping.with_token(&token), expected).await;
}
