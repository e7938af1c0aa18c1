//! Settings of a repository: mutability, policy, tags.

use super::{Api, put_input};
use crate::image::{IMAGE, OTHER_IMAGE};
use crate::raw::RawRequest;

#[tokio::test]
async fn an_immutable_tag_cannot_be_moved_unless_excluded() {
    // Source of the text: a recording of 2026; of the output: the service model in aws/aws-cli.
    let api = Api::start().await;
    let input = r#"{"repositoryName":"app","imageTagMutability":"IMMUTABLE_WITH_EXCLUSION","imageTagMutabilityExclusionFilters":[{"filterType":"WILDCARD","filter":"dev-*"}]}"#;
    let set = api.output("PutImageTagMutability", input).await;
    assert_eq!(
        set,
        r#"{"imageTagMutability":"IMMUTABLE_WITH_EXCLUSION","imageTagMutabilityExclusionFilters":[{"filter":"dev-*","filterType":"WILDCARD"}],"registryId":"123456789012","repositoryName":"app"}"#
    );
    // The filter does not match `DEV-1`: tags are case-sensitive.
    for tag in ["1.0", "dev-1", "DEV-1"] {
        api.put(tag, IMAGE).await;
    }
    api.put("dev-1", OTHER_IMAGE).await;
    for tag in ["1.0", "DEV-1"] {
        let text = format!(
            "The image tag '{tag}' already exists in the 'app' repository and cannot be overwritten because the tag is immutable."
        );
        let input = put_input(tag, OTHER_IMAGE);
        api.assert_error("PutImage", &input, "ImageTagAlreadyExistsException", &text)
            .await;
    }
    let token = api.0.issue_token();
    let push = RawRequest::new("PUT", "/v2/app/manifests/1.0")
        .with_token(&token)
        .body(OTHER_IMAGE);
    assert_eq!(push.to(&api.0).await.status(), 400);
}

