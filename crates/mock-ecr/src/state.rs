//! The state of one mock. The API and the registry share it.

use std::hash::{BuildHasher as _, RandomState};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};

use tokio::sync::watch;

use crate::aws::account_setting::AccountSetting;
use crate::aws::page_token::PageTokens;
use crate::aws::request_id::RequestIds;
use crate::aws::service::AwsService;
use crate::aws::sigv4;
use crate::aws::sigv4::SigningKeys;
use crate::clock;
use crate::clock::Clock;
use crate::config;
use crate::config::{ArgumentError, Config, ConfigError, Encryption, InitialRepository};
use crate::domain::rejection::Rules;
use crate::domain::scanning::ScanSettings;
use crate::domain::{
    BackgroundKind, BackgroundRun, LayoutError, LifecycleRun, ReplicationSettings, Repositories,
    RepositoryError, ResourceTag, Settings, Unpublished,
};
use crate::fault::Faults;
use crate::http::base_url::BaseUrl;
use crate::http::buffers::Buffers;
use crate::http::listening::Listening;
use crate::http::permits::Permits;
use crate::iam::identity_store::IdentityStore;
use crate::iam::policy::accept::Acceptance;
use crate::iam::policy::repository_policy::RepositoryPolicy;
use crate::iam::unknown_keys::UnknownKeys;
use crate::lifecycle::LifecyclePolicy;
use crate::request_log::{Redactor, RequestLog};
use crate::store::Store;
use crate::token::TokenIssuer;
use crate::types::timestamp::Timestamp;
use crate::types::{AccountId, Region, RegistryId, RepositoryId, RepositoryName};
use crate::upstream::Upstreams;

/// The configuration of a mock, and its state since the start.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) config: Config,
    /// A random number in 16 hexadecimal digits that identifies this start of the mock.
    pub(crate) instance: String,
    pub(crate) clock: Clock,
    pub(crate) principals: Arc<IdentityStore>,
    pub(crate) unknown_keys: UnknownKeys,
    pub(crate) tokens: TokenIssuer,
    pub(crate) request_ids: RequestIds,
    pub(crate) request_log: RequestLog,
    pub(crate) redactor: Redactor,
    pub(crate) repositories: Repositories,
    pub(crate) upstreams: Upstreams,
    pub(crate) page_tokens: PageTokens,
    pub(crate) faults: Arc<Faults>,
    /// The permits to open a connection.
    pub(crate) connections: Permits,
    /// The permits to open a stream of requests.
    pub(crate) streams: Permits,
    /// The permits to wait for requests.
    pub(crate) waits: Permits,
    /// The bytes of requests and responses in memory.
    pub(crate) buffers: Arc<Buffers>,
    /// The certificate of the certificate authority, in PEM, if the mock accepts TLS.
    pub(crate) ca_certificate: Option<String>,
    signing_keys: SigningKeys,
    /// The time at which the mock was started or last reset, on the mock's clock, in milliseconds since the Unix epoch.
    started: AtomicI64,
    /// Not set while the mock has no socket.
    addresses: OnceLock<Vec<SocketAddr>>,
    /// Closed when the mock is requested to stop.
    stopping: watch::Receiver<()>,
}

