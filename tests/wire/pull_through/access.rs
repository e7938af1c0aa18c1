//! The permissions that an import needs: ecr:BatchImportUpstreamImage and, for a new repository, ecr:CreateRepository.
//!
//! Source: "IAM permissions required to sync an upstream registry" in the user guide, and aws/containers-roadmap#2354 (2024) for the errors.

use mock_ecr::repository::{Image, Policy};
use mock_ecr::{MockEcr, Principal};
use serde_json::json;

use super::{Cache, DEVELOPER, builder};
use crate::log::Log;

const PULLER: &str = "arn:aws:iam::123456789012:user/puller";
const APP: &str = "quay/team/app/manifests/1.0";

/// Starts a cache with a caller that is allowed these actions, and its upstream registry.
async fn start(allowed: &[&str]) -> (MockEcr, Cache) {
    let upstream = MockEcr::builder().frozen();
    let image = Image::new().layer("a layer").tag("1.0");
    let upstream = upstream.image("team/app", image.clone());
    let image = image.tag("2.0");
    let upstream = upstream.image("team/app", image).start().await.unwrap();
    let puller = Principal::from_arn(PULLER).unwrap();
    let puller = puller.allow(
        ["ecr:BatchGetImage"]
            .into_iter()
            .chain(allowed.iter().copied()),
    );
    let developer = Principal::example(
        "123456789012".parse().unwrap(),
        &"us-east-1".parse().unwrap(),
    );
    let builder = builder().principal(developer).principal(puller);
    let cache = Cache::start(builder.upstream("quay.io", &upstream.url())).await;
    (upstream, cache)
}

const IMPORT: &str = "ecr:BatchImportUpstreamImage";
const CREATE: &str = "ecr:CreateRepository";

#[tokio::test]
async fn both_actions_are_required_to_create_the_repository() {
    for (allowed, denied) in [(&[IMPORT], CREATE), (&[CREATE], IMPORT)] {
        let (upstream, cache) = start(allowed).await;
        let log = Log::default();
        let guards = log.capture();
        cache.assert_no_repository(PULLER, "quay/team/app").await;
        drop(guards);
        let text = format!("is not authorized to perform: {denied}");
        assert!(log.text().contains(&text), "{}", log.text());
        assert_eq!(upstream.requests().count(), 0);
    }
    let (_upstream, cache) = start(&[IMPORT, CREATE]).await;
    assert_eq!(cache.get_as(PULLER, APP).await.status(), 200);
}

#[tokio::test]
async fn an_existing_repository_needs_the_permission_to_import() {
    let (_upstream, cache) = start(&[CREATE]).await;
    assert_eq!(cache.get_as(DEVELOPER, APP).await.status(), 200);
    assert_eq!(cache.get_as(PULLER, APP).await.status(), 200);
    let other = "quay/team/app/manifests/2.0";
    let response = cache.get_as(PULLER, other).await;
    assert_eq!(
        (response.status(), &response.body[..]),
        (404, super::MANIFEST_UNKNOWN)
    );
    let policy = Policy::new().allow(PULLER, [IMPORT]);
    cache
        .0
        .repository("quay/team/app")
        .set_policy(policy)
        .await
        .unwrap();
    assert_eq!(cache.get_as(PULLER, other).await.status(), 200);
}

#[tokio::test]
async fn the_policy_of_the_registry_can_allow_both_actions_in_each_scope() {
    for scope in ["V1", "V2"] {
        let (_upstream, cache) = start(&[]).await;
        let setting = json!({"name": "REGISTRY_POLICY_SCOPE", "value": scope});
        cache.output("PutAccountSetting", &setting).await;
        cache.assert_no_repository(PULLER, "quay/team/app").await;
        let policy = json!({"Statement": [{"Effect": "Allow", "Principal": {"AWS": PULLER},
            "Action": [IMPORT, CREATE], "Resource": "arn:aws:ecr:us-east-1:123456789012:repository/quay/*"}]});
        let policy = json!({"policyText": policy.to_string()});
        cache.output("PutRegistryPolicy", &policy).await;
        assert_eq!(cache.get_as(PULLER, APP).await.status(), 200, "{scope}");
    }
}

#[tokio::test]
async fn a_caller_that_must_not_import_pulls_the_cached_image() {
    // [ASSUME]
    let (upstream, cache) = start(&[]).await;
    assert_eq!(cache.get_as(DEVELOPER, APP).await.status(), 200);
    cache
        .0
        .clock()
        .advance(std::time::Duration::from_secs(25 * 3600));
    upstream.clear_requests();
    assert_eq!(cache.get_as(PULLER, APP).await.status(), 200);
    assert_eq!(upstream.requests().count(), 0);
}
