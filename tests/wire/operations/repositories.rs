//! Repositories: made, described and deleted.

use super::Api;

/// A repository as outputs show it. Source: hashicorp/terraform-provider-aws#35268.
fn view(name: &str, mutability: &str) -> String {
    format!(
        r#"{{"createdAt":1.448832653241E9,"encryptionConfiguration":{{"encryptionType":"AES256"}},"imageScanningConfiguration":{{"scanOnPush":false}},"imageTagMutability":"{mutability}","registryId":"123456789012","repositoryArn":"arn:aws:ecr:us-east-1:123456789012:repository/{name}","repositoryName":"{name}","repositoryUri":"123456789012.dkr.ecr.us-east-1.amazonaws.com/{name}"}}"#
    )
}

#[tokio::test]
async fn one_is_made_once() {
    // Source of the text: getmoto/moto, `ecr/exceptions.py`.
    let api = Api::start().await;
    let input = r#"{"repositoryName":"team/app"}"#;
    let made = api.gives("CreateRepository", input).await;
    let repository = view("team/app", "MUTABLE");
    assert_eq!(made, format!(r#"{{"repository":{repository}}}"#));
    let text =
        "The repository with name 'team/app' already exists in the registry with id '123456789012'";
    api.rejects(
        "CreateRepository",
        input,
        "RepositoryAlreadyExistsException",
        text,
    )
    .await;
}

#[tokio::test]
async fn they_are_described_by_name_or_page_by_page() {
    // Source of the text: turbot/steampipe-plugin-aws#1938.
    let api = Api::of(
        "[[repositories]]\nname='aa'\n[[repositories]]\nname='bb'\n[[repositories]]\nname='cc'\n",
    )
    .await;
    let [aa, bb, cc] = ["aa", "bb", "cc"].map(|name| view(name, "MUTABLE"));
    let named = api
        .gives("DescribeRepositories", r#"{"repositoryNames":["cc","aa"]}"#)
        .await;
    assert_eq!(named, format!(r#"{{"repositories":[{cc},{aa}]}}"#));
    let all = api.gives("DescribeRepositories", "{}").await;
    assert_eq!(all, format!(r#"{{"repositories":[{aa},{bb},{cc}]}}"#));
    let first = api
        .gives("DescribeRepositories", r#"{"maxResults":2}"#)
        .await;
    let rest = first.strip_prefix(r#"{"nextToken":""#).unwrap();
    let (token, rest) = rest.split_once('"').unwrap();
    assert_eq!(rest, format!(r#","repositories":[{aa},{bb}]}}"#));
    api.gives("DeleteRepository", r#"{"repositoryName":"bb"}"#)
        .await;
    let next = format!(r#"{{"nextToken":"{token}"}}"#);
    let last = api.gives("DescribeRepositories", &next).await;
    assert_eq!(last, format!(r#"{{"repositories":[{cc}]}}"#));
    let text =
        "The repository with name 'zz' does not exist in the registry with id '123456789012'";
    let input = r#"{"repositoryNames":["aa","zz"]}"#;
    api.rejects(
        "DescribeRepositories",
        input,
        "RepositoryNotFoundException",
        text,
    )
    .await;
}

#[tokio::test]
async fn an_altered_token_is_refused_and_so_is_one_of_another_list() {
    // Source of the text: CodesWhat/drydock#927, of ECR Public's registry.
    let api = Api::of("[[repositories]]\nname='app'\n[[repositories]]\nname='bb'\n").await;
    let first = api
        .gives("DescribeRepositories", r#"{"maxResults":1}"#)
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
        api.rejects(operation, &input, "InvalidParameterException", text)
            .await;
    }
}

#[tokio::test]
async fn one_with_images_goes_by_force_alone() {
    // Source of the text: getmoto/moto, `ecr/exceptions.py`.
    let api = Api::start().await;
    api.put("latest", "{}").await;
    let text = "The repository with name 'app' in registry with id '123456789012' cannot be deleted because it still contains images";
    let input = r#"{"repositoryName":"app"}"#;
    api.rejects(
        "DeleteRepository",
        input,
        "RepositoryNotEmptyException",
        text,
    )
    .await;
    let forced = r#"{"repositoryName":"app","force":true}"#;
    let gone = api.gives("DeleteRepository", forced).await;
    assert_eq!(
        gone,
        format!(r#"{{"repository":{}}}"#, view("app", "MUTABLE"))
    );
    let text =
        "The repository with name 'app' does not exist in the registry with id '123456789012'";
    api.rejects(
        "DeleteRepository",
        forced,
        "RepositoryNotFoundException",
        text,
    )
    .await;
}

#[tokio::test]
async fn what_no_policy_allows_is_rejected_with_the_repository_s_arn() {
    // Source: terraform-aws-modules/terraform-aws-iam#514 (2024), of another action.
    let config = "[[principals]]\narn='arn:aws:iam::123456789012:user/reader'\naccess_key_id='AKIAIOSFODNN7EXAMPLE'\nsecret_access_key='wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'\nallow=['ecr:Describe*']\n";
    let api = Api::of(config).await;
    let text = "User: arn:aws:iam::123456789012:user/reader is not authorized to perform: ecr:CreateRepository on resource: arn:aws:ecr:us-east-1:123456789012:repository/new because no identity-based policy allows the ecr:CreateRepository action";
    let input = r#"{"repositoryName":"new"}"#;
    api.rejects("CreateRepository", input, "AccessDeniedException", text)
        .await;
    api.gives("DescribeRepositories", "{}").await;
}

#[tokio::test]
async fn a_constraint_of_the_model_is_told_in_the_recorded_words() {
    // Source: aws/aws-dotnet-deploy#549, google/go-containerregistry#681.
    let api = Api::start().await;
    let name = "Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must have length greater than or equal to 2'";
    let code = "InvalidParameterException";
    api.rejects("CreateRepository", r#"{"repositoryName":"a"}"#, code, name)
        .await;
    let number = "Invalid parameter at 'maxResults' failed to satisfy constraint: 'Member must have value less than or equal to 1000'";
    api.rejects(
        "DescribeRepositories",
        r#"{"maxResults":1001}"#,
        code,
        number,
    )
    .await;
}