impl State {
    pub(crate) fn new(
        config: Config,
        store: Store,
        faults: Arc<Faults>,
        ca_certificate: Option<String>,
        stopping: watch::Receiver<()>,
    ) -> Self {
        let principals = Arc::new(config.identity_store());
        let clock = Clock::new(config.clock);
        let repositories = Repositories::new(store, &config.seed, clock::system);
        let rules = Rules::of_registry(|quirk| config.has(quirk));
        let request_log = RequestLog::default();
        record_changes(&clock, &request_log);
        State {
            instance: format!("{:016x}", RandomState::new().hash_one(clock::system())),
            started: AtomicI64::new(clock.now().as_millis()),
            clock: clock.clone(),
            tokens: TokenIssuer::with_principals(&config, Arc::clone(&principals)),
            request_ids: RequestIds::from_seed(&config.seed),
            request_log,
            redactor: Redactor::new(&config, Arc::clone(&principals)),
            repositories: repositories
                .with_rules(rules)
                .with_clock(&clock)
                .with_stop(&stopping)
                .with_quotas(config.quotas())
                .with_background(config.background)
                .with_scan_settings(ScanSettings::new(&config))
                .with_replication_settings(ReplicationSettings::new(&config)),
            upstreams: Upstreams::new(&config, stopping.clone()),
            page_tokens: PageTokens::from_seed(&config.seed),
            signing_keys: SigningKeys::default(),
            principals,
            unknown_keys: UnknownKeys::default(),
            connections: Permits::new("connections", config.limits.connections),
            streams: Permits::new("streams", config.limits.streams),
            waits: Permits::new("waits", config.limits.waits),
            buffers: Arc::new(Buffers::new(config.limits.buffer_bytes)),
            faults,
            ca_certificate,
            addresses: OnceLock::new(),
            stopping,
            config,
        }
    }

    /// Restores the initial state: the clock, the tokens, the random generators, the faults, the request log and, unless they are
    /// preserved, the repositories. Returns an error if the repositories cannot be reset. In this case, nothing is reset.
    pub(crate) async fn reset(&self, preserve: Preserve) -> Result<(), InitialStateError> {
        match preserve {
            Preserve::Images => {}
            Preserve::Nothing => self.reset_repositories().await?,
        }
        self.clock.reset();
        let started = self.clock.now().as_millis();
        self.started.store(started, Ordering::SeqCst);
        self.principals.remove_sessions();
        self.tokens.reset();
        self.request_ids.restart(&self.config.seed);
        self.request_log.reset();
        self.faults.reset(&self.config.faults);
        Ok(())
    }

    /// Returns the time at which the mock was started or last reset, on the mock's clock.
    pub(crate) fn started(&self) -> Timestamp {
        Timestamp::from_millis(self.started.load(Ordering::SeqCst))
    }

    /// Completes when the mock is requested to stop.
    pub(crate) fn stopped(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut stopping = self.stopping.clone();
        async move {
            let _ = stopping.changed().await;
        }
    }

    /// Creates the initial state that does not exist in the store, after it has marked what an interrupted process left.
    pub(crate) async fn open_repositories(&self) -> Result<(), InitialStateError> {
        self.repositories.recover(self.clock.now()).await?;
        self.create_initial_state().await
    }

    /// Creates the settings and repositories of the configuration that do not exist in the store. The settings are created before, so that they
    /// apply to the images, as at a reset.
    async fn create_initial_state(&self) -> Result<(), InitialStateError> {
        let now = self.clock.now();
        let settings = self.repositories.initial_settings(&self.config, now);
        let settings = settings.await?;
        self.repositories.create_initial_settings(settings).await?;
        for (index, initial) in self.config.repositories.iter().enumerate() {
            let found = self.repositories.find(&self.id_of(initial)).await;
            if let Err(RepositoryError::RepositoryNotFound(_)) = found {
                let prepared = self.prepare(&self.repositories, initial, self.clock.now());
                let created = prepared.await;
                let created = created.map_err(|error| error.of_repository(index, initial))?;
                created.publish().await?;
            } else {
                found?;
            }
        }
        Ok(())
    }

