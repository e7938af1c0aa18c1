//! The operations on registries and accounts.

use aws_sdk_ecr::Client;
use aws_sdk_ecr::types::{
    ImageTagMutability, RctAppliedFor, RegistryScanningRule, ReplicationBackfillStatus,
    ReplicationConfiguration, ReplicationDestination, ReplicationRule, ScanFrequency, ScanType,
    ScanningRepositoryFilter, ScanningRepositoryFilterType, SigningConfiguration, SigningRule,
    UpstreamRegistry,
};

use super::{ACCOUNT, NOW};

pub(super) async fn call(client: &Client) {
    read_token_and_settings(client).await;
    put_policy(client).await;
    scan(client).await;
    sign(client).await;
    replicate(client).await;
    backfill(client).await;
    cache(client).await;
    create_template(client).await;
    exclude_principal(client).await;
}

async fn read_token_and_settings(client: &Client) {
    let token = client.get_authorization_token().send().await.unwrap();
    let expires_at = token.authorization_data()[0].expires_at().unwrap();
    assert_eq!(expires_at.as_secs_f64(), NOW + 12.0 * 3600.0);
    let (name, value) = ("BLOB_MOUNTING", Some("ENABLED"));
    let put = client.put_account_setting().name(name).value("ENABLED");
    assert_eq!(put.send().await.unwrap().value(), value);
    let get = client.get_account_setting().name(name);
    assert_eq!(get.send().await.unwrap().value(), value);
}

async fn put_policy(client: &Client) {
    let text = r#"{"Version":"2012-10-17","Statement":[{"Sid":"replicate","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":["ecr:ReplicateImage"],"Resource":"arn:aws:ecr:us-east-1:123456789012:repository/*"}]}"#;
    let put = client.put_registry_policy().policy_text(text);
    let put = put.send().await.unwrap();
    let stored = put.policy_text();
    assert!(stored.unwrap().contains("ecr:ReplicateImage"));
    let got = client.get_registry_policy().send().await.unwrap();
    assert_eq!(got.policy_text(), stored);
    let deleted = client.delete_registry_policy().send().await.unwrap();
    assert_eq!(deleted.policy_text(), stored);
}

async fn scan(client: &Client) {
    let filter = ScanningRepositoryFilter::builder()
        .filter("prod*")
        .filter_type(ScanningRepositoryFilterType::Wildcard)
        .build()
        .unwrap();
    let rule = RegistryScanningRule::builder()
        .scan_frequency(ScanFrequency::ScanOnPush)
        .repository_filters(filter)
        .build()
        .unwrap();
    let put = client.put_registry_scanning_configuration();
    let put = put.scan_type(ScanType::Basic).rules(rule.clone());
    let put = put.send().await.unwrap();
    let configuration = put.registry_scanning_configuration().unwrap();
    assert_eq!(configuration.rules(), [rule]);
    let got = client.get_registry_scanning_configuration();
    let got = got.send().await.unwrap();
    assert_eq!(got.scanning_configuration(), Some(configuration));
}

async fn sign(client: &Client) {
    let profile = "arn:aws:signer:us-east-1:123456789012:/signing-profiles/ecr_a";
    let rule = SigningRule::builder().signing_profile_arn(profile);
    let configuration = SigningConfiguration::builder().rules(rule.build().unwrap());
    let configuration = configuration.build().unwrap();
    let put = client.put_signing_configuration();
    let put = put.signing_configuration(configuration.clone());
    let stored = put.send().await.unwrap();
    assert_eq!(stored.signing_configuration(), Some(&configuration));
    let got = client.get_signing_configuration().send().await.unwrap();
    assert_eq!(got.signing_configuration(), Some(&configuration));
    let deleted = client.delete_signing_configuration().send().await.unwrap();
    assert_eq!(deleted.registry_id(), Some(ACCOUNT));
}

fn destination() -> ReplicationDestination {
    let destination = ReplicationDestination::builder().region("eu-west-1");
    destination.registry_id(ACCOUNT).build().unwrap()
}

async fn replicate(client: &Client) {
    let rule = ReplicationRule::builder().destinations(destination());
    let configuration = ReplicationConfiguration::builder().rules(rule.build().unwrap());
    let put = client.put_replication_configuration();
    let put = put.replication_configuration(configuration.build().unwrap());
    let put = put.send().await.unwrap();
    let registry = client.describe_registry().send().await.unwrap();
    let stored = registry.replication_configuration().unwrap();
    assert_eq!(stored.rules()[0].destinations(), [destination()]);
    assert_eq!(put.replication_configuration(), Some(stored));
}

