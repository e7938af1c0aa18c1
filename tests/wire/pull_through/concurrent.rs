//! Imports while other requests change the cache, and imports of the same image.

use std::time::Duration;

use mock_ecr::config::PullThroughCacheRule;
use mock_ecr::repository::Image;
use mock_ecr::{MockEcr, Preserve};
use serde_json::json;

use super::Cache;
use super::upstream::{Blocked, EMPTY, Gate, MANIFEST, Upstream, blob, content};
use crate::response::Response;

const APP: &str = "quay/team/app/manifests/1.0";

/// An upstream registry that blocks the first request for the configuration of the image, and its cache.
async fn blocked() -> (Upstream, Blocked, Cache) {
    let upstream = Upstream::empty().await;
    let (gate, blocked) = Gate::new(content("{}"));
    upstream.add(&blob(EMPTY), gate).await;
    upstream.add_image().await;
    let cache = Cache::of(&upstream.url()).await;
    (upstream, blocked, cache)
}

/// Pulls the image, and makes a change during the import.
async fn pull_during(
    cache: &Cache,
    mut blocked: Blocked,
    change: impl Future<Output = ()>,
) -> Response {
    let changed = async {
        blocked.arrived().await;
        change.await;
        drop(blocked);
    };
    futures_util::future::join(cache.get(APP), changed).await.0
}

#[tokio::test]
async fn the_deletion_of_the_rule_stops_an_import() {
    let (_upstream, blocked, cache) = blocked().await;
    let delete = async {
        let named = json!({"ecrRepositoryPrefix": "quay"});
        cache.output("DeletePullThroughCacheRule", &named).await;
    };
    let pulled = pull_during(&cache, blocked, delete).await;
    assert_eq!(pulled.error(), "NAME_UNKNOWN");
    assert!(cache.0.repositories().await.unwrap().is_empty());
}

/// The rule exists again after the reset.
#[tokio::test]
async fn a_reset_stops_an_import() {
    let (_upstream, blocked, cache) = blocked().await;
    let reset = async { cache.0.reset(Preserve::Nothing).await.unwrap() };
    pull_during(&cache, blocked, reset).await;
    assert!(cache.0.repositories().await.unwrap().is_empty());
    assert_eq!(cache.get(APP).await.status(), 200);
}

#[tokio::test]
async fn the_deletion_of_the_repository_stops_an_import() {
    for is_created_again in [false, true] {
        let (_upstream, blocked, cache) = blocked().await;
        let named = json!({"repositoryName": "quay/team/app"});
        cache.output("CreateRepository", &named).await;
        let delete = async {
            cache.output("DeleteRepository", &named).await;
            if is_created_again {
                cache.output("CreateRepository", &named).await;
            }
        };
        let code = match is_created_again {
            true => "MANIFEST_UNKNOWN",
            false => "NAME_UNKNOWN",
        };
        assert_eq!(pull_during(&cache, blocked, delete).await.error(), code);
        let found = cache.0.repositories().await.unwrap();
        assert_eq!(found.len(), usize::from(is_created_again));
    }
}

#[tokio::test]
async fn a_push_during_an_import_of_an_immutable_tag_is_kept() {
    let (_upstream, blocked, cache) = blocked().await;
    let immutable = json!({"repositoryName": "quay/team/app", "imageTagMutability": "IMMUTABLE"});
    cache.output("CreateRepository", &immutable).await;
    let own = cache.0.repository("quay/team/app");
    let push = async {
        own.push(Image::new().layer("own").tag("1.0"))
            .await
            .unwrap();
    };
    assert_eq!(pull_during(&cache, blocked, push).await.status(), 200);
    assert_eq!(own.layers("1.0").await.unwrap(), [b"own"]);
}

#[tokio::test]
async fn requests_for_an_image_share_the_failure_of_its_import() {
    let upstream = Upstream::empty().await;
    let cache = Cache::of(&upstream.url()).await;
    let ids = [0; 6].map(|_| json!({"imageTag": "1.0"}));
    let input = json!({"repositoryName": "quay/team/app", "imageIds": ids});
    let output = cache.output("BatchGetImage", &input).await;
    assert_eq!(output["failures"].as_array().unwrap().len(), 6);
    assert_eq!(upstream.paths().await, [MANIFEST]);
    // A later request begins another import.
    upstream.add_image().await;
    assert_eq!(cache.get(APP).await.status(), 200);
}

/// Returns an address on which a mock can listen. No other test uses this IP address.
fn address() -> std::net::SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.77.1:0").unwrap();
    listener.local_addr().unwrap()
}

/// Each mock imports an image of the other one, whose import requests the image of the first one again.
#[tokio::test]
async fn caches_of_each_other_do_not_wait_for_each_other() {
    let addresses = [address(), address()];
    let start = async |own: usize, prefix: &str, upstream: &str| {
        let rule = PullThroughCacheRule::new(prefix, "quay.io");
        let rule = rule.upstream_repository_prefix(upstream);
        let builder = MockEcr::builder().frozen().listen(addresses[own]);
        let other = format!("http://{}", addresses[1 - own]);
        let builder = builder.upstream("quay.io", &other);
        let builder = builder.upstream_timeout(Duration::from_secs(3600));
        Cache::start(builder.pull_through_cache_rule(rule)).await
    };
    let first = start(0, "first", "second").await;
    let second = start(1, "second", "first").await;
    let paths = (0..8).map(|image| format!("app{image}/manifests/1.0"));
    let pulls = paths.map(async |path| {
        let paths = ["first", "second"].map(|prefix| format!("{prefix}/{path}"));
        let pulls = (first.get(&paths[0]), second.get(&paths[1]));
        let (one, other) = futures_util::future::join(pulls.0, pulls.1).await;
        assert_eq!([one.status(), other.status()], [404, 404]);
    });
    let pulls = futures_util::future::join_all(pulls);
    let pulls = tokio::time::timeout(Duration::from_secs(120), pulls);
    pulls.await.expect("the requests end");
}

/// The repository has the same name in both mocks.
#[tokio::test]
async fn a_cache_of_a_cache_finds_an_image_of_the_same_name() {
    let upstream = Upstream::with_image().await;
    let cache_of = async |address: &str| {
        let rule = PullThroughCacheRule::new("ROOT", "quay.io");
        let builder = MockEcr::builder().frozen().pull_through_cache_rule(rule);
        Cache::start(builder.upstream("quay.io", address)).await
    };
    let middle = cache_of(&upstream.url()).await;
    let outer = cache_of(&middle.0.url()).await;
    assert_eq!(outer.get("team/app/manifests/1.0").await.status(), 200);
}
