//! `config`: returns the configuration of the mock, with all defaults.

use std::collections::BTreeMap;

use futures_util::FutureExt as _;
use http::Method;
use serde::Serialize;

use crate::clock::ClockStart;
use crate::config::CaLocation;
use crate::config::{
    AuthMode, Background, Config, CrossAccount, Dialect, ImageScanResult, ImageTagMutability,
    InitialRepository, Limits, Quirk, Quotas, RegistryScanning, ScanFrequency, ScanType,
    SigV4Clock, UnknownConditions,
};
use crate::control::config_pull_through::{
    PullThroughCacheRuleView, StoredSecretView, UpstreamsView,
};
use crate::control::config_registries::{EncryptionView, RegistryView};
use crate::control::redacted::Redacted;
use crate::control::replication_view::RegistryReplicationView;
use crate::control::response;
use crate::control::route::{Content, Route, schema};
use crate::iam::principal::Principal;
use crate::types::duration::print_duration;
use crate::types::timestamp::Timestamp;

pub(super) const ROUTES: [Route; 1] = [Route {
    method: Method::GET,
    path: "config",
    summary: "Returns the configuration of the mock, with all defaults. Secret access keys, session tokens and the control key are masked; the seed is not.",
    query: &[],
    body: None,
    response: Content::Json(schema::<ConfigView>()),
    run: |request| async move { response::json(&ConfigView::of(&request.state.config)) }.boxed(),
}];

/// The configuration of a mock. The keys are those of the TOML file, except `faults`. The key `control_key` is added.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Config"))]
struct ConfigView {
    /// The seed of the keys of tokens and of the random values. Anyone who knows the seed can issue tokens that the
    /// mock accepts. If the mock is used for anything other than tests, keep the seed secret.
    seed: String,
    /// The default Region.
    region: String,
    /// The Regions that the configuration can contain in addition to the known Regions.
    additional_regions: Vec<String>,
    /// The accounts that exist.
    accounts: Vec<AccountView>,
    /// The principals.
    principals: Vec<PrincipalView>,
    /// The TTL of tokens, such as `12h`.
    token_ttl: String,
    /// The approximate length of an `authorizationToken`, in characters.
    token_length: usize,
    /// The initial state of the clock: `system`, or the timestamp at which it was frozen.
    clock: String,
    /// The clock that the dates of signatures are compared with: `mock` or `either`.
    #[cfg_attr(test, schemars(with = "String"))]
    sigv4_clock: SigV4Clock,
    /// Whether credentials and signatures are verified: `strict` or `lenient`.
    #[cfg_attr(test, schemars(with = "String"))]
    auth: AuthMode,
    /// The form of `proxyEndpoint` and `repositoryUri`: `aws`, `mock` or a template.
    proxy_endpoint: String,
    /// Where repositories and images are stored: `memory`, `file:DIRECTORY`, or the URL of a database without its password and parameters.
    store: String,
    /// Where layers are stored: `file:DIRECTORY` or `s3://BUCKET/PREFIX`. Null if `layers` is not set.
    layers: Option<String>,
    /// Where the certificate authority is stored: `memory` or `file:DIRECTORY`. Null if the mock does not accept TLS.
    tls: Option<String>,
    /// The control key, masked. Null if none is set.
    control_key: Option<Redacted>,
    /// Whether the registry behaves like ECR (`ecr`) or like OCI Distribution 1.1 (`oci`).
    #[cfg_attr(test, schemars(with = "String"))]
    dialect: Dialect,
    /// All quirks, and whether the registry has them.
    #[cfg_attr(test, schemars(with = "BTreeMap<String, bool>"))]
    quirks: BTreeMap<Quirk, bool>,
    /// The initial repositories.
    repositories: Vec<RepositoryView>,
    /// The initial settings of registries.
    registries: Vec<RegistryView>,
    /// The initial scanning configurations of registries.
    registry_scanning: Vec<RegistryScanningView>,
    /// The initial replication configurations of registries.
    registry_replication: Vec<RegistryReplicationView>,
    /// The results of the scans of images.
    scan_results: Vec<ImageScanResult>,
    /// The initial pull-through cache rules of registries.
    pull_through_cache_rules: Vec<PullThroughCacheRuleView>,
    /// The secrets with the credentials for upstream registries.
    secrets: Vec<StoredSecretView>,
    /// The addresses of the upstream registries of pull-through caches.
    upstreams: UpstreamsView,
    /// Whether a push creates a missing repository.
    create_on_push: bool,
    /// The default of the account setting `BLOB_MOUNTING`.
    blob_mounting: bool,
    /// Whether a principal can access repositories of other accounts: `policy` if the policy of the repository must
    /// allow it, or `open` if it can access every repository.
    #[cfg_attr(test, schemars(with = "String"))]
    cross_account: CrossAccount,
    /// What happens if a policy contains a condition that the mock does not evaluate: `reject` or `ignore`.
    #[cfg_attr(test, schemars(with = "String"))]
    unknown_conditions: UnknownConditions,
    /// The limits of connections, memory, streams and waits.
    limits: LimitsView,
    /// The quotas of ECR that the mock applies.
    quotas: QuotasView,
    /// The durations of work that ECR does in the background.
    background: BackgroundView,
}

