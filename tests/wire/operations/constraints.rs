//! The error messages of constraints of the service model. Unit tests cover the checks themselves.

use super::Api;

async fn assert_violation(operation: &str, input: &str, parameter: &str, constraint: &str) {
    let text =
        format!("Invalid parameter at '{parameter}' failed to satisfy constraint: '{constraint}'");
    let api = Api::start().await;
    let code = "InvalidParameterException";
    api.assert_error(operation, input, code, &text).await;
}

#[tokio::test]
async fn an_invalid_repository_name_is_rejected_with_the_text_of_ecr() {
    let name = |name: &str| format!(r#"{{"repositoryName":"{name}"}}"#);
    // [ASSUME], after aws/aws-dotnet-deploy#549.
    let long = "must have length less than or equal to 256";
    let input = name(&"a".repeat(257));
    assert_violation("CreateRepository", &input, "repositoryName", long).await;
    // Source: int128/create-ecr-repository-action#231, boto/boto3#3191.
    let pattern = "must satisfy regular expression '(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*'";
    for wrong in ["Team/App", "a//b", "/ab", "ab/", "a..b", r"ab\n", "é/ab"] {
        let input = name(wrong);
        assert_violation("CreateRepository", &input, "repositoryName", pattern).await;
    }
}

#[tokio::test]
async fn an_invalid_tag_is_rejected_with_a_pattern_that_is_not_in_the_model() {
    // Source: google/go-containerregistry#704.
    let constraint = "must satisfy regular expression '[a-zA-Z0-9-_.]+'";
    for tag in ["a@b", "a b", "é"] {
        let input =
            format!(r#"{{"repositoryName":"app","imageManifest":"{{}}","imageTag":"{tag}"}}"#);
        assert_violation("PutImage", &input, "imageTag", constraint).await;
    }
}

#[tokio::test]
async fn an_invalid_enum_value_is_rejected_with_the_valid_values() {
    // Source: getmoto/moto, `ecr/models.py`, from a model with two values.
    let input = r#"{"repositoryName":"app","imageTagMutability":"NONE"}"#;
    let constraint = "Member must satisfy enum value set: [IMMUTABLE, IMMUTABLE_WITH_EXCLUSION, MUTABLE, MUTABLE_WITH_EXCLUSION]";
    for operation in ["CreateRepository", "PutImageTagMutability"] {
        assert_violation(operation, input, "imageTagMutability", constraint).await;
    }
}

#[tokio::test]
async fn a_missing_required_member_is_rejected() {
    // [ASSUME]
    for (operation, input, missing) in [
        ("CreateRepository", "{}", "repositoryName"),
        (
            "BatchGetImage",
            r#"{"repositoryName":null}"#,
            "repositoryName",
        ),
        ("PutImage", r#"{"repositoryName":"app"}"#, "imageManifest"),
        ("TagResource", r#"{"resourceArn":"a"}"#, "tags"),
    ] {
        assert_violation(operation, input, missing, "must not be null").await;
    }
}

#[tokio::test]
async fn a_null_element_of_a_list_is_rejected() {
    // [ASSUME]
    let constraint = "Member must satisfy constraint: [Member must not be null]";
    let ids = r#"{"repositoryName":"app","imageIds":[null]}"#;
    assert_violation("BatchGetImage", ids, "imageIds", constraint).await;
    let keys = r#"{"resourceArn":"a","tagKeys":[null]}"#;
    assert_violation("UntagResource", keys, "tagKeys", constraint).await;
}

#[tokio::test]
async fn a_wrong_type_is_rejected_with_a_capitalized_message_member() {
    // [ANALOG] Source: mhart/kinesalite; architect/dynalite, `test/helpers.js`.
    let api = Api::start().await;
    for (operation, input, message) in [
        (
            "CreateRepository",
            r#"{"repositoryName":1}"#,
            "NUMBER_VALUE cannot be converted to String",
        ),
        (
            "ListImages",
            r#"{"maxResults":"1"}"#,
            "STRING_VALUE cannot be converted to Integer",
        ),
        (
            "DescribeRepositories",
            r#"{"repositoryNames":"app"}"#,
            "Expected list or null",
        ),
        (
            "DeleteRepository",
            r#"{"force":"true"}"#,
            "STRING_VALUE cannot be converted to Boolean",
        ),
    ] {
        let response = api.call(operation, input).await;
        let body = format!(r#"{{"__type":"SerializationException","Message":"{message}"}}"#);
        assert_eq!((response.status(), response.body), (400, body));
    }
}

#[tokio::test]
async fn null_means_absent_and_unknown_members_are_ignored() {
    // [ASSUME]
    let api = Api::start().await;
    let input = r#"{"repositoryNames":null,"nextToken":null,"maxResults":null,"more":[{}]}"#;
    api.output("DescribeRepositories", input).await;
}