async fn backfill(client: &Client) {
    let start = client.start_replication_backfill();
    let started = start.destination(destination()).send().await.unwrap();
    assert_eq!(started.started_at().unwrap().as_secs_f64(), NOW);
    let id = started.replication_backfill_id().unwrap();
    let stop = client.stop_replication_backfill();
    let stopped = stop.replication_backfill_id(id).send().await.unwrap();
    assert_eq!(stopped.destination(), Some(&destination()));
    let listed = client.list_replication_backfills().send().await.unwrap();
    assert_eq!(listed.backfills()[0].replication_backfill_id(), id);
    let results = client.describe_replication_backfill_results();
    let results = results.replication_backfill_id(id).send().await.unwrap();
    assert_eq!(results.status(), Some(&ReplicationBackfillStatus::Stopped));
    assert_eq!(results.results(), []);
}

async fn cache(client: &Client) {
    let (prefix, url) = ("other", "210987654321.dkr.ecr.us-east-1.amazonaws.com");
    let create = client.create_pull_through_cache_rule();
    let create = create
        .ecr_repository_prefix(prefix)
        .upstream_registry_url(url);
    let create = create.custom_role_arn("arn:aws:iam::123456789012:role/cache");
    let created = create.send().await.unwrap();
    assert_eq!(created.upstream_registry(), Some(&UpstreamRegistry::Ecr));
    let role = "arn:aws:iam::123456789012:role/other";
    let update = client
        .update_pull_through_cache_rule()
        .custom_role_arn(role);
    let updated = update.ecr_repository_prefix(prefix).send().await.unwrap();
    assert_eq!(updated.updated_at().unwrap().as_secs_f64(), NOW);
    let rules = client
        .describe_pull_through_cache_rules()
        .send()
        .await
        .unwrap();
    let rule = &rules.pull_through_cache_rules()[0];
    assert_eq!(rule.custom_role_arn(), Some(role));
    let validate = client.validate_pull_through_cache_rule();
    let validated = validate.ecr_repository_prefix(prefix).send().await.unwrap();
    assert!(validated.is_valid());
    let delete = client.delete_pull_through_cache_rule();
    let deleted = delete.ecr_repository_prefix(prefix).send().await.unwrap();
    assert_eq!(deleted.upstream_registry_url(), Some(url));
}

async fn create_template(client: &Client) {
    let create = client.create_repository_creation_template().prefix("prod");
    let create = create.applied_for(RctAppliedFor::CreateOnPush);
    let created = create.send().await.unwrap();
    let template = created.repository_creation_template().unwrap();
    assert_eq!(template.applied_for(), [RctAppliedFor::CreateOnPush]);
    let update = client.update_repository_creation_template().prefix("prod");
    let update = update.image_tag_mutability(ImageTagMutability::Immutable);
    let updated = update.send().await.unwrap();
    let updated = updated.repository_creation_template().unwrap();
    assert_eq!(updated.updated_at().unwrap().as_secs_f64(), NOW);
    let all = client.describe_repository_creation_templates();
    let all = all.send().await.unwrap();
    assert_eq!(&all.repository_creation_templates()[0], updated);
    let delete = client.delete_repository_creation_template().prefix("prod");
    let deleted = delete.send().await.unwrap();
    assert_eq!(deleted.repository_creation_template(), Some(updated));
}

async fn exclude_principal(client: &Client) {
    let arn = "arn:aws:iam::123456789012:role/scanner";
    let register = client.register_pull_time_update_exclusion();
    let registered = register.principal_arn(arn).send().await.unwrap();
    assert_eq!(registered.created_at().unwrap().as_secs_f64(), NOW);
    let listed = client.list_pull_time_update_exclusions();
    let listed = listed.send().await.unwrap();
    assert_eq!(listed.pull_time_update_exclusions(), [arn]);
    let deregister = client.deregister_pull_time_update_exclusion();
    let deregistered = deregister.principal_arn(arn).send().await.unwrap();
    assert_eq!(deregistered.principal_arn(), Some(arn));
}
