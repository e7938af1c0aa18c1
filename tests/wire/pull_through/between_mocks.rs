//! Caches of other mocks.

use std::time::Duration;

use mock_ecr::config::PullThroughCacheRule;
use mock_ecr::repository::Image;
use mock_ecr::{MockEcr, Preserve};
use serde_json::{Value, json};

use super::{Cache, builder};
use crate::image::{OCI_INDEX, OCI_MANIFEST};
use crate::log::Log;
use crate::raw::RawRequest;

fn image(layer: &str) -> Image {
    Image::new().layer(layer).tag("1.0")
}

/// Starts a mock with the image `team/app:1.0`.
async fn upstream() -> MockEcr {
    let builder = MockEcr::builder().frozen();
    builder
        .image("team/app", image("a layer"))
        .start()
        .await
        .unwrap()
}

const APP: &str = "quay/team/app/manifests/1.0";

#[tokio::test]
async fn a_pull_imports_the_image_with_its_layers() {
    let upstream = upstream().await;
    let cache = Cache::of(&upstream.url()).await;
    let manifest = cache.get(APP).await;
    assert_eq!(manifest.status(), 200, "{}", manifest.body);
    let source = upstream.repository("team/app");
    assert_eq!(
        manifest.body.as_bytes(),
        source.manifest("1.0").await.unwrap()
    );
    let cached = cache.0.repository("quay/team/app");
    assert_eq!(cached.layers("1.0").await.unwrap(), [b"a layer"]);
    assert_eq!(
        cached.config("1.0").await.unwrap(),
        source.config("1.0").await.unwrap()
    );
    // Source of the settings: ministryofjustice/modernisation-platform-environments#12235.
    let named = json!({"repositoryNames": ["quay/team/app"]});
    let described = cache.call("DescribeRepositories", &named).await;
    assert_eq!(
        described.body,
        r#"{"repositories":[{"createdAt":1.448832653241E9,"encryptionConfiguration":{"encryptionType":"AES256"},"imageScanningConfiguration":{"scanOnPush":false},"imageTagMutability":"MUTABLE","registryId":"123456789012","repositoryArn":"arn:aws:ecr:us-east-1:123456789012:repository/quay/team/app","repositoryName":"quay/team/app","repositoryUri":"123456789012.dkr.ecr.us-east-1.amazonaws.com/quay/team/app"}]}"#
    );
    // The image is cached: the upstream registry is not requested again.
    upstream.clear_requests();
    assert_eq!(cache.get(APP).await.body, manifest.body);
    assert_eq!(
        cache.send_as(super::DEVELOPER, "HEAD", APP).await.status(),
        200
    );
    assert_eq!(upstream.requests().count(), 0);
}

#[tokio::test]
async fn a_head_request_imports_the_image() {
    let upstream = upstream().await;
    let cache = Cache::of(&upstream.url()).await;
    let head = cache.send_as(super::DEVELOPER, "HEAD", APP).await;
    assert_eq!(head.status(), 200);
    let digest = upstream.repository("team/app").digest("1.0").await.unwrap();
    assert_eq!(head.header("docker-content-digest"), digest.as_str());
}

