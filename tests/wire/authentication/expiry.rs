//! How long a token opens the door.

use std::time::Duration;

use mock_ecr::token::Revocation;
use mock_ecr::{AccountId, MockEcr, Principal, PrincipalArn, Region};

use crate::authentication::{US_WEST_2, Words, hears, opens};
use crate::raw::{RawRequest, frozen, now};

#[tokio::test]
async fn a_token_lives_until_its_last_millisecond_and_no_longer() {
    let ecr = frozen().await;
    let token = ecr.issue_token();
    ecr.clock()
        .advance(Duration::from_millis(12 * 3_600_000 - 1));
    assert_eq!(opens(&ecr, &token).await.status(), 200);
    ecr.clock().advance(Duration::from_millis(1));
    let words = Words::expired().on("Mon, 30 Nov 2015 09:30:53 GMT");
    hears(&ecr, |ping| ping.bearing(&token), words).await;
}

#[tokio::test]
async fn an_expired_token_of_another_region_is_expired_first() {
    // [ASSUME]
    let ecr = frozen().await;
    let token = ecr.issue_token();
    ecr.clock().advance(Duration::from_secs(12 * 3600));
    let words = Words::expired().on("Mon, 30 Nov 2015 09:30:53 GMT");
    let knock = |ping: RawRequest| ping.bearing(&token).on_host(US_WEST_2);
    hears(&ecr, knock, words).await;
}

#[tokio::test]
async fn a_revoked_token_is_dead_and_no_other() {
    let ecr = frozen().await;
    let (token, region) = (ecr.issue_token(), Region::default());
    let root = PrincipalArn::root(AccountId::EXAMPLE, &region);
    let other = ecr.issue_token_for(root, region);
    ecr.revoke(Revocation::Token(token.id()));
    hears(&ecr, |ping| ping.bearing(&token), Words::dead()).await;
    assert_eq!(opens(&ecr, &other).await.status(), 200);
}

#[tokio::test]
async fn a_revoked_principal_s_tokens_are_dead_those_to_come_as_well() {
    let ecr = frozen().await;
    let (token, region) = (ecr.issue_token(), Region::default());
    let root = PrincipalArn::root(AccountId::EXAMPLE, &region);
    let other = ecr.issue_token_for(root, region);
    ecr.revoke(Revocation::Principal(ecr.config().default_principal().arn));
    hears(&ecr, |ping| ping.bearing(&token), Words::dead()).await;
    assert_eq!(opens(&ecr, &other).await.status(), 200);
    ecr.clock().advance(Duration::from_millis(1));
    assert_eq!(opens(&ecr, &ecr.issue_token()).await.status(), 403);
}

#[tokio::test]
async fn tokens_of_before_an_instant_are_dead() {
    let ecr = frozen().await;
    let token = ecr.issue_token();
    ecr.clock().advance(Duration::from_millis(1));
    let later = ecr.issue_token();
    ecr.revoke(Revocation::IssuedBefore(ecr.clock().now()));
    hears(&ecr, |ping| ping.bearing(&token), Words::dead()).await;
    assert_eq!(opens(&ecr, &later).await.status(), 200);
}

#[tokio::test]
async fn a_token_dies_with_the_credentials_that_bought_it() {
    // Source: kubernetes/kubernetes#69141, of tokens bought by temporary credentials.
    let end = now() + Duration::from_secs(1);
    let principal = Principal::example(AccountId::EXAMPLE, &Region::default()).expires(end);
    let builder = MockEcr::builder().frozen().principal(principal);
    let ecr = builder.start().await.unwrap();
    let token = ecr.issue_token();
    ecr.clock().advance(Duration::from_millis(999));
    assert_eq!(opens(&ecr, &token).await.status(), 200);
    ecr.clock().advance(Duration::from_millis(1));
    let date = "Sun, 29 Nov 2015 21:30:54 GMT";
    let words = Words::dead().on(date);
    hears(&ecr, |ping| ping.bearing(&token), words).await;
}

#[tokio::test]
async fn a_token_of_somebody_who_does_not_exist_is_dead() {
    // [ASSUME]
    let ecr = frozen().await;
    let nobody = "arn:aws:iam::123456789012:user/nobody".parse().unwrap();
    let token = ecr.issue_token_for(nobody, Region::default());
    hears(&ecr, |ping| ping.bearing(&token), Words::dead()).await;
}

#[tokio::test]
async fn a_config_may_give_tokens_another_life() {
    let ttl = Duration::from_millis(1500);
    let ecr = MockEcr::builder().frozen().token_ttl(ttl);
    let ecr = ecr.start().await.unwrap();
    let answer = RawRequest::token_call().signed().to(&ecr).await;
    assert!(answer.body.contains(r#""expiresAt":1.448832654741E9"#));
    let token = ecr.issue_token();
    ecr.clock().advance(ttl);
    let words = Words::expired().on("Sun, 29 Nov 2015 21:30:54 GMT");
    hears(&ecr, |ping| ping.bearing(&token), words).await;
}