    /// Replaces all repositories and settings by those of the configuration, in one transaction: a client that creates one of these repositories at the
    /// same time creates it before, and it is deleted, or finds that it exists.
    async fn reset_repositories(&self) -> Result<(), InitialStateError> {
        let (mut prepared, now) = (Vec::new(), self.clock.initial());
        let settings = self.repositories.initial_settings(&self.config, now);
        let settings = settings.await?;
        let repositories = self.repositories.with_initial_settings(settings);
        let replaced = async {
            for (index, initial) in self.config.repositories.iter().enumerate() {
                let one = self.prepare(&repositories, initial, now).await;
                prepared.push(one.map_err(|error| error.of_repository(index, initial))?);
            }
            // The clock is reset before: a request at a later time would carry out work of the initial state that is not due.
            let motion = self.clock.motion();
            self.clock.reset();
            let reset = repositories.reset(&prepared).await;
            Ok(reset.inspect_err(|_| self.clock.restore(motion))?)
        };
        let replaced = replaced.await;
        if replaced.is_err() {
            for one in prepared {
                // It is discarded when the next mock opens the store, if not now.
                let _ = one.discard().await;
            }
        }
        replaced
    }

    /// Returns the repositories, after the work that is due at the current time of the mock's clock.
    pub(crate) async fn current_repositories(&self) -> Result<&Repositories, RepositoryError> {
        self.repositories.run_due(self.clock.now()).await?;
        Ok(&self.repositories)
    }

    /// Evaluates the lifecycle policies of the repositories with a name, or of all, at once, and does what they decide. Returns the repositories
    /// that have a policy.
    pub(crate) async fn run_lifecycle(
        &self,
        name: Option<RepositoryName>,
    ) -> Result<Vec<(RepositoryId, LifecycleRun)>, RepositoryError> {
        self.repositories
            .run_lifecycle(name, self.clock.now())
            .await
    }

    /// Finishes the work in the background of these kinds.
    pub(crate) async fn finish_background(
        &self,
        kinds: &[BackgroundKind],
    ) -> Result<BackgroundRun, RepositoryError> {
        let now = self.clock.now();
        self.repositories.finish_background(kinds, now).await
    }

    fn id_of(&self, initial: &InitialRepository) -> RepositoryId {
        let (account, region) = (initial.account, initial.region.as_ref());
        RepositoryId {
            registry: self.config.registry_id(account, region),
            name: initial.name.clone(),
        }
    }

    /// Creates a repository with its images. A repository that requests find therefore contains all its images.
    async fn prepare(
        &self,
        repositories: &Repositories,
        initial: &InitialRepository,
        now: Timestamp,
    ) -> Result<Unpublished, InitialStateError> {
        let id = self.id_of(initial);
        let mut settings = Settings::created_at(now);
        settings.mutability.rule = initial.image_tag_mutability.into();
        let filters = initial.image_tag_mutability_exclusion_filters.iter();
        settings.mutability.exclusions = filters.map(ToString::to_string).collect();
        settings.scan_on_push = initial.scan_on_push;
        let Encryption {
            encryption_type,
            kms_key,
        } = &initial.encryption;
        settings.encrypt(encryption_type.name(), kms_key.as_deref(), &id.registry)?;
        let tags = initial.resource_tags.iter().map(ResourceTag::of).collect();
        let unpublished = repositories.create_unpublished(&id, settings, tags).await?;
        let filled = async {
            let content = unpublished.content();
            if let Some(policy) = &initial.policy {
                let policy = RepositoryPolicy::parse(policy).map_err(RepositoryError::from)?;
                content.put_policy(&id, &policy).await?;
            }
            if let Some(layout) = &initial.layout {
                content.import(&id, layout, now).await?;
            }
            if let Some(policy) = &initial.lifecycle_policy {
                let policy = LifecyclePolicy::parse(policy).map_err(RepositoryError::from)?;
                content.put_lifecycle_policy(&id, &policy, now).await?;
            }
            for image in &initial.images {
                content.push(&id, image, image.tags()?, now).await?;
            }
            Ok(())
        };
        match filled.await {
            Ok(()) => Ok(unpublished),
            Err(error) => {
                unpublished.discard().await?;
                Err(error)
            }
        }
    }

