//! Names that are longer than a file name can be, with a store in a directory.

use mock_ecr::MockEcr;
use mock_ecr::config::StoreLocation;

use crate::raw::RawRequest;

const TOO_LONG: &str = "Invalid parameter at 'name' failed to satisfy constraint: 'Must be short enough for a file name of the store'";

/// Starts a mock with its store in a directory.
async fn mock_with_store(directory: &tempfile::TempDir) -> MockEcr {
    let location = StoreLocation::Directory(directory.path().to_owned());
    let builder = MockEcr::builder().frozen().create_on_push().store(location);
    builder.repository("app").start().await.unwrap()
}

#[tokio::test]
async fn a_repository_with_a_long_name_is_rejected_and_not_found() {
    let directory = tempfile::tempdir().unwrap();
    let ecr = mock_with_store(&directory).await;
    for (length, status) in [(253, 200), (254, 400), (256, 400)] {
        let input = format!(r#"{{"repositoryName":"{}"}}"#, "a".repeat(length));
        let create = RawRequest::call("CreateRepository").body(input).signed();
        let response = create.to(&ecr).await;
        assert_eq!(response.status(), status, "{length}: {}", response.body);
        assert_eq!(response.body.contains(TOO_LONG), status == 400);
    }
    let name = "a".repeat(256);
    let token = ecr.issue_token();
    for (method, path, status, error) in [
        ("GET", "tags/list", 404, "NAME_UNKNOWN"),
        ("GET", "manifests/1", 404, "NAME_UNKNOWN"),
        ("POST", "blobs/uploads/", 405, "UNSUPPORTED"),
    ] {
        let request = RawRequest::new(method, format!("/v2/{name}/{path}"));
        let response = request.with_token(&token).to(&ecr).await;
        assert_eq!(
            (response.status(), &response.error()[..]),
            (status, error),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_long_tag_key_is_rejected() {
    let directory = tempfile::tempdir().unwrap();
    let ecr = mock_with_store(&directory).await;
    let arn = "arn:aws:ecr:us-east-1:123456789012:repository/app";
    for (length, status) in [(126, 200), (128, 400)] {
        let key = "k".repeat(length);
        let input = format!(r#"{{"resourceArn":"{arn}","tags":[{{"Key":"{key}","Value":""}}]}}"#);
        let tag = RawRequest::call("TagResource").body(input).signed();
        let response = tag.to(&ecr).await;
        assert_eq!(response.status(), status, "{length}: {}", response.body);
        assert_eq!(response.body.contains(TOO_LONG), status == 400);
    }
}
