//! What a repository is set to: mutability, policy, tags.

use super::Api;
use crate::raw::RawRequest;

#[tokio::test]
async fn an_immutable_tag_stays_but_for_what_is_excluded() {
    // Source of the text: a record of 2026; aws/aws-cli has the operation's output in its model.
    let api = Api::start().await;
    let input = r#"{"repositoryName":"app","imageTagMutability":"IMMUTABLE_WITH_EXCLUSION","imageTagMutabilityExclusionFilters":[{"filterType":"WILDCARD","filter":"dev-*"}]}"#;
    let set = api.gives("PutImageTagMutability", input).await;
    assert_eq!(
        set,
        r#"{"imageTagMutability":"IMMUTABLE_WITH_EXCLUSION","imageTagMutabilityExclusionFilters":[{"filter":"dev-*","filterType":"WILDCARD"}],"registryId":"123456789012","repositoryName":"app"}"#
    );
    for tag in ["1.0", "dev-1"] {
        api.put(tag, "{}").await;
    }
    api.put("dev-1", "{ }").await;
    let text = "The image tag '1.0' already exists in the 'app' repository and cannot be overwritten because the tag is immutable.";
    let input = r#"{"repositoryName":"app","imageTag":"1.0","imageManifest":"{ }"}"#;
    api.rejects("PutImage", input, "ImageTagAlreadyExistsException", text)
        .await;
    let token = api.0.issue_token();
    let push = RawRequest::new("PUT", "/v2/app/manifests/1.0")
        .bearing(&token)
        .body("{ }");
    assert_eq!(push.to(&api.0).await.status(), 400);
}