#[tokio::test]
async fn an_index_is_imported_with_its_images() {
    let upstream = MockEcr::builder().frozen();
    let upstream = upstream.image("team/app", Image::new().layer("one").tag("one"));
    let upstream = upstream.image("team/app", Image::new().layer("two").tag("two"));
    let upstream = upstream.start().await.unwrap();
    let source = upstream.repository("team/app");
    let mut children = Vec::new();
    for tag in ["one", "two"] {
        let digest = source.digest(tag).await.unwrap();
        let size = source.manifest(tag).await.unwrap().len();
        children.push(json!({"mediaType": OCI_MANIFEST, "digest": digest.as_str(), "size": size}));
    }
    let index = json!({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": children});
    let put = RawRequest::new("PUT", "/v2/team/app/manifests/1.0")
        .with_token(&upstream.issue_token())
        .with("Content-Type", OCI_INDEX);
    assert_eq!(
        put.body(index.to_string()).to(&upstream).await.status(),
        201
    );

    let cache = Cache::of(&upstream.url()).await;
    let pulled = cache.get(APP).await;
    assert_eq!(pulled.body, index.to_string());
    assert_eq!(pulled.header("content-type"), OCI_INDEX);
    for (child, layer) in children.iter().zip(["one", "two"]) {
        let digest = child["digest"].as_str().unwrap();
        let cached = cache.0.repository("quay/team/app");
        assert_eq!(cached.layers(digest).await.unwrap(), [layer.as_bytes()]);
        let path = format!("quay/team/app/manifests/{digest}");
        assert_eq!(cache.get(&path).await.status(), 200);
    }
}

#[tokio::test]
async fn an_image_that_is_not_cached_is_missing_by_its_digest() {
    // Source: aws/containers-roadmap#2837 (2026).
    let upstream = upstream().await;
    let cache = Cache::of(&upstream.url()).await;
    let digest = upstream.repository("team/app").digest("1.0").await.unwrap();
    let path = format!("quay/team/app/manifests/{digest}");
    assert_eq!(cache.get(&path).await.error(), "NAME_UNKNOWN");
    assert_eq!(upstream.requests().count(), 0);
    assert_eq!(cache.get(APP).await.status(), 200);
    let other = format!("sha256:{}", "b".repeat(64));
    cache
        .assert_missing(&format!("quay/team/app/manifests/{other}"))
        .await;
    assert_eq!(cache.get(&path).await.status(), 200);
}

#[tokio::test]
async fn an_image_that_the_upstream_registry_does_not_have_is_missing() {
    // Source: aws/containers-roadmap#2354 (2024). [ASSUME]: the repository is not created.
    let upstream = upstream().await;
    let cache = Cache::of(&upstream.url()).await;
    for path in ["quay/team/app/manifests/2.0", "quay/other/manifests/1.0"] {
        cache.assert_missing(path).await;
    }
    assert!(cache.0.repositories().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_repository_without_a_rule_does_not_exist() {
    let upstream = upstream().await;
    let cache = Cache::of(&upstream.url()).await;
    for name in ["team/app", "quay", "quay2/team/app"] {
        cache.assert_no_repository(super::DEVELOPER, name).await;
    }
    assert_eq!(upstream.requests().count(), 0);
}

#[tokio::test]
async fn the_rule_with_the_longest_prefix_applies() {
    // [ASSUME]
    let upstream = upstream().await;
    let rules = [
        PullThroughCacheRule::new("ROOT", "public.ecr.aws"),
        PullThroughCacheRule::new("quay", "registry.k8s.io"),
        PullThroughCacheRule::new("quay/own", "quay.io").upstream_repository_prefix("team"),
    ];
    let mut builder = MockEcr::builder().frozen();
    for rule in rules {
        builder = builder.pull_through_cache_rule(rule);
    }
    for host in ["public.ecr.aws", "registry.k8s.io", "quay.io"] {
        builder = builder.upstream(host, &upstream.url());
    }
    let cache = Cache::start(builder).await;
    for name in ["team/app", "quay/team/app", "quay/own/app"] {
        upstream.clear_requests();
        let path = format!("{name}/manifests/1.0");
        assert_eq!(cache.get(&path).await.status(), 200, "{name}");
        assert!(upstream.requests().count() > 0, "{name}");
    }
}

#[tokio::test]
async fn the_repository_is_created_by_its_template() {
    let upstream = upstream().await;
    let cache = Cache::of(&upstream.url()).await;
    for (cause, mutability) in [
        ("REPLICATION", "MUTABLE"),
        ("PULL_THROUGH_CACHE", "IMMUTABLE"),
    ] {
        let prefix = if cause == "REPLICATION" {
            "ROOT"
        } else {
            "quay"
        };
        let input =
            json!({"prefix": prefix, "appliedFor": [cause], "imageTagMutability": mutability});
        cache
            .output("CreateRepositoryCreationTemplate", &input)
            .await;
    }
    assert_eq!(cache.get(APP).await.status(), 200);
    let described = cache.output("DescribeRepositories", &json!({})).await;
    assert_eq!(
        described["repositories"][0]["imageTagMutability"],
        "IMMUTABLE"
    );
}

#[tokio::test]
async fn a_template_that_requires_a_role_creates_no_repository() {
    // Source: "Creating an IAM role for repository creation templates" in the user guide.
    let upstream = upstream().await;
    let cache = Cache::of(&upstream.url()).await;
    let tags = json!([{"Key": "team", "Value": "a"}]);
    let input =
        json!({"prefix": "ROOT", "appliedFor": ["PULL_THROUGH_CACHE"], "resourceTags": tags});
    cache
        .output("CreateRepositoryCreationTemplate", &input)
        .await;
    let log = Log::default();
    let guards = log.capture();
    cache
        .assert_no_repository(super::DEVELOPER, "quay/team/app")
        .await;
    drop(guards);
    assert!(
        log.text().contains("require customRoleArn"),
        "{}",
        log.text()
    );
}

const DAY: Duration = Duration::from_secs(24 * 3600);

#[tokio::test]
async fn a_cached_image_is_refreshed_after_24_hours() {
    // Source: "Pull through cache" in the user guide.
    let upstream = upstream().await;
    let cache = Cache::of(&upstream.url()).await;
    let first = cache.get(APP).await.body;
    let source = upstream.repository("team/app");
    source.push(image("a newer layer")).await.unwrap();
    let newer = String::from_utf8(source.manifest("1.0").await.unwrap()).unwrap();
    cache.0.clock().advance(DAY - Duration::from_millis(1));
    upstream.clock().advance(DAY - Duration::from_millis(1));
    assert_eq!(cache.get(APP).await.body, first);
    cache.0.clock().advance(Duration::from_millis(1));
    assert_eq!(cache.get(APP).await.body, newer);
    // The image that the tag named before is still there.
    let images = cache.0.repository("quay/team/app").digests().await.unwrap();
    assert_eq!(images.len(), 2);
    // The next request is a day later.
    upstream.clear_requests();
    assert_eq!(cache.get(APP).await.body, newer);
    assert_eq!(upstream.requests().count(), 0);
}

#[tokio::test]
async fn a_failed_refresh_serves_the_cached_image() {
    // Source: "Pull through cache" in the user guide. [ASSUME]: the next request is a day later.
    let upstream = upstream().await;
    let cache = Cache::of(&upstream.url()).await;
    let first = cache.get(APP).await.body;
    upstream.faults().error("ServerException").set().unwrap();
    cache.0.clock().advance(DAY);
    upstream.clock().advance(DAY);
    upstream.clear_requests();
    for _ in 0..2 {
        assert_eq!(cache.get(APP).await.body, first);
    }
    assert_eq!(upstream.requests().count(), 1);
    drop(upstream);
    cache.0.clock().advance(DAY);
    assert_eq!(cache.get(APP).await.body, first);
}

#[tokio::test]
async fn an_immutable_tag_is_not_refreshed() {
    // Source: "Pull through cache" in the user guide.
    let upstream = upstream().await;
    let cache = Cache::of(&upstream.url()).await;
    assert_eq!(cache.get(APP).await.status(), 200);
    let immutable = json!({"repositoryName": "quay/team/app", "imageTagMutability": "IMMUTABLE"});
    cache.output("PutImageTagMutability", &immutable).await;
    cache.0.clock().advance(DAY);
    upstream.clear_requests();
    assert_eq!(cache.get(APP).await.status(), 200);
    assert_eq!(upstream.requests().count(), 0);
    // Another tag of the repository is imported.
    upstream.clock().advance(DAY);
    let other = Image::new().layer("b").tag("2.0");
    upstream.repository("team/app").push(other).await.unwrap();
    assert_eq!(cache.get("quay/team/app/manifests/2.0").await.status(), 200);
}

#[tokio::test]
async fn a_pushed_image_is_not_refreshed() {
    // [ASSUME]
    let upstream = upstream().await;
    let cache = Cache::of(&upstream.url()).await;
    let own = cache.0.create_repository("quay/team/app").await.unwrap();
    own.push(image("own")).await.unwrap();
    cache.0.clock().advance(DAY);
    assert_eq!(cache.get(APP).await.status(), 200);
    assert_eq!(upstream.requests().count(), 0);
}

#[tokio::test]
async fn concurrent_pulls_import_an_image_once() {
    let upstream = upstream().await;
    let delay = upstream.faults().latency(Duration::from_millis(50));
    delay.set().unwrap();
    let cache = Cache::of(&upstream.url()).await;
    let pulls = (0..8).map(|_| cache.get(APP));
    for response in futures_util::future::join_all(pulls).await {
        assert_eq!(response.status(), 200, "{}", response.body);
    }
    // The first request is rejected: the client logs in. Then it requests the manifest, the configuration and the layer, which are redirected.
    assert_eq!(upstream.requests().count(), 6, "{:?}", upstream.requests());
}

#[tokio::test]
async fn a_mock_is_the_cache_of_its_own_registry_in_another_region() {
    let own = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let rule = PullThroughCacheRule::new("west", own);
    let config = "[[repositories]]\nname = 'team/app'\nregion = 'eu-west-1'\n";
    let config = mock_ecr::Config::parse(config).unwrap();
    let cache = MockEcr::from_config(config)
        .frozen()
        .listen(address)
        .pull_through_cache_rule(rule)
        .upstream(own, &format!("http://{address}"));
    let cache = Cache::start(cache).await;
    let west = cache
        .0
        .repository("team/app")
        .in_region("eu-west-1")
        .unwrap();
    west.push(image("a layer")).await.unwrap();
    assert_eq!(cache.get("west/team/app/manifests/1.0").await.status(), 200);
    cache.assert_missing("west/team/other/manifests/1.0").await;
}

#[tokio::test]
async fn a_registry_of_another_account_must_allow_the_account_of_the_cache() {
    // [ASSUME]
    let other = "210987654321.dkr.ecr.us-east-1.amazonaws.com";
    let policy = |action: &str| {
        json!({"Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
            "Action": ["ecr:BatchGetImage", action]}]})
        .to_string()
    };
    let config = format!(
        "[[accounts]]\nid = '210987654321'\n[[accounts]]\nid = '123456789012'\n[[repositories]]\nname = 'open'\npolicy = '{}'\n[[repositories]]\nname = 'closed'\n",
        policy("ecr:GetDownloadUrlForLayer")
    );
    let config = mock_ecr::Config::parse(&config).unwrap();
    let upstream = MockEcr::from_config(config).frozen().start().await.unwrap();
    for name in ["open", "closed"] {
        upstream
            .repository(name)
            .push(image("a layer"))
            .await
            .unwrap();
    }
    let rule = PullThroughCacheRule::new("other", other)
        .custom_role_arn("arn:aws:iam::123456789012:role/cache");
    let cache = MockEcr::builder().frozen().pull_through_cache_rule(rule);
    let cache = Cache::start(cache.upstream(other, &upstream.url())).await;
    assert_eq!(cache.get("other/open/manifests/1.0").await.status(), 200);
    let denied = cache.get("other/closed/manifests/1.0").await;
    assert_eq!(
        (denied.status(), denied.error()),
        (403, "DENIED".to_owned())
    );
}

#[tokio::test]
async fn caches_that_lead_to_each_other_do_not_wait_for_each_other() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let rule = PullThroughCacheRule::new("ROOT", "quay.io");
    let cache = MockEcr::builder()
        .frozen()
        .listen(address)
        .pull_through_cache_rule(rule);
    let cache = Cache::start(cache.upstream("quay.io", &format!("http://{address}"))).await;
    let pull = cache.assert_missing("team/app/manifests/1.0");
    tokio::time::timeout(Duration::from_secs(10), pull)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_request_passes_a_limited_number_of_caches() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    // The name of the image becomes longer with each request.
    let rule = PullThroughCacheRule::new("aa", "quay.io").upstream_repository_prefix("aa/bb");
    let cache = MockEcr::builder()
        .frozen()
        .listen(address)
        .pull_through_cache_rule(rule);
    let cache = Cache::start(cache.upstream("quay.io", &format!("http://{address}"))).await;
    cache.assert_missing("aa/app/manifests/1.0").await;
    assert!(cache.0.requests().count() < 30, "{:?}", cache.0.requests());
}

#[tokio::test]
async fn a_cache_of_a_cache_imports_from_its_upstream() {
    let upstream = upstream().await;
    let middle = Cache::of(&upstream.url()).await;
    let rule = PullThroughCacheRule::new("outer", "public.ecr.aws");
    let outer = MockEcr::builder().frozen().pull_through_cache_rule(rule);
    let outer = Cache::start(outer.upstream("public.ecr.aws", &middle.0.url())).await;
    assert_eq!(
        outer
            .get("outer/quay/team/app/manifests/1.0")
            .await
            .status(),
        200
    );
    assert_eq!(middle.0.repositories().await.unwrap().len(), 1);
}

#[tokio::test]
async fn without_an_address_the_image_is_missing_and_one_warning_is_logged() {
    let log = Log::default();
    let guards = log.capture();
    let cache = Cache::start(builder()).await;
    for path in [APP, "quay/other/manifests/1.0", APP] {
        cache.assert_missing(path).await;
    }
    drop(guards);
    let log = log.text();
    let warnings: Vec<&str> = log.lines().filter(|line| line.contains("WARN")).collect();
    assert_eq!(warnings.len(), 1, "{log}");
    assert!(warnings[0].contains("upstream=quay.io"), "{log}");
}

#[tokio::test]
async fn an_imported_image_is_scanned_and_described_like_a_pushed_one() {
    let upstream = upstream().await;
    let cache = Cache::of(&upstream.url()).await;
    let filters = json!([{"filter": "*", "filterType": "WILDCARD"}]);
    let rules = json!([{"scanFrequency": "SCAN_ON_PUSH", "repositoryFilters": filters}]);
    let scanning = json!({"scanType": "BASIC", "rules": rules});
    cache
        .output("PutRegistryScanningConfiguration", &scanning)
        .await;
    assert_eq!(cache.get(APP).await.status(), 200);
    let named = json!({"repositoryName": "quay/team/app", "imageId": {"imageTag": "1.0"}});
    let scan = cache.output("DescribeImageScanFindings", &named).await;
    assert_eq!(scan["imageScanStatus"]["status"], "IN_PROGRESS");
    let images = json!({"repositoryName": "quay/team/app"});
    let images = cache.output("DescribeImages", &images).await;
    assert_eq!(images["imageDetails"][0]["imageTags"], json!(["1.0"]));
    assert_ne!(
        images["imageDetails"][0]["lastRecordedPullTime"],
        Value::Null
    );
}

/// Source: "Announcing Pull Through Cache Repositories for Amazon ECR" in the AWS News Blog, which names the replication across Regions.
#[tokio::test]
async fn an_imported_image_is_replicated_like_a_pushed_one() {
    let upstream = upstream().await;
    let cache = Cache::of(&upstream.url()).await;
    let destinations = json!([{"region": "eu-west-1", "registryId": "123456789012"}]);
    let configuration =
        json!({"replicationConfiguration": {"rules": [{"destinations": destinations}]}});
    cache
        .output("PutReplicationConfiguration", &configuration)
        .await;
    assert_eq!(cache.get(APP).await.status(), 200);
    let status = async || {
        let image = json!({"repositoryName": "quay/team/app", "imageId": {"imageTag": "1.0"}});
        let described = cache.output("DescribeImageReplicationStatus", &image).await;
        described["replicationStatuses"][0]["status"].clone()
    };
    assert_eq!(status().await, "IN_PROGRESS");
    cache.0.clock().advance(Duration::from_secs(1));
    assert_eq!(status().await, "COMPLETE");
    let copy = cache.0.repository("quay/team/app");
    let copy = copy.in_region("eu-west-1").unwrap();
    assert_eq!(copy.layers("1.0").await.unwrap(), [b"a layer"]);
}

#[tokio::test]
async fn a_reset_removes_the_cached_images() {
    let upstream = upstream().await;
    let cache = Cache::of(&upstream.url()).await;
    assert_eq!(cache.get(APP).await.status(), 200);
    cache.0.reset(Preserve::Nothing).await.unwrap();
    assert!(cache.0.repositories().await.unwrap().is_empty());
    assert_eq!(cache.get(APP).await.status(), 200);
}