/// The durations of work in the background, such as `1s`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Background"))]
struct BackgroundView {
    /// The duration of a preview of a lifecycle policy.
    lifecycle_preview_duration: String,
    /// The time from a push to the end of its replication.
    replication_delay: String,
    /// The duration of the restoration of an archived image.
    restore_duration: String,
    /// The duration of a scan of an image.
    scan_duration: String,
    /// The duration of the signature of a pushed image.
    signing_duration: String,
}

/// The initial scanning configuration of a registry.
#[derive(Serialize)]
#[cfg_attr(
    test,
    derive(schemars::JsonSchema),
    schemars(rename = "RegistryScanning")
)]
struct RegistryScanningView {
    /// The ID of the account.
    account: String,
    /// The Region.
    region: String,
    /// The type of scanning: `BASIC` or `ENHANCED`.
    #[cfg_attr(test, schemars(with = "String"))]
    scan_type: ScanType,
    /// The repositories whose images are scanned.
    rules: Vec<ScanRuleView>,
}

/// The repositories to which a scan frequency applies.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "ScanRule"))]
struct ScanRuleView {
    /// When the images are scanned: `MANUAL`, `SCAN_ON_PUSH` or `CONTINUOUS_SCAN`.
    #[cfg_attr(test, schemars(with = "String"))]
    scan_frequency: ScanFrequency,
    /// The filters of the repositories.
    filters: Vec<String>,
}

/// The limits.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Limits"))]
struct LimitsView {
    /// The maximum number of open connections.
    connections: usize,
    /// The maximum number of bytes of requests and responses in memory.
    buffer_bytes: usize,
    /// The maximum number of open streams of requests.
    streams: usize,
    /// The maximum number of requests that wait for other requests.
    waits: usize,
}

/// The quotas. Null if the number is not limited.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Quotas"))]
struct QuotasView {
    /// The maximum number of images of a repository.
    images_per_repository: Option<u32>,
    /// The maximum number of repositories of an account in a Region.
    repositories: Option<u32>,
    /// The maximum number of basic scans of a registry that start on one day.
    scans_per_day: Option<u32>,
    /// The maximum number of tags of an image.
    tags_per_image: Option<u32>,
}

/// An AWS account.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Account"))]
struct AccountView {
    /// The ID of the account, 12 digits.
    id: String,
}

/// A principal and its credentials.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Principal"))]
struct PrincipalView {
    /// The ARN.
    arn: String,
    /// The access key ID.
    access_key_id: String,
    /// The secret access key, masked.
    secret_access_key: Redacted,
    /// The session token, masked, if the credentials are temporary.
    session_token: Option<Redacted>,
    /// When the credentials expire. Null if they do not expire.
    expires: Option<Timestamp>,
    /// The patterns of allowed actions.
    allow: Vec<String>,
    /// The patterns of denied actions. They take precedence.
    deny: Vec<String>,
    /// The values of condition keys in the requests of the principal, such as `aws:PrincipalOrgID`.
    context: BTreeMap<&'static str, String>,
}

/// An initial repository.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Repository"))]
struct RepositoryView {
    /// The name.
    name: String,
    /// The ID of the account.
    account: String,
    /// The Region.
    region: String,
    /// Whether tags can be moved: `MUTABLE` or `IMMUTABLE`.
    #[cfg_attr(test, schemars(with = "String"))]
    image_tag_mutability: ImageTagMutability,
    /// The filters of the tags to which `image_tag_mutability` does not apply.
    image_tag_mutability_exclusion_filters: Vec<String>,
    /// Whether an image is scanned when it is pushed.
    scan_on_push: bool,
    /// The encryption.
    encryption: EncryptionView,
    /// The resource tags.
    resource_tags: BTreeMap<String, String>,
    /// The policy in JSON, if there is one.
    policy: Option<String>,
    /// The lifecycle policy in JSON, if there is one.
    lifecycle_policy: Option<String>,
    /// The directory of the OCI image layout with the images, if there is one.
    layout: Option<String>,
}

