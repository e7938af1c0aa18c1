//! Repositories, images, accounts and policies that a test creates in code, as clients see them.

use aws_sdk_ecr::Client;
use aws_sdk_ecr::error::ProvideErrorMetadata as _;
use aws_sdk_ecr::types::ImageIdentifier;
use mock_ecr::config::{ConditionKey, Dialect};
use mock_ecr::repository::{Image, Policy, Repository, RepositoryError};
use mock_ecr::{MockEcr, Principal};

const OTHER: &str = "210987654321";

fn image() -> Image {
    Image::new().layer("below").layer("above").tag("1.0")
}

/// Returns the code of the error of a pull of `app:1.0`, if the pull fails.
async fn pull_error(client: &Client, account: &str) -> Option<String> {
    let tag = ImageIdentifier::builder().image_tag("1.0").build();
    let pull = client.batch_get_image().registry_id(account);
    let pulled = pull.repository_name("app").image_ids(tag).send().await;
    Some(pulled.err()?.code().unwrap_or_default().to_owned())
}

/// Returns an error and its first source as text.
fn explain(error: impl std::error::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

#[tokio::test]
async fn a_push_creates_the_repository_and_every_part_can_be_read_back() {
    let ecr = MockEcr::start().await.unwrap();
    let app = ecr.repository("app");
    let digest = app.push(image().config("{}")).await.unwrap();
    assert_ne!(app.push(image().tag("2.0")).await.unwrap(), digest);
    assert_eq!(app.tags().await.unwrap(), ["1.0", "2.0"]);
    assert_eq!(app.layers("2.0").await.unwrap(), [b"below", b"above"]);
    assert_eq!(app.config(digest.as_str()).await.unwrap(), b"{}");
    assert_eq!(app.digest(digest.as_str()).await.unwrap(), digest);
    assert_eq!(ecr.repositories().await.unwrap().len(), 1);
}

#[tokio::test]
async fn reading_what_does_not_exist_is_an_error_that_says_what_to_do() {
    let ecr = MockEcr::builder()
        .repository("empty")
        .start()
        .await
        .unwrap();
    let missing = ecr.repository("app").tags().await.unwrap_err();
    assert!(matches!(
        missing,
        RepositoryError::RepositoryNotFound { .. }
    ));
    let expected = "does not exist in account 123456789012, Region us-east-1: create it with push or create_repository, or let clients create it \
        with create_on_push";
    assert_eq!(
        missing.to_string(),
        format!("the repository app {expected}")
    );
    let misspelled = ecr.repository("emty").tags().await.unwrap_err().to_string();
    assert!(
        misspelled.ends_with("; did you mean \"empty\"?"),
        "{misspelled}"
    );
    let elsewhere = ecr.repository("empty").in_region("eu-west-1").unwrap();
    let error = elsewhere.tags().await.unwrap_err().to_string();
    let suggestion = "; did you mean \"empty in account 123456789012, Region us-east-1\"?";
    assert!(error.ends_with(suggestion), "{error}");
    let error = ecr.repository("empty").layers("1.0").await.unwrap_err();
    assert_eq!(error.to_string(), "the repository empty has no image 1.0");
    let error = ecr.repository("Team/App").push(image()).await.unwrap_err();
    assert!(explain(error).starts_with("invalid argument in repository(\"Team/App\"): "));
}

#[tokio::test]
async fn an_image_that_ecr_rejects_is_an_error_that_names_the_quirk() {
    let ecr = MockEcr::start().await.unwrap();
    let app = ecr.repository("app");
    for (image, text, quirk) in [
        (
            Image::new(),
            "ECR rejects an image without layers",
            "layers_required",
        ),
        (
            Image::new().layer(""),
            "a layer has no content",
            "empty_layers_rejected",
        ),
    ] {
        let error = explain(app.push(image).await.unwrap_err());
        assert!(
            error.starts_with("the registry rejects the image"),
            "{error}"
        );
        let ending = format!("(quirk {quirk})");
        assert!(error.contains(text) && error.ends_with(&ending), "{error}");
    }
    let oci = MockEcr::builder().dialect(Dialect::Oci);
    let oci = oci.start().await.unwrap();
    let app = oci.repository("app");
    app.push(Image::new().layer("")).await.unwrap();
}

#[tokio::test]
async fn the_layers_of_an_index_are_an_error_that_names_an_image() {
    let ecr = MockEcr::start().await.unwrap();
    let app = ecr.repository("app");
    let image = app.push(image()).await.unwrap();
    let size = app.manifest("1.0").await.unwrap().len();
    let entry = format!(
        r#"{{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"{image}","size":{size}}}"#
    );
    let index = format!(
        r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{entry}]}}"#
    );
    let client = Client::new(&ecr.sdk_config());
    let put = client.put_image().repository_name("app").image_tag("all");
    put.image_manifest(index).send().await.unwrap();
    assert_eq!(
        app.layers("all").await.unwrap_err().to_string(),
        format!(
            "all of the repository app is an index: expected an image, such as the first one of the index, {image}"
        )
    );
}

