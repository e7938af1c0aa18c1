//! Images that are replicated to another Region.

use super::*;
use crate::image::OTHER_IMAGE;

const APP: &str = "app";

/// Sends a request to the registry of a Region.
async fn request(
    api: &Api,
    region: &str,
    method: &'static str,
    path: &str,
    body: &str,
) -> Response {
    let developer = api.0.config().default_principal().arn;
    let token = api.0.issue_token_for(developer, region.parse().unwrap());
    let host = format!("{OWN}.dkr.ecr.{region}.amazonaws.com");
    let request = RawRequest::new(method, path).with_token(&token);
    let request = request.with("Connection", "close").on_host(&host);
    request.body(body).to(&api.0).await
}

/// Pushes a blob to `app`, and returns its descriptor.
async fn push_blob(api: &Api, content: &str, media_type: &str) -> Value {
    let digest = sha256(content);
    let path = format!("/v2/app/blobs/uploads/?digest={digest}");
    let pushed = request(api, "us-east-1", "POST", &path, content).await;
    assert_eq!(pushed.status(), 201, "{}", pushed.body);
    json!({"mediaType": media_type, "digest": digest, "size": content.len()})
}

fn sha256(content: &str) -> String {
    use sha2::Digest as _;
    let digest = sha2::Sha256::digest(content);
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

/// Puts a manifest into `app`, and returns its descriptor.
async fn push_manifest(api: &Api, reference: &str, manifest: &Value) -> Value {
    let (text, media_type) = (manifest.to_string(), manifest["mediaType"].clone());
    let path = format!("/v2/app/manifests/{reference}");
    let pushed = request(api, "us-east-1", "PUT", &path, &text).await;
    assert_eq!(pushed.status(), 201, "{}", pushed.body);
    json!({"mediaType": media_type, "digest": sha256(&text), "size": text.len()})
}

/// Pushes an image of one platform, and returns its descriptor.
async fn push_platform(api: &Api, platform: &str) -> Value {
    let config = format!(r#"{{"architecture":"{platform}","os":"linux"}}"#);
    let config_type = "application/vnd.oci.image.config.v1+json";
    let config = push_blob(api, &config, config_type).await;
    let layer_type = "application/vnd.oci.image.layer.v1.tar";
    let layer = push_blob(api, platform, layer_type).await;
    let manifest = json!({"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": config,
        "layers": [layer]});
    push_manifest(api, &sha256(&manifest.to_string()), &manifest).await
}

/// The digests in a list of descriptors.
fn digests(list: &Value) -> Vec<String> {
    let list = list.as_array().unwrap().iter();
    let digests = list.map(|one| one["digest"].as_str().unwrap().to_owned());
    digests.collect()
}

/// Pulls an image from the registry of a Region as a client does: by its tag, then its images, then their blobs.
async fn pull(api: &Api, region: &str, tag: &str) -> Vec<String> {
    let get = async |kind: &str, reference: &str| {
        let path = format!("/v2/{APP}/{kind}/{reference}");
        let mut response = request(api, region, "GET", &path, "").await;
        if response.status() == 307 {
            let location = response.header("location").to_owned();
            let (_, host_and_path) = location.split_once("://").unwrap();
            let (host, path) = host_and_path.split_once('/').unwrap();
            let download = RawRequest::new("GET", format!("/{path}")).on_host(host);
            response = download.with("Connection", "close").to(&api.0).await;
        }
        assert_eq!(response.status(), 200, "{}", response.body);
        response.body
    };
    let index: Value = serde_json::from_str(&get("manifests", tag).await).unwrap();
    let mut blobs = Vec::new();
    for digest in digests(&index["manifests"]) {
        let manifest = get("manifests", &digest).await;
        assert_eq!(sha256(&manifest), digest);
        let manifest: Value = serde_json::from_str(&manifest).unwrap();
        let config = manifest["config"]["digest"].as_str().unwrap().to_owned();
        for digest in [config].into_iter().chain(digests(&manifest["layers"])) {
            let blob = get("blobs", &digest).await;
            assert_eq!(sha256(&blob), digest);
            blobs.push(blob);
        }
    }
    blobs
}

#[tokio::test]
async fn a_client_pulls_an_image_of_several_platforms_from_the_other_region() {
    let api = api().await;
    api.replicate(json!([rule(&[(IRELAND, OWN)])])).await;
    let platforms = [
        push_platform(&api, "amd64").await,
        push_platform(&api, "arm64").await,
    ];
    let index = json!({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": platforms});
    push_manifest(&api, "1.0", &index).await;
    let early = request(&api, IRELAND, "GET", "/v2/app/manifests/1.0", "").await;
    assert_eq!(early.status(), 404);
    api.finish();
    let expected = pull(&api, "us-east-1", "1.0").await;
    assert_eq!(pull(&api, IRELAND, "1.0").await, expected);
    assert_eq!((expected.len(), &*expected[1]), (4, "amd64"));
    // The copy does not depend on the source.
    let delete = json!({"repositoryName": "app", "force": true});
    api.json("DeleteRepository", &delete).await;
    assert_eq!(pull(&api, IRELAND, "1.0").await, expected);
}

/// Source of the settings: aws/containers-roadmap#140 (2021).
#[tokio::test]
async fn the_repository_is_created_with_the_default_settings() {
    let api = api().await;
    api.replicate(json!([rule(&[(IRELAND, OWN)])])).await;
    api.put("1", IMAGE).await;
    api.finish();
    let described = api
        .call_in(IRELAND, "DescribeRepositories", &json!({}))
        .await;
    let expected = format!(
        r#"{{"repositories":[{{"createdAt":1.448832654241E9,"encryptionConfiguration":{{"encryptionType":"AES256"}},"imageScanningConfiguration":{{"scanOnPush":false}},"imageTagMutability":"MUTABLE","registryId":"{OWN}","repositoryArn":"arn:aws:ecr:eu-west-1:{OWN}:repository/app","repositoryName":"app","repositoryUri":"{OWN}.dkr.ecr.eu-west-1.amazonaws.com/app"}}]}}"#
    );
    assert_eq!(described.body, expected);
    let input = json!({"repositoryName": "app"});
    let images = api.call_in(IRELAND, "DescribeImages", &input).await.body;
    assert!(images.contains(r#""imageTags":["1"]"#), "{images}");
    let pushed = r#""imagePushedAt":1.448832654241E9"#;
    assert!(images.contains(pushed), "{images}");
}

#[tokio::test]
async fn the_repository_is_created_by_a_template_for_replication() {
    let api = api().await;
    let template =
        json!({"prefix": "ROOT", "appliedFor": ["REPLICATION"], "imageTagMutability": "IMMUTABLE"});
    let created = api.call_in(IRELAND, "CreateRepositoryCreationTemplate", &template);
    assert_eq!(created.await.status(), 200);
    api.replicate(json!([rule(&[(IRELAND, OWN)])])).await;
    api.put("1", IMAGE).await;
    api.finish();
    let described = api
        .call_in(IRELAND, "DescribeRepositories", &json!({}))
        .await;
    assert!(
        described
            .body
            .contains(r#""imageTagMutability":"IMMUTABLE""#),
        "{}",
        described.body
    );
    // The tag of the copy is immutable, and the image is replicated without it. Source: the user guide, `replication.html`.
    api.put("1", OTHER_IMAGE).await;
    api.finish();
    assert_eq!(api.statuses("1").await, status("COMPLETE"));
    let list = api
        .call_in(IRELAND, "ListImages", &json!({"repositoryName": "app"}))
        .await;
    let list: Value = serde_json::from_str(&list.body).unwrap();
    let list = list["imageIds"].as_array().unwrap();
    assert_eq!(list.len(), 2, "{list:?}");
    assert!(list.contains(&json!({"imageDigest": IMAGE_DIGEST, "imageTag": "1"})));
}

/// Source of the empty list: a report of a user. `[ASSUME]`: the members of `imageId`.
#[tokio::test]
async fn the_status_of_a_replication_is_described() {
    let api = api().await;
    let describe = "DescribeImageReplicationStatus";
    let by_digest =
        format!(r#"{{"repositoryName":"app","imageId":{{"imageDigest":"{IMAGE_DIGEST}"}}}}"#);
    let by_tag = r#"{"repositoryName":"app","imageId":{"imageTag":"1"}}"#;
    let missing = format!(
        "The image with imageId {{imageDigest:'null', imageTag:'1'}} does not exist within the repository with name 'app' in the registry with id '{OWN}'"
    );
    api.assert_error(describe, by_tag, "ImageNotFoundException", &missing)
        .await;
    let none = by_tag.replace("app", "none");
    let missing =
        format!("The repository with name 'none' does not exist in the registry with id '{OWN}'");
    let code = "RepositoryNotFoundException";
    api.assert_error(describe, &none, code, &missing).await;
    let invalid = r#"{"repositoryName":"app","imageId":{}}"#;
    let text =
        "Invalid parameter at 'imageId' failed to satisfy constraint: 'Invalid image identifier'";
    let code = "InvalidParameterException";
    api.assert_error(describe, invalid, code, text).await;

    api.put("1", IMAGE).await;
    let output = |id: &str, statuses: &str| {
        format!(
            r#"{{"imageId":{{{id}}},"replicationStatuses":[{statuses}],"repositoryName":"app"}}"#
        )
    };
    let digest = format!(r#""imageDigest":"{IMAGE_DIGEST}""#);
    assert_eq!(api.output(describe, &by_digest).await, output(&digest, ""));
    api.replicate(json!([rule(&[(IRELAND, OWN), ("eu-central-1", OWN)])]))
        .await;
    // A push that changes nothing is not replicated. [ASSUME]
    let again = format!("/v2/app/manifests/{IMAGE_DIGEST}");
    let again = request(&api, "us-east-1", "PUT", &again, IMAGE).await;
    assert_eq!(again.status(), 201);
    assert_eq!(api.statuses("1").await, json!([]));
    api.put("2", IMAGE).await;
    let both = format!(r#"{digest},"imageTag":"2""#);
    let status = |region: &str, status: &str| {
        format!(r#"{{"region":"{region}","registryId":"{OWN}","status":"{status}"}}"#)
    };
    let all = |state: &str| {
        format!(
            "{},{}",
            status("eu-central-1", state),
            status(IRELAND, state)
        )
    };
    let by_tag = by_tag.replace('1', "2");
    assert_eq!(
        api.output(describe, &by_tag).await,
        output(&both, &all("IN_PROGRESS"))
    );
    api.finish();
    assert_eq!(
        api.output(describe, &by_tag).await,
        output(&both, &all("COMPLETE"))
    );
    // The copy has no status.
    let input: Value = serde_json::from_str(&by_digest).unwrap();
    let copy = api.call_in(IRELAND, describe, &input).await;
    assert_eq!(copy.body, output(&digest, ""));
}

/// Source: aws/containers-roadmap#140 (2021).
#[tokio::test]
async fn a_moved_tag_is_replicated() {
    let api = api().await;
    api.replicate(json!([rule(&[(IRELAND, OWN)])])).await;
    // At one time of the frozen clock, in both orders.
    for manifest in [IMAGE, OTHER_IMAGE, IMAGE] {
        api.put("1", manifest).await;
    }
    api.finish();
    let pulled = request(&api, IRELAND, "GET", "/v2/app/manifests/1", "").await;
    assert_eq!(pulled.body, IMAGE);
    api.put("1", OTHER_IMAGE).await;
    api.finish();
    let pulled = request(&api, IRELAND, "GET", "/v2/app/manifests/1", "").await;
    assert_eq!(pulled.body, OTHER_IMAGE);
}

#[tokio::test]
async fn a_filter_is_a_prefix_of_the_name() {
    let api = api().await;
    let mut rule = rule(&[(IRELAND, OWN)]);
    for (filter, statuses) in [("production", json!([])), ("ap", status("IN_PROGRESS"))] {
        rule["repositoryFilters"] = json!([{"filter": filter, "filterType": "PREFIX_MATCH"}]);
        api.replicate(json!([rule])).await;
        api.put(filter, IMAGE).await;
        assert_eq!(api.statuses(filter).await, statuses);
    }
}

#[tokio::test]
async fn a_restored_image_is_replicated() {
    let api = api().await;
    api.put("1", IMAGE).await;
    api.replicate(json!([rule(&[(IRELAND, OWN)])])).await;
    let update = |class: &str| json!({"repositoryName": "app", "imageId": {"imageTag": "1"}, "targetStorageClass": class});
    for class in ["ARCHIVE", "STANDARD"] {
        api.json("UpdateImageStorageClass", &update(class)).await;
    }
    assert_eq!(api.statuses("1").await, json!([]));
    api.0.clock().advance(Duration::from_secs(1));
    assert_eq!(api.statuses("1").await, status("IN_PROGRESS"));
    api.finish();
    let pulled = request(&api, IRELAND, "GET", "/v2/app/manifests/1", "").await;
    assert_eq!(pulled.body, IMAGE);
}

/// An image that is replicated is scanned as if it were pushed. `[ASSUME]`
#[tokio::test]
async fn a_replicated_image_is_scanned_by_the_rules_of_the_destination() {
    let api = api().await;
    let rules = json!({"scanType": "BASIC", "rules": [{"scanFrequency": "SCAN_ON_PUSH",
        "repositoryFilters": [{"filter": "*", "filterType": "WILDCARD"}]}]});
    let put = api.call_in(IRELAND, "PutRegistryScanningConfiguration", &rules);
    assert_eq!(put.await.status(), 200);
    api.replicate(json!([rule(&[(IRELAND, OWN)])])).await;
    api.put("1", IMAGE).await;
    api.finish();
    assert_scan(&api, "IN_PROGRESS").await;
    api.0.clock().advance(Duration::from_secs(3));
    assert_scan(&api, "COMPLETE").await;

    // The copy is archived, and the replication of the image restores it.
    let update = |class: &str| json!({"repositoryName": "app", "imageId": {"imageTag": "1"}, "targetStorageClass": class});
    let (operation, archive) = ("UpdateImageStorageClass", update("ARCHIVE"));
    let archived = api.call_in(IRELAND, operation, &archive).await;
    assert_eq!(archived.status(), 200);
    assert_scan(&api, "IMAGE_ARCHIVED").await;
    api.json(operation, &archive).await;
    api.json(operation, &update("STANDARD")).await;
    api.0.clock().advance(Duration::from_secs(1));
    api.finish();
    assert_scan(&api, "IN_PROGRESS").await;
}

/// Checks the status of the scan of the image in the other Region.
async fn assert_scan(api: &Api, status: &str) {
    let input = json!({"repositoryName": "app", "imageId": {"imageTag": "1"}});
    let findings = api.call_in(IRELAND, "DescribeImageScanFindings", &input);
    let findings = findings.await;
    let expected = format!(r#""status":"{status}""#);
    assert!(findings.body.contains(&expected), "{}", findings.body);
}
