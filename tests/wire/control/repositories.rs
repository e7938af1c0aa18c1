//! `/_mock/repositories` and `/_mock/images`.

use mock_ecr::repository::Image;
use mock_ecr::{Config, MockEcr};
use serde_json::{Value, json};

use crate::control::{assert_rejected, control_request, fetch_json};
use crate::raw::frozen_mock;

/// Starts a mock with two images in `team/app`, and an empty repository of the same name in another Region.
async fn mock_with_images() -> MockEcr {
    let toml = "clock = 'frozen'\n[[repositories]]\nname = 'team/app'\nregion = 'eu-west-1'\n";
    let config = Config::parse(toml).unwrap();
    let ecr = MockEcr::from_config(config).start().await.unwrap();
    let app = ecr.create_repository("team/app").await.unwrap();
    let image = Image::new().layer("a layer").tag("1.0").tag("latest");
    app.push(image).await.unwrap();
    app.push(Image::new().layer("another")).await.unwrap();
    ecr
}

async fn get(ecr: &MockEcr, resource: &str) -> Value {
    fetch_json(&control_request("GET", resource), ecr).await
}

#[tokio::test]
async fn the_repositories_of_all_regions_are_listed() {
    let ecr = mock_with_images().await;
    let repository = |region: &str, images: usize| {
        json!({
            "name": "team/app", "account": "123456789012", "region": region,
            "created": "2015-11-29T21:30:53.241Z", "images": images,
            "uri": format!("123456789012.dkr.ecr.{region}.amazonaws.com/team/app"),
            "mutability": "MUTABLE", "scan_on_push": false,
        })
    };
    let expected =
        json!({ "repositories": [repository("eu-west-1", 0), repository("us-east-1", 2)] });
    assert_eq!(get(&ecr, "repositories").await, expected);
    let handles = ecr.repositories().await.unwrap();
    let found = handles
        .iter()
        .map(|one| (one.name(), one.region().as_str()));
    let expected = [("team/app", "eu-west-1"), ("team/app", "us-east-1")];
    assert_eq!(found.collect::<Vec<_>>(), expected);
    assert_eq!(handles[0].account().as_str(), "123456789012");
    assert_eq!(handles[0].digests().await.unwrap(), []);
    assert_eq!(handles[1].tags().await.unwrap(), ["1.0", "latest"]);
}

#[tokio::test]
async fn the_images_of_repositories_are_listed() {
    let ecr = mock_with_images().await;
    let images = get(&ecr, "images?repository=team/app").await;
    assert_eq!(get(&ecr, "images").await, images);
    let images = images["images"].as_array().unwrap();
    let digests = images.iter().map(|image| image["digest"].as_str().unwrap());
    let stored = ecr.repository("team/app").digests().await.unwrap();
    let stored = stored.iter().map(|digest| digest.as_str());
    assert!(digests.eq(stored), "{images:?}");
    let tagged = images.iter().find(|image| image["tags"] != json!([]));
    let tagged = tagged.unwrap();
    assert_eq!(tagged["tags"], json!(["1.0", "latest"]));
    assert_eq!(tagged["repository"], "team/app");
    assert_eq!(tagged["account"], "123456789012");
    assert_eq!(tagged["region"], "us-east-1");
    assert_eq!(tagged["pushed"], "2015-11-29T21:30:53.241Z");
    let media_type = "application/vnd.oci.image.manifest.v1+json";
    assert_eq!(tagged["media_type"], media_type);
    assert!(tagged["size"].as_u64().unwrap() > 0, "{tagged}");
    assert_eq!(tagged["status"], "ACTIVE");
    assert_eq!(
        tagged["artifact_type"],
        "application/vnd.oci.image.config.v1+json"
    );
    assert_eq!(
        (&tagged["last_pull"], &tagged["subject"]),
        (&Value::Null, &Value::Null)
    );
}

#[tokio::test]
async fn a_long_list_of_images_has_pages() {
    let ecr = mock_with_images().await;
    let whole = get(&ecr, "images").await;
    let first = get(&ecr, "images?limit=1&repository=team/app").await;
    let next = first["next"].as_str().unwrap();
    let digest = whole["images"][0]["digest"].as_str().unwrap();
    assert_eq!(next, format!("123456789012/us-east-1/team/app@{digest}"));
    let last = get(&ecr, &format!("images?limit=1&after={next}")).await;
    assert_eq!(last.get("next"), None);
    let pages = [&first["images"][0], &last["images"][0]];
    assert_eq!(whole["images"], json!(pages));

    let digest = digest.trim_start_matches("sha256:");
    for (at, value, text) in [
        ("limit", "0", "expected a number from 1 to 1000"),
        ("limit", "1001", "expected a number from 1 to 1000"),
        ("after", digest, "expected the value of `next`"),
    ] {
        let response = control_request("GET", &format!("images?{at}={value}"));
        let response = response.to(&ecr).await;
        assert_rejected(&response, 400, "BAD_QUERY", Some(at), text);
    }
}

