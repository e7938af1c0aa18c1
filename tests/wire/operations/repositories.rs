//! Operations that create, describe and delete repositories.

use super::Api;
use crate::image::IMAGE;

/// Returns a repository as it is in an output. Source: hashicorp/terraform-provider-aws#35268.
fn view(name: &str, mutability: &str) -> String {
    format!(
        r#"{{"createdAt":1.448832653241E9,"encryptionConfiguration":{{"encryptionType":"AES256"}},"imageScanningConfiguration":{{"scanOnPush":false}},"imageTagMutability":"{mutability}","registryId":"123456789012","repositoryArn":"arn:aws:ecr:us-east-1:123456789012:repository/{name}","repositoryName":"{name}","repositoryUri":"123456789012.dkr.ecr.us-east-1.amazonaws.com/{name}"}}"#
    )
}

#[tokio::test]
async fn a_repository_is_created_only_once() {
    // Source of the text: getmoto/moto, `ecr/exceptions.py`.
    let api = Api::start().await;
    let input = r#"{"repositoryName":"team/app"}"#;
    let created = api.output("CreateRepository", input).await;
    let repository = view("team/app", "MUTABLE");
    assert_eq!(created, format!(r#"{{"repository":{repository}}}"#));
    let text =
        "The repository with name 'team/app' already exists in the registry with id '123456789012'";
    api.assert_error(
        "CreateRepository",
        input,
        "RepositoryAlreadyExistsException",
        text,
    )
    .await;
}

#[tokio::test]
async fn repositories_are_described_by_name_or_in_pages() {
    // Source of the text: turbot/steampipe-plugin-aws#1938.
    let api = Api::with_config(
        "[[repositories]]\nname='aa'\n[[repositories]]\nname='bb'\n[[repositories]]\nname='cc'\n",
    )
    .await;
    let [aa, bb, cc] = ["aa", "bb", "cc"].map(|name| view(name, "MUTABLE"));
    let named = api
        .output("DescribeRepositories", r#"{"repositoryNames":["cc","aa"]}"#)
        .await;
    assert_eq!(named, format!(r#"{{"repositories":[{cc},{aa}]}}"#));
    let all = api.output("DescribeRepositories", "{}").await;
    assert_eq!(all, format!(r#"{{"repositories":[{aa},{bb},{cc}]}}"#));
    let first = api
        .output("DescribeRepositories", r#"{"maxResults":2}"#)
        .await;
    let rest = first.strip_prefix(r#"{"nextToken":""#).unwrap();
    let (token, rest) = rest.split_once('"').unwrap();
    assert_eq!(rest, format!(r#","repositories":[{aa},{bb}]}}"#));
    api.output("DeleteRepository", r#"{"repositoryName":"bb"}"#)
        .await;
    let next = format!(r#"{{"nextToken":"{token}"}}"#);
    let last = api.output("DescribeRepositories", &next).await;
    assert_eq!(last, format!(r#"{{"repositories":[{cc}]}}"#));
    let text =
        "The repository with name 'zz' does not exist in the registry with id '123456789012'";
    let input = r#"{"repositoryNames":["aa","zz"]}"#;
    api.assert_error(
        "DescribeRepositories",
        input,
        "RepositoryNotFoundException",
        text,
    )
    .await;
}

#[tokio::test]
async fn an_altered_token_and_a_token_of_another_list_are_rejected() {
    // Source of the text: CodesWhat/drydock#927, from the registry of ECR Public.
    let api = Api::with_config("[[repositories]]\nname='app'\n[[repositories]]\nname='bb'\n").await;
    let first = api
        .output("DescribeRepositories", r#"{"maxResults":1}"#)
        .await;
    let token = first.split('"').nth(3).unwrap().to_owned();
    let text = "Invalid parameter at 'nextToken' failed to satisfy constraint: 'Invalid next token provided'";
    for (operation, input) in [
        (
            "DescribeRepositories",
            format!(r#"{{"nextToken":"{}"}}"#, token.to_lowercase()),
        ),
        ("DescribeRepositories", r#"{"nextToken":""}"#.to_owned()),
        (
            "ListImages",
            format!(r#"{{"repositoryName":"app","nextToken":"{token}"}}"#),
        ),
    ] {
        api.assert_error(operation, &input, "InvalidParameterException", text)
            .await;
    }
}

#[tokio::test]
async fn a_repository_with_images_is_deleted_only_with_force() {
    // Source of the text: getmoto/moto, `ecr/exceptions.py`.
    let api = Api::start().await;
    api.put("latest", IMAGE).await;
    let text = "The repository with name 'app' in registry with id '123456789012' cannot be deleted because it still contains images";
    let input = r#"{"repositoryName":"app"}"#;
    api.assert_error(
        "DeleteRepository",
        input,
        "RepositoryNotEmptyException",
        text,
    )
    .await;
    let forced = r#"{"repositoryName":"app","force":true}"#;
    let gone = api.output("DeleteRepository", forced).await;
    assert_eq!(
        gone,
        format!(r#"{{"repository":{}}}"#, view("app", "MUTABLE"))
    );
    let text =
        "The repository with name 'app' does not exist in the registry with id '123456789012'";
    api.assert_error(
        "DeleteRepository",
        forced,
        "RepositoryNotFoundException",
        text,
    )
    .await;
}

#[tokio::test]
async fn an_error_for_a_denied_action_names_the_repository_arn() {
    // Source: terraform-aws-modules/terraform-aws-iam#514 (2024), for another action.
    let config = "[[principals]]\narn='arn:aws:iam::123456789012:user/reader'\naccess_key_id='AKIAIOSFODNN7EXAMPLE'\nsecret_access_key='wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'\nallow=['ecr:Describe*']\n";
    let api = Api::with_config(config).await;
    let text = "User: arn:aws:iam::123456789012:user/reader is not authorized to perform: ecr:CreateRepository on resource: arn:aws:ecr:us-east-1:123456789012:repository/new because no identity-based policy allows the ecr:CreateRepository action";
    let input = r#"{"repositoryName":"new"}"#;
    api.assert_error("CreateRepository", input, "AccessDeniedException", text)
        .await;
    api.output("DescribeRepositories", "{}").await;
}

#[tokio::test]
async fn a_constraint_violation_has_the_recorded_text() {
    // Source: aws/aws-dotnet-deploy#549, google/go-containerregistry#681.
    let api = Api::start().await;
    let name = "Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must have length greater than or equal to 2'";
    let code = "InvalidParameterException";
    api.assert_error("CreateRepository", r#"{"repositoryName":"a"}"#, code, name)
        .await;
    let number = "Invalid parameter at 'maxResults' failed to satisfy constraint: 'Member must have value less than or equal to 1000'";
    api.assert_error(
        "DescribeRepositories",
        r#"{"maxResults":1001}"#,
        code,
        number,
    )
    .await;
}

#[tokio::test]
async fn the_key_of_an_encrypted_repository_is_an_arn() {
    // Source: cloudposse/terraform-aws-ecr#85; of the default: the service model.
    let api = Api::start().await;
    let id = "1234abcd-12ab-34cd-56ef-1234567890ab";
    let arn = format!("arn:aws:kms:us-east-1:123456789012:key/{id}");
    let create = async |name: &str, encryption: &str| {
        let input =
            format!(r#"{{"repositoryName":"{name}","encryptionConfiguration":{{{encryption}}}}}"#);
        api.call("CreateRepository", &input).await.body
    };
    for (name, key) in [("by-id", id), ("by-arn", &arn)] {
        let encryption = format!(r#""encryptionType":"KMS","kmsKey":"{key}""#);
        let created = create(name, &encryption).await;
        assert!(
            created.contains(&format!(r#""kmsKey":"{arn}""#)),
            "{created}"
        );
    }
    let managed = create("managed", r#""encryptionType":"KMS""#).await;
    assert!(
        managed.contains(r#""kmsKey":"arn:aws:kms:us-east-1:123456789012:key/"#),
        "{managed}"
    );
    let alias = r#""encryptionType":"KMS","kmsKey":"alias/aws/ecr""#;
    let aliased = create("aliased", alias).await;
    let key = |created: &str| created[created.find("kmsKey").unwrap()..][..90].to_owned();
    assert_eq!(key(&aliased), key(&managed));
    for (encryption, code) in [
        (r#""encryptionType":"KMS","kmsKey":"nonsense""#.to_owned(), "KmsException"),
        (
            r#""encryptionType":"KMS","kmsKey":"arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab""#.to_owned(),
            "KmsException",
        ),
        (
            format!(r#""encryptionType":"AES256","kmsKey":"{id}""#),
            "InvalidParameterException",
        ),
    ] {
        let rejected = create("rejected", &encryption).await;
        assert!(rejected.contains(code), "{rejected}");
    }
    // Source of the members: the service model. Their values are [ASSUME].
    let rejected = create("rejected", r#""encryptionType":"KMS","kmsKey":"nonsense""#).await;
    let text = "The KMS key 'nonsense' is invalid: expected an alias, a key ID or an ARN of a key in the Region of the repository";
    let error =
        format!(r#"{{"__type":"KmsException","kmsError":"NotFoundException","message":"{text}"}}"#);
    assert_eq!(rejected, error);
}