#[tokio::test]
async fn a_policy_in_code_permits_pulls_by_another_account() {
    let ci = Principal::from_arn("arn:aws:iam::210987654321:user/ci").unwrap();
    let developer = Principal::from_arn("arn:aws:iam::123456789012:user/developer").unwrap();
    let builder = MockEcr::builder().principal(developer.clone());
    let ecr = builder.principal(ci.clone()).start().await.unwrap();
    let client = Client::new(&ecr.sdk_config_for(&ci));
    let app = ecr.repository("app");
    app.push(image()).await.unwrap();
    let own = app.account().to_string();
    let denied = pull_error(&client, &own).await;
    assert_eq!(denied.as_deref(), Some("AccessDeniedException"));

    let allow = || Policy::new().allow(OTHER, ["ecr:BatchGet*"]);
    app.set_policy(allow()).await.unwrap();
    assert_eq!(pull_error(&client, &own).await, None);
    let deny = allow().deny(ci.arn.as_str(), ["ecr:BatchGetImage"]);
    app.set_policy(deny).await.unwrap();
    let denied = pull_error(&client, &own).await;
    assert_eq!(denied.as_deref(), Some("AccessDeniedException"));
    let developer = Client::new(&ecr.sdk_config_for(&developer));
    assert_eq!(pull_error(&developer, &own).await, None);
}

#[tokio::test]
async fn an_initial_policy_in_code_is_evaluated_with_its_conditions() {
    let job = "arn:aws:sts::210987654321:assumed-role/ci/job";
    let job = Principal::from_arn(job).unwrap();
    let member = job.context(ConditionKey::PrincipalOrgId, "o-example");
    let stranger = Principal::from_arn("arn:aws:iam::210987654321:user/x").unwrap();
    let policy = Policy::from_json(
        r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"ecr:*",
            "Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-example"}}}}"#,
    );
    let builder = MockEcr::builder().account("123456789012").account(OTHER);
    let builder = builder
        .principal(member.clone())
        .principal(stranger.clone());
    let builder = builder.policy("app", policy).image("app", image());
    let ecr = builder.start().await.unwrap();
    let pull = async |by: &Principal| {
        pull_error(&Client::new(&ecr.sdk_config_for(by)), "123456789012").await
    };
    assert_eq!(pull(&member).await, None);
    let denied = pull(&stranger).await;
    assert_eq!(denied.as_deref(), Some("AccessDeniedException"));
}

#[tokio::test]
async fn an_initial_policy_of_an_unknown_principal_is_an_error() {
    let policy = || Policy::new().allow("210987654321", ["ecr:*"]);
    let error = MockEcr::builder().policy("app", policy()).start().await;
    let error = explain(error.unwrap_err());
    assert!(
        error.contains("the principal 210987654321 does not exist"),
        "{error}"
    );
    let ecr = MockEcr::builder().repository("app").start().await.unwrap();
    let error = ecr
        .repository("app")
        .set_policy(policy())
        .await
        .unwrap_err();
    let RepositoryError::Argument(error) = error else {
        panic!("expected an invalid argument");
    };
    assert!(explain(error).contains("the principal 210987654321 does not exist"));
}

#[tokio::test]
async fn repositories_of_another_account_and_region_are_created_in_code() {
    let builder = MockEcr::builder().account("123456789012").account(OTHER);
    let ci = Principal::from_arn("arn:aws:sts::210987654321:assumed-role/ci/job").unwrap();
    let ecr = builder.principal(ci).start().await.unwrap();
    assert_eq!(ecr.config().default_account().as_str(), "123456789012");
    let app = ecr.repository("app").in_account(OTHER).unwrap();
    app.push(image()).await.unwrap();
    let west = app.clone().in_region("eu-west-1").unwrap();
    west.push(image()).await.unwrap();
    let all = ecr.repositories().await.unwrap();
    let place = |one: &Repository| format!("{} {}", one.account(), one.region());
    let places: Vec<String> = all.iter().map(place).collect();
    assert_eq!(places, ["210987654321 eu-west-1", "210987654321 us-east-1"]);
    let client = Client::new(&ecr.sdk_config());
    assert_eq!(pull_error(&client, OTHER).await, None);
}

#[tokio::test]
async fn a_misspelled_account_region_principal_or_action_is_an_error() {
    let ecr = MockEcr::builder().repository("app").start().await.unwrap();
    let app = || ecr.repository("app");
    for (error, expected) in [
        (
            explain(app().in_account("210987654322").unwrap_err()),
            "invalid argument in in_account(\"210987654322\"): the mock has no such account: expected 123456789012, or an account that MockEcrBuilder::account adds",
        ),
        (
            explain(app().in_region("us-eest-1").unwrap_err()),
            "invalid argument in in_region(\"us-eest-1\"): unknown Region; did you mean \"us-east-1\"?",
        ),
    ] {
        assert_eq!(error, expected);
    }
    for (policy, expected) in [
        (
            Policy::new().allow("*", ["ecr:BatchGetImages"]),
            "invalid argument in allow(\"ecr:BatchGetImages\"): no action matches \"ecr:BatchGetImages\"; did you mean \"ecr:BatchGetImage\"?",
        ),
        (
            Policy::new(),
            r#"invalid argument in set_policy("{\"Version\":\"2012-10-17\",\"Statement\":[]}"): invalid policy: expected at least one statement"#,
        ),
        (
            Policy::from_json("{}"),
            "invalid argument in from_json(\"{}\"): invalid policy: missing field `Statement` at line 1 column 2",
        ),
        (
            Policy::new().deny("ci", ["ecr:*"]),
            "invalid argument in deny(\"ci\"): invalid principal \"ci\": expected *, an account ID, or an ARN such as arn:aws:iam::123456789012:user/developer",
        ),
    ] {
        let RepositoryError::Argument(error) = app().set_policy(policy).await.unwrap_err() else {
            panic!("expected an invalid argument");
        };
        assert_eq!(explain(error), expected);
    }
}