    /// Returns what the mock accepts in policies.
    pub(crate) fn policy_acceptance(&self) -> Acceptance<'_> {
        Acceptance {
            identities: &self.principals,
            unknown_conditions: self.config.unknown_conditions,
        }
    }

    /// Sets the addresses that the mock listens on. They cannot be changed later.
    pub(crate) fn listen(&self, addresses: Vec<SocketAddr>) {
        self.faults.permit_socket_faults();
        let _ = self.addresses.set(addresses);
    }

    /// Returns the addresses that the mock listens on. A mock without a socket has none.
    pub(crate) fn addresses(&self) -> &[SocketAddr] {
        self.addresses.get().map_or(&[], Vec::as_slice)
    }

    /// Returns the addresses that the mock listens on, as a client uses them.
    pub(crate) fn listening(&self) -> Listening<'_> {
        Listening(self.addresses())
    }

    /// Returns the verifier of the signatures of requests to a service. `host_region` is the Region in the host name of the request.
    pub(crate) fn verifier<'a>(
        &'a self,
        service: AwsService,
        host_region: Option<&'a Region>,
    ) -> sigv4::Verifier<'a> {
        sigv4::Verifier {
            principals: &self.principals,
            signing_keys: &self.signing_keys,
            clock: &self.clock,
            sigv4_clock: self.config.sigv4_clock,
            service,
            host_region,
            additional_regions: &self.config.additional_regions,
        }
    }

    /// Returns the value of an account setting, or the configured default if it was never set.
    pub(crate) async fn account_setting(
        &self,
        registry: &RegistryId,
        setting: AccountSetting,
    ) -> Result<&'static str, RepositoryError> {
        let put = self.repositories.account_setting(registry, setting).await?;
        Ok(put.unwrap_or(match setting {
            AccountSetting::BlobMounting if self.config.blob_mounting => "ENABLED",
            _ => setting.values()[0],
        }))
    }

    /// Returns the prefix of the image names in a registry: the host, and the alias if the registry is public.
    pub(crate) fn registry_host(&self, registry: &RegistryId, request: &BaseUrl<'_>) -> String {
        match registry {
            RegistryId::Private { account, region } => {
                let url = self.registry_url(*account, region, request);
                url.split_once("://")
                    .map_or(&url[..], |(_, host)| host)
                    .to_owned()
            }
            RegistryId::Public { alias, .. } => format!("public.ecr.aws/{alias}"),
        }
    }

    /// Returns the URL of a registry, without a trailing slash, for the response to a request.
    pub(crate) fn registry_url(
        &self,
        account: AccountId,
        region: &Region,
        request: &BaseUrl<'_>,
    ) -> String {
        config::registry_url(&self.config, account, region, request, self.listening())
    }
}

/// Records all changes of the clock in the request log.
fn record_changes(clock: &Clock, request_log: &RequestLog) {
    let request_log = request_log.downgrade();
    clock.observe(move |reading| {
        // A test can keep the clock after it has dropped the mock.
        if let Some(request_log) = request_log.upgrade() {
            request_log.record_clock(reading);
        }
    });
}

/// The part of the state that [`MockEcr::reset`](crate::MockEcr::reset) does not reset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Preserve {
    /// The whole state is reset. After the reset, the repositories are those of the configuration.
    #[default]
    Nothing,
    /// The repositories with their images and settings, and the settings of accounts, are not reset.
    Images,
}

/// An error in the creation of the repositories of the configuration.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InitialStateError {
    #[error(transparent)]
    Repository(#[from] RepositoryError),
    #[error(transparent)]
    Layout(#[from] LayoutError),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Argument(#[from] ArgumentError),
}

impl InitialStateError {
    /// Adds the key of the configuration, and its position, to an error of an image layout.
    fn of_repository(self, index: usize, initial: &InitialRepository) -> Self {
        match self {
            InitialStateError::Layout(error) => {
                ConfigError::layout(index, initial.layout_origin.as_ref(), error).into()
            }
            other => other,
        }
    }
}