#[tokio::test]
async fn an_exclusion_filter_has_at_most_two_wildcards_and_a_repository_at_most_five_filters() {
    // Source of the numbers: hashicorp/terraform-provider-aws#43642 (2025).
    let api = Api::start().await;
    let filters = |filters: &[&str]| {
        let filter = |filter| format!(r#"{{"filterType":"WILDCARD","filter":"{filter}"}}"#);
        let filters: Vec<String> = filters.iter().map(filter).collect();
        format!(
            r#""imageTagMutability":"MUTABLE_WITH_EXCLUSION","imageTagMutabilityExclusionFilters":[{}]"#,
            filters.join(",")
        )
    };
    let most = filters(&["a*b*", "**", "*", "a", "b"]);
    let many_wildcards = filters(&["a", "a*b*c*"]);
    let many_filters = filters(&["a", "b", "c", "d", "e", "f"]);
    for (operation, name) in [
        ("PutImageTagMutability", "app"),
        ("CreateRepository", "new"),
    ] {
        let input = |settings: &str| format!(r#"{{"repositoryName":"{name}",{settings}}}"#);
        for (settings, constraint) in [
            (
                &many_wildcards,
                "A filter can contain a maximum of 2 wildcards (*)",
            ),
            (
                &many_filters,
                "Member must have length less than or equal to 5",
            ),
        ] {
            let text = format!(
                "Invalid parameter at 'imageTagMutabilityExclusionFilters' failed to satisfy constraint: '{constraint}'"
            );
            let code = "InvalidParameterException";
            api.assert_error(operation, &input(settings), code, &text)
                .await;
        }
        api.output(operation, &input(&most)).await;
    }
}

#[tokio::test]
async fn exclusion_filters_require_a_mutability_with_exclusion() {
    let api = Api::start().await;
    for name in ["IMMUTABLE_WITH_EXCLUSION", "MUTABLE_WITH_EXCLUSION"] {
        // Source: aws/aws-cdk#35246.
        let text = format!(
            "Invalid parameter at 'imageTagMutabilityExclusionFilters' failed to satisfy constraint: 'ImageTagMutabilityExclusionFilters can't be null when imageTagMutability is set as {name}'"
        );
        let input = format!(r#"{{"repositoryName":"app","imageTagMutability":"{name}"}}"#);
        let code = "InvalidParameterException";
        api.assert_error("PutImageTagMutability", &input, code, &text)
            .await;
    }
    let filters =
        r#","imageTagMutabilityExclusionFilters":[{"filterType":"WILDCARD","filter":"a"}]"#;
    for (name, filters) in [("IMMUTABLE", filters), ("MUTABLE_WITH_EXCLUSION", "")] {
        let input = format!(r#"{{"repositoryName":"app","imageTagMutability":"{name}"{filters}}}"#);
        let response = api.call("PutImageTagMutability", &input).await;
        assert!(
            response.body.contains("InvalidParameterException"),
            "{}",
            response.body
        );
    }
    let input = format!(r#"{{"repositoryName":"new"{filters}}}"#);
    let response = api.call("CreateRepository", &input).await;
    assert!(response.body.contains("InvalidParameterException"));
}

#[tokio::test]
async fn a_policy_allows_another_account_to_access_a_repository() {
    // Source of the texts: getmoto/moto, `ecr/exceptions.py`; for an absent policy: hashicorp/terraform-provider-aws.
    let config = "[[repositories]]\nname='app'\n[[accounts]]\nid='123456789012'\n[[accounts]]\nid='210987654321'\n[[principals]]\narn='arn:aws:iam::123456789012:user/owner'\naccess_key_id='AKIAIOSFODNN7EXAMPLE'\nsecret_access_key='wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'\n[[principals]]\narn='arn:aws:iam::210987654321:user/guest'\naccess_key_id='G'\nsecret_access_key='S'\n";
    let api = Api::with_config(config).await;
    let guest = "arn:aws:iam::210987654321:user/guest".parse().unwrap();
    let token = api.0.issue_token_for(guest, "us-east-1".parse().unwrap());
    let list_tags = || RawRequest::new("GET", "/v2/app/tags/list").with_token(&token);
    assert_eq!(list_tags().to(&api.0).await.status(), 403);
    let none = "Repository policy does not exist for the repository with name 'app' in the registry with id '123456789012'";
    let app = r#"{"repositoryName":"app"}"#;
    api.assert_error(
        "GetRepositoryPolicy",
        app,
        "RepositoryPolicyNotFoundException",
        none,
    )
    .await;
    let policy = r#"{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"210987654321\"},\"Action\":\"ecr:ListImages\"}}"#;
    let input = format!(r#"{{"repositoryName":"app","policyText":"{policy}"}}"#);
    let normalised = r#"{\n  \"Statement\" : [ {\n    \"Effect\" : \"Allow\",\n    \"Principal\" : {\n      \"AWS\" : \"arn:aws:iam::210987654321:root\"\n    },\n    \"Action\" : \"ecr:ListImages\"\n  } ]\n}"#;
    let output = format!(
        r#"{{"policyText":"{normalised}","registryId":"123456789012","repositoryName":"app"}}"#
    );
    assert_eq!(api.output("SetRepositoryPolicy", &input).await, output);
    assert_eq!(api.output("GetRepositoryPolicy", app).await, output);
    assert_eq!(list_tags().to(&api.0).await.status(), 200);
    assert_eq!(
        list_tags()
            .at("/v2/app/manifests/x")
            .to(&api.0)
            .await
            .status(),
        403
    );
    assert_eq!(api.output("DeleteRepositoryPolicy", app).await, output);
    assert_eq!(list_tags().to(&api.0).await.status(), 403);
    let text = "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'";
    let input = r#"{"repositoryName":"app","policyText":"{}"}"#;
    api.assert_error(
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
    assert_eq!(api.output("TagResource", &input).await, "{}");
    let input = format!(r#"{{{arn},"tags":[{{"Key":"b","Value":"2"}}]}}"#);
    assert_eq!(api.output("TagResource", &input).await, "{}");
    let list = format!("{{{arn}}}");
    let listed = api.output("ListTagsForResource", &list).await;
    assert_eq!(
        listed,
        r#"{"tags":[{"Key":"a","Value":""},{"Key":"b","Value":"2"}]}"#
    );
    let input = format!(r#"{{{arn},"tagKeys":["a","none"]}}"#);
    assert_eq!(api.output("UntagResource", &input).await, "{}");
    let listed = api.output("ListTagsForResource", &list).await;
    assert_eq!(listed, r#"{"tags":[{"Key":"b","Value":"2"}]}"#);
}

#[tokio::test]
async fn invalid_resource_tags_are_rejected() {
    // Source of the limits: AWS's general reference, "Tag naming limits and requirements"; of the text: the service model.
    let api = Api::start().await;
    let arn = r#""resourceArn":"arn:aws:ecr:us-east-1:123456789012:repository/app""#;
    let tag = |key: &str| format!(r#"{{"Key":"{key}","Value":"1"}}"#);
    let many: Vec<String> = (0..51).map(|index| tag(&index.to_string())).collect();
    for (tags, code) in [
        (
            tag("aws:x"),
            r#""__type":"InvalidTagParameterException","message":"An invalid parameter has been specified. Tag keys can"#,
        ),
        (tag(""), "InvalidTagParameterException"),
        (many.join(","), "TooManyTagsException"),
    ] {
        let response = api
            .call("TagResource", &format!("{{{arn},\"tags\":[{tags}]}}"))
            .await;
        assert!(response.body.contains(code), "{}", response.body);
    }
    let text = "Invalid parameter at 'resourceArn' failed to satisfy constraint: 'Invalid ARN'";
    let input = r#"{"resourceArn":"app"}"#;
    api.assert_error(
        "ListTagsForResource",
        input,
        "InvalidParameterException",
        text,
    )
    .await;
}

#[tokio::test]
async fn a_resource_of_another_region_is_an_invalid_arn() {
    // [ASSUME]
    let config = "[[repositories]]\nname='app'\nregion='eu-west-1'\n";
    let api = Api::with_config(config).await;
    let input = r#"{"resourceArn":"arn:aws:ecr:eu-west-1:123456789012:repository/app"}"#;
    let text = "Invalid parameter at 'resourceArn' failed to satisfy constraint: 'Invalid ARN'";
    let code = "InvalidParameterException";
    api.assert_error("ListTagsForResource", input, code, text)
        .await;
}

#[tokio::test]
async fn an_initial_repository_can_have_exclusion_filters() {
    let config = "[[repositories]]\nname = 'app'\nimage_tag_mutability = 'IMMUTABLE'\nimage_tag_mutability_exclusion_filters = ['dev-*']\n";
    let api = Api::with_config(config).await;
    let output = api.output("DescribeRepositories", "{}").await;
    let members = r#""imageTagMutability":"IMMUTABLE_WITH_EXCLUSION","imageTagMutabilityExclusionFilters":[{"filter":"dev-*","filterType":"WILDCARD"}]"#;
    assert!(output.contains(members), "{output}");
}