#[tokio::test]
async fn filters_go_with_exclusions_and_with_nothing_else() {
    // [ASSUME]
    let api = Api::start().await;
    let filters =
        r#","imageTagMutabilityExclusionFilters":[{"filterType":"WILDCARD","filter":"a"}]"#;
    for (name, filters) in [("IMMUTABLE", filters), ("MUTABLE_WITH_EXCLUSION", "")] {
        let input = format!(r#"{{"repositoryName":"app","imageTagMutability":"{name}"{filters}}}"#);
        let answer = api.call("PutImageTagMutability", &input).await;
        assert!(
            answer.body.contains("InvalidParameterException"),
            "{}",
            answer.body
        );
    }
    let input = format!(r#"{{"repositoryName":"new"{filters}}}"#);
    let answer = api.call("CreateRepository", &input).await;
    assert!(answer.body.contains("InvalidParameterException"));
}

#[tokio::test]
async fn a_policy_opens_a_repository_to_another_account() {
    // Source of the texts: getmoto/moto, `ecr/exceptions.py`; hashicorp/terraform-provider-aws has the one for no policy.
    let config = "[[repositories]]\nname='app'\n[[accounts]]\nid='123456789012'\n[[accounts]]\nid='210987654321'\n[[principals]]\narn='arn:aws:iam::123456789012:user/owner'\naccess_key_id='AKIAIOSFODNN7EXAMPLE'\nsecret_access_key='wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'\n[[principals]]\narn='arn:aws:iam::210987654321:user/guest'\naccess_key_id='G'\nsecret_access_key='S'\n";
    let api = Api::of(config).await;
    let guest = "arn:aws:iam::210987654321:user/guest".parse().unwrap();
    let token = api.0.issue_token_for(guest, "us-east-1".parse().unwrap());
    let knock = || RawRequest::new("GET", "/v2/app/tags/list").bearing(&token);
    assert_eq!(knock().to(&api.0).await.status(), 403);
    let none = "Repository policy does not exist for the repository with name 'app' in the registry with id '123456789012'";
    let app = r#"{"repositoryName":"app"}"#;
    api.rejects(
        "GetRepositoryPolicy",
        app,
        "RepositoryPolicyNotFoundException",
        none,
    )
    .await;
    let policy = r#"{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"210987654321\"},\"Action\":\"ecr:ListImages\"}}"#;
    let input = format!(r#"{{"repositoryName":"app","policyText":"{policy}"}}"#);
    let output = format!(
        r#"{{"policyText":"{policy}","registryId":"123456789012","repositoryName":"app"}}"#
    );
    assert_eq!(api.gives("SetRepositoryPolicy", &input).await, output);
    assert_eq!(api.gives("GetRepositoryPolicy", app).await, output);
    assert_eq!(knock().to(&api.0).await.status(), 200);
    assert_eq!(
        knock().at("/v2/app/manifests/x").to(&api.0).await.status(),
        403
    );
    assert_eq!(api.gives("DeleteRepositoryPolicy", app).await, output);
    assert_eq!(knock().to(&api.0).await.status(), 403);
    let text = "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'";
    let input = r#"{"repositoryName":"app","policyText":"{}"}"#;
    api.rejects(
        "SetRepositoryPolicy",
        input,
        "InvalidParameterException",
        text,
    )
    .await;
}

#[tokio::test]
async fn a_repository_has_tags_as_a_resource() {
    let api = Api::start().await;
    let arn = r#""resourceArn":"arn:aws:ecr:us-east-1:123456789012:repository/app""#;
    let input = format!(r#"{{{arn},"tags":[{{"Key":"b","Value":"1"}},{{"Key":"a","Value":""}}]}}"#);
    assert_eq!(api.gives("TagResource", &input).await, "{}");
    let input = format!(r#"{{{arn},"tags":[{{"Key":"b","Value":"2"}}]}}"#);
    assert_eq!(api.gives("TagResource", &input).await, "{}");
    let list = format!("{{{arn}}}");
    let listed = api.gives("ListTagsForResource", &list).await;
    assert_eq!(
        listed,
        r#"{"tags":[{"Key":"a","Value":""},{"Key":"b","Value":"2"}]}"#
    );
    let input = format!(r#"{{{arn},"tagKeys":["a","none"]}}"#);
    assert_eq!(api.gives("UntagResource", &input).await, "{}");
    let listed = api.gives("ListTagsForResource", &list).await;
    assert_eq!(listed, r#"{"tags":[{"Key":"b","Value":"2"}]}"#);
}

#[tokio::test]
async fn tags_that_a_resource_cannot_have_are_rejected() {
    // Source of the limits: AWS's general reference, "Tag naming limits and requirements"; the texts are [ASSUME].
    let api = Api::start().await;
    let arn = r#""resourceArn":"arn:aws:ecr:us-east-1:123456789012:repository/app""#;
    let tag = |key: &str| format!(r#"{{"Key":"{key}","Value":"1"}}"#);
    let many: Vec<String> = (0..51).map(|index| tag(&index.to_string())).collect();
    for (tags, code) in [
        (tag("aws:x"), "InvalidTagParameterException"),
        (tag(""), "InvalidTagParameterException"),
        (many.join(","), "TooManyTagsException"),
    ] {
        let answer = api
            .call("TagResource", &format!("{{{arn},\"tags\":[{tags}]}}"))
            .await;
        assert!(answer.body.contains(code), "{}", answer.body);
    }
    let text = "Invalid parameter at 'resourceArn' failed to satisfy constraint: 'Invalid ARN'";
    let input = r#"{"resourceArn":"app"}"#;
    api.rejects(
        "ListTagsForResource",
        input,
        "InvalidParameterException",
        text,
    )
    .await;
}

#[tokio::test]
async fn a_resource_of_another_region_is_not_reached() {
    // [ASSUME]
    let config = "[[repositories]]\nname='app'\nregion='eu-west-1'\n";
    let api = Api::of(config).await;
    let input = r#"{"resourceArn":"arn:aws:ecr:eu-west-1:123456789012:repository/app"}"#;
    let text = "Invalid parameter at 'resourceArn' failed to satisfy constraint: 'Invalid ARN'";
    let code = "InvalidParameterException";
    api.rejects("ListTagsForResource", input, code, text).await;
}
