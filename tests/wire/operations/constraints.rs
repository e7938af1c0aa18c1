//! Constraints of the service model as they are told; that each is held is shown where they are checked.

use super::Api;

async fn breaks(operation: &str, input: &str, parameter: &str, constraint: &str) {
    let text =
        format!("Invalid parameter at '{parameter}' failed to satisfy constraint: '{constraint}'");
    let api = Api::start().await;
    let code = "InvalidParameterException";
    api.rejects(operation, input, code, &text).await;
}

#[tokio::test]
async fn a_name_is_told_in_the_words_of_the_service() {
    let name = |name: &str| format!(r#"{{"repositoryName":"{name}"}}"#);
    // [ASSUME], after aws/aws-dotnet-deploy#549.
    let long = "must have length less than or equal to 256";
    let input = name(&"a".repeat(257));
    breaks("CreateRepository", &input, "repositoryName", long).await;
    // Source: int128/create-ecr-repository-action#231, boto/boto3#3191.
    let pattern = "must satisfy regular expression '(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*'";
    for wrong in ["Team/App", "a//b", "/ab", "ab/", "a..b", r"ab\n", "é/ab"] {
        let input = name(wrong);
        breaks("CreateRepository", &input, "repositoryName", pattern).await;
    }
}

#[tokio::test]
async fn a_tag_has_a_form_that_the_model_does_not_tell() {
    // Source: google/go-containerregistry#704.
    let constraint = "must satisfy regular expression '[a-zA-Z0-9-_.]+'";
    for tag in ["a@b", "a b", "é"] {
        let input =
            format!(r#"{{"repositoryName":"app","imageManifest":"{{}}","imageTag":"{tag}"}}"#);
        breaks("PutImage", &input, "imageTag", constraint).await;
    }
}

#[tokio::test]
async fn an_enum_is_told_in_the_words_of_the_framework() {
    // Source: getmoto/moto, `ecr/models.py`, of a model that had two values.
    let input = r#"{"repositoryName":"app","imageTagMutability":"NONE"}"#;
    let constraint = "Member must satisfy enum value set: [MUTABLE, IMMUTABLE, IMMUTABLE_WITH_EXCLUSION, MUTABLE_WITH_EXCLUSION]";
    for operation in ["CreateRepository", "PutImageTagMutability"] {
        breaks(operation, input, "imageTagMutability", constraint).await;
    }
}

#[tokio::test]
async fn what_must_be_there_is_missed() {
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
        breaks(operation, input, missing, "must not be null").await;
    }
}

#[tokio::test]
async fn nothing_in_a_list_is_not_nothing() {
    // [ASSUME]
    let constraint = "Member must satisfy constraint: [Member must not be null]";
    let ids = r#"{"repositoryName":"app","imageIds":[null]}"#;
    breaks("BatchGetImage", ids, "imageIds", constraint).await;
    let keys = r#"{"resourceArn":"a","tagKeys":[null]}"#;
    breaks("UntagResource", keys, "tagKeys", constraint).await;
}

#[tokio::test]
async fn another_type_is_told_with_a_capital_letter() {
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
        let answer = api.call(operation, input).await;
        let body = format!(r#"{{"__type":"SerializationException","Message":"{message}"}}"#);
        assert_eq!((answer.status(), answer.body), (400, body));
    }
}

#[tokio::test]
async fn null_is_absent_and_what_nobody_knows_is_ignored() {
    // [ASSUME]
    let api = Api::start().await;
    let input = r#"{"repositoryNames":null,"nextToken":null,"maxResults":null,"more":[{}]}"#;
    api.gives("DescribeRepositories", input).await;
}
