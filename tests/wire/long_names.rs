//! The longest names, with a store in a directory. A name does not become the name of a file.

use mock_ecr::MockEcr;
use mock_ecr::config::StoreLocation;

use crate::raw::RawRequest;

#[tokio::test]
async fn the_longest_names_are_stored_and_found() {
    let directory = tempfile::tempdir().unwrap();
    let location = StoreLocation::Directory(directory.path().to_owned());
    let builder = MockEcr::builder().frozen().store(location);
    let ecr = builder.start().await.unwrap();
    let name = "a".repeat(256);
    let input = format!(r#"{{"repositoryName":"{name}"}}"#);
    let create = RawRequest::call("CreateRepository").body(input).signed();
    assert_eq!(create.to(&ecr).await.status(), 200);

    let arn = format!("arn:aws:ecr:us-east-1:123456789012:repository/{name}");
    let key = "k".repeat(128);
    let input = format!(r#"{{"resourceArn":"{arn}","tags":[{{"Key":"{key}","Value":"v"}}]}}"#);
    let tag = RawRequest::call("TagResource").body(input).signed();
    assert_eq!(tag.to(&ecr).await.status(), 200);
    let input = format!(r#"{{"resourceArn":"{arn}"}}"#);
    let list = RawRequest::call("ListTagsForResource").body(input).signed();
    let tags = list.to(&ecr).await;
    assert!(tags.body.contains(&key), "{}", tags.body);

    let token = ecr.issue_token();
    let list = RawRequest::new("GET", format!("/v2/{name}/tags/list"));
    assert_eq!(list.with_token(&token).to(&ecr).await.status(), 200);
}