impl ConfigView {
    fn of(config: &Config) -> Self {
        let principals: Vec<Principal> = config.principals().collect();
        let mut accounts: Vec<_> = config.accounts.iter().map(|account| account.id).collect();
        if accounts.is_empty() {
            accounts = principals.iter().map(|one| one.arn.account()).collect();
            accounts.sort();
            accounts.dedup();
        }
        let account = |id: crate::types::AccountId| AccountView { id: id.to_string() };
        ConfigView {
            seed: config.seed.clone(),
            region: config.region.to_string(),
            additional_regions: config
                .additional_regions
                .iter()
                .map(ToString::to_string)
                .collect(),
            accounts: accounts.into_iter().map(account).collect(),
            principals: principals.iter().map(PrincipalView::of).collect(),
            token_ttl: print_duration(config.token_ttl),
            token_length: config.token_length,
            clock: clock(config.clock),
            sigv4_clock: config.sigv4_clock,
            auth: config.auth,
            proxy_endpoint: config.proxy_endpoint().to_string(),
            store: config.store.to_string(),
            layers: config.layers.as_ref().map(ToString::to_string),
            tls: config.tls.as_ref().map(ca_location),
            control_key: config.control_key.as_ref().map(|_| Redacted::Redacted),
            dialect: config.dialect,
            quirks: Quirk::ALL.map(|quirk| (quirk, config.has(quirk))).into(),
            repositories: views(config, &config.repositories, RepositoryView::of),
            registries: views(config, &config.registries, RegistryView::of),
            registry_scanning: views(config, &config.registry_scanning, RegistryScanningView::of),
            registry_replication: views(
                config,
                &config.registry_replication,
                RegistryReplicationView::of,
            ),
            scan_results: config.scan_results.clone(),
            pull_through_cache_rules: views(
                config,
                &config.pull_through_cache_rules,
                PullThroughCacheRuleView::of,
            ),
            secrets: config.secrets.iter().map(StoredSecretView::of).collect(),
            upstreams: UpstreamsView::of(&config.upstreams),
            create_on_push: config.create_on_push,
            blob_mounting: config.blob_mounting,
            cross_account: config.cross_account,
            unknown_conditions: config.unknown_conditions,
            limits: LimitsView::of(&config.limits),
            quotas: QuotasView::of(config.quotas()),
            background: BackgroundView::of(config.background),
        }
    }
}

/// Returns the elements of a list of the configuration as the response contains them.
fn views<T, V>(config: &Config, list: &[T], view: impl Fn(&T, &Config) -> V) -> Vec<V> {
    list.iter().map(|one| view(one, config)).collect()
}

impl RegistryScanningView {
    fn of(initial: &RegistryScanning, config: &Config) -> Self {
        let account = initial.account.unwrap_or(config.default_account());
        let region = initial.region.as_ref().unwrap_or(&config.region);
        let rules = initial.rules.iter().map(|rule| ScanRuleView {
            scan_frequency: rule.scan_frequency,
            filters: rule.filters.iter().map(ToString::to_string).collect(),
        });
        RegistryScanningView {
            account: account.to_string(),
            region: region.to_string(),
            scan_type: initial.scan_type,
            rules: rules.collect(),
        }
    }
}

impl LimitsView {
    fn of(limits: &Limits) -> Self {
        LimitsView {
            connections: limits.connections,
            buffer_bytes: limits.buffer_bytes,
            streams: limits.streams,
            waits: limits.waits,
        }
    }
}

impl QuotasView {
    fn of(quotas: Quotas) -> Self {
        QuotasView {
            images_per_repository: quotas.images_per_repository,
            repositories: quotas.repositories,
            scans_per_day: quotas.scans_per_day,
            tags_per_image: quotas.tags_per_image,
        }
    }
}

impl BackgroundView {
    fn of(background: Background) -> Self {
        BackgroundView {
            lifecycle_preview_duration: print_duration(background.lifecycle_preview_duration),
            replication_delay: print_duration(background.replication_delay),
            restore_duration: print_duration(background.restore_duration),
            scan_duration: print_duration(background.scan_duration),
            signing_duration: print_duration(background.signing_duration),
        }
    }
}

impl PrincipalView {
    fn of(principal: &Principal) -> Self {
        PrincipalView {
            arn: principal.arn.to_string(),
            access_key_id: principal.access_key_id.clone(),
            secret_access_key: Redacted::Redacted,
            session_token: principal.session_token.as_ref().map(|_| Redacted::Redacted),
            expires: principal.expires,
            allow: principal.allow.clone(),
            deny: principal.deny.clone(),
            context: principal
                .context
                .iter()
                .map(|(key, value)| (key.name(), value.clone()))
                .collect(),
        }
    }
}

impl RepositoryView {
    fn of(seed: &InitialRepository, config: &Config) -> Self {
        let account = seed.account.unwrap_or(config.default_account());
        let layout = seed.layout.as_ref();
        let filters = seed.image_tag_mutability_exclusion_filters.iter();
        RepositoryView {
            name: seed.name.to_string(),
            account: account.to_string(),
            region: seed.region.as_ref().unwrap_or(&config.region).to_string(),
            image_tag_mutability: seed.image_tag_mutability,
            image_tag_mutability_exclusion_filters: filters.map(ToString::to_string).collect(),
            scan_on_push: seed.scan_on_push,
            encryption: EncryptionView::of(&seed.encryption),
            resource_tags: seed.resource_tags.clone(),
            policy: seed.policy.clone(),
            lifecycle_policy: seed.lifecycle_policy.clone(),
            layout: layout.map(|path| path.display().to_string()),
        }
    }
}

fn clock(start: ClockStart) -> String {
    match start {
        ClockStart::System => "system".to_owned(),
        ClockStart::Frozen(timestamp) => timestamp.to_string(),
    }
}

fn ca_location(location: &CaLocation) -> String {
    match location {
        CaLocation::Memory => "memory".to_owned(),
        CaLocation::Directory(path) => format!("file:{}", path.display()),
    }
}