#[tokio::test]
async fn an_empty_mock_has_no_repositories_and_images() {
    let ecr = frozen_mock().await;
    let none = json!({ "repositories": [] });
    assert_eq!(get(&ecr, "repositories").await, none);
    assert_eq!(get(&ecr, "images").await, json!({ "images": [] }));
}

#[tokio::test]
async fn an_unknown_or_invalid_repository_is_rejected() {
    let response = control_request("GET", "images?repository=team/app");
    let response = response.response().await;
    let (code, at) = ("REPOSITORY_NOT_FOUND", Some("repository"));
    assert_rejected(&response, 404, code, at, "team/app does not exist");
    let response = control_request("GET", "images?repository=Team")
        .response()
        .await;
    assert_rejected(&response, 400, "BAD_QUERY", at, "such as team/app");
}

#[tokio::test]
async fn an_image_is_returned_with_its_contents() {
    let ecr = MockEcr::builder().frozen().start().await.unwrap();
    let repository = ecr.repository("team/app");
    let image = Image::new().layer("a layer").layer("another").tag("1.0");
    let digest = repository.push(image).await.unwrap();
    let query = format!("image?repository=team/app&digest={digest}");
    let found = get(&ecr, &query).await;
    let listed = get(&ecr, "images").await["images"][0].clone();
    for member in [
        "digest",
        "tags",
        "media_type",
        "size",
        "pushed",
        "status",
        "artifact_type",
    ] {
        assert_eq!(found[member], listed[member], "{member}");
    }
    let manifest: Value = serde_json::from_str(found["manifest"].as_str().unwrap()).unwrap();
    assert_eq!(found["config"]["digest"], manifest["config"]["digest"]);
    assert_eq!(found["layers"].as_array().unwrap().len(), 2);
    let layer = &manifest["layers"][1];
    let expected = json!({ "digest": layer["digest"], "media_type": layer["mediaType"], "size": layer["size"] });
    assert_eq!(found["layers"][1], expected);
    let empty = json!([found["children"], found["referrers"]]);
    assert_eq!(empty, json!([[], []]));
    let other = format!("image?repository=team/app&digest=sha256:{}", "0".repeat(64));
    let response = control_request("GET", &other).to(&ecr).await;
    assert_rejected(
        &response,
        404,
        "IMAGE_NOT_FOUND",
        Some("digest"),
        "does not exist",
    );
    let other = format!("image?repository=team/app&region=eu-west-1&digest={digest}");
    let response = control_request("GET", &other).to(&ecr).await;
    assert_eq!(response.status(), 404, "{response:?}");
    let response = control_request("GET", "image?repository=team/app")
        .to(&ecr)
        .await;
    assert_rejected(&response, 400, "BAD_QUERY", None, "missing field `digest`");
}

#[tokio::test]
async fn a_repository_is_returned_with_what_its_policies_would_do() {
    let policy = r#"{"rules":[{"rulePriority":7,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":1},"action":{"type":"expire"}}]}"#;
    let builder = MockEcr::builder().frozen().repository("team/app");
    let ecr = builder.start().await.unwrap();
    let repository = ecr.repository("team/app");
    let path = "repository?name=team/app";
    let found = get(&ecr, path).await;
    let none = json!([
        found["policy"],
        found["lifecycle_policy"],
        found["would_expire"]
    ]);
    assert_eq!(none, json!([null, null, []]));
    for content in ["first", "second"] {
        let image = Image::new().layer(content).tag(content);
        repository.push(image).await.unwrap();
    }
    repository.set_lifecycle_policy(policy).await.unwrap();
    let before = get(&ecr, "images").await;
    let found = get(&ecr, path).await;
    assert_eq!(
        (&found["name"], &found["images"]),
        (&json!("team/app"), &json!(2))
    );
    assert!(
        found["lifecycle_policy"]
            .as_str()
            .unwrap()
            .contains("rulePriority")
    );
    let [expiring] = &found["would_expire"].as_array().unwrap()[..] else {
        panic!("{found}");
    };
    assert_eq!(
        (&expiring["rule"], &expiring["action"]),
        (&json!(7), &json!("EXPIRE"))
    );
    assert_eq!(get(&ecr, "images").await, before);
    let response = control_request("GET", "repository?name=other")
        .to(&ecr)
        .await;
    assert_rejected(
        &response,
        404,
        "REPOSITORY_NOT_FOUND",
        Some("name"),
        "does not exist",
    );
}
