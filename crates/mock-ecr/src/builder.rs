//! Configures a mock and starts it.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
#[cfg(feature = "connector")]
use std::sync::OnceLock;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch;

use crate::clock::ClockStart;
use crate::config::policy::Policy;
use crate::config::{
    AuthMode, CaLocation, Config, Dialect, Image, InitialRepository, UnknownConditions,
};
use crate::fault::{Fault, Faults, TlsMode};
use crate::iam::principal::Principal;
use crate::mock_ecr::{MockEcr, Transport};
use crate::server::connection::Listener;
use crate::server::listen::Listen;
use crate::server::sockets::Sockets;
#[cfg(feature = "tls")]
use crate::server::tls::CertificateAuthority;
use crate::server::tls::Tls;
use crate::start_error::StartError;
use crate::state::State;
use crate::store::{LayersLocation, S3Access, StoreLocation};
use crate::types::argument::FirstInvalid;
use crate::types::secret::Secret;
use crate::types::{AccountId, RepositoryName};

/// A builder of a [`MockEcr`]. Every setting has a default.
///
/// The methods do not return errors. If an argument is invalid, [`start`](MockEcrBuilder::start) returns an error.
pub struct MockEcrBuilder {
    pub(crate) config: Config,
    listen: Listen,
    additional: Vec<SocketAddr>,
    transport: Transport,
    pub(crate) invalid: FirstInvalid,
}

impl MockEcr {
    /// Starts a mock with the default configuration on a free port of the loopback address 127.0.0.1.
    ///
    /// The mock can respond only while the runtime of the caller runs. If a test blocks its only thread, for example to wait for a child
    /// process, use [`start_blocking`](MockEcr::start_blocking).
    ///
    /// # Errors
    ///
    /// Returns the errors of [`MockEcrBuilder::start`].
    ///
    /// # Panics
    ///
    /// Panics in the cases of [`MockEcrBuilder::start`].
    pub async fn start() -> Result<MockEcr, StartError> {
        MockEcr::builder().start().await
    }

    /// Returns a builder with the default configuration.
    pub fn builder() -> MockEcrBuilder {
        MockEcrBuilder::new(Config::default())
    }

    /// Returns a builder with the given configuration, such as one that [`Config::from_file`] returned.
    pub fn from_config(config: Config) -> MockEcrBuilder {
        MockEcrBuilder::new(config)
    }
}

impl MockEcrBuilder {
    fn new(config: Config) -> Self {
        MockEcrBuilder {
            config,
            listen: Listen::Address((Ipv4Addr::LOCALHOST, 0).into()),
            additional: Vec::new(),
            transport: Transport::Socket,
            invalid: FirstInvalid::default(),
        }
    }

    /// Sets the address to listen on. The default is a free port of the loopback address 127.0.0.1.
    #[must_use]
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = Listen::Address(address);
        self
    }

    /// Listens on both loopback addresses, 127.0.0.1 and ::1, with the same port. Some clients resolve `localhost` to ::1
    /// only. Port 0 selects a port that is free on both addresses.
    ///
    /// If the system has no IPv6 loopback address, the mock listens on 127.0.0.1 only. [`MockEcr::address`] always returns
    /// the IPv4 address.
    #[must_use]
    pub fn listen_on_loopback(mut self, port: u16) -> Self {
        self.listen = Listen::Loopback { port };
        self
    }

    /// Adds another address to listen on.
    #[must_use]
    pub fn also_listen(mut self, address: SocketAddr) -> Self {
        self.additional.push(address);
        self
    }

    /// Opens no socket until [`MockEcr::url`], [`MockEcr::address`] or a method that returns environment variables is called, such as [`MockEcr::env`]. `MockEcr::sdk_config` (feature `sdk`) returns a configuration whose HTTP
    /// client calls the mock directly for every endpoint: the SDK resolves the endpoints of AWS, and no request leaves the process. With the
    /// feature `connector`, `MockEcr::connector` connects other clients.
    ///
    /// The clock, the faults and the request log work as with a socket. A fault that resets a connection, violates HTTP/1 or changes a certificate
    /// needs a socket. Before a socket is opened, setting such a fault returns an error.
    #[must_use]
    pub fn in_process(mut self) -> Self {
        self.transport = Transport::InProcess;
        self
    }

    /// Accepts TLS connections on the same ports as HTTP connections. Also accepts `CONNECT` requests, so that clients
    /// can use the mock as an HTTPS proxy. For each host name that a client requests, a private certificate authority
    /// issues a certificate. By default, the mock does not accept TLS. Requires the feature `tls` of this crate.
    #[must_use]
    pub fn tls(mut self, location: CaLocation) -> Self {
        self.config.tls = Some(location);
        self
    }

    /// Sets the seed of all keys and random values. See [`Config::seed`].
    #[must_use]
    pub fn seed(mut self, seed: impl Into<String>) -> Self {
        self.config.seed = seed.into();
        self
    }

    /// Freezes the clock at [`ClockStart::FROZEN`], 2015-11-29T21:30:53.241Z.
    #[must_use]
    pub fn frozen(self) -> Self {
        self.clock(ClockStart::FROZEN)
    }

    /// Sets whether the clock runs with the system's time or is frozen at a given time. The default is
    /// [`ClockStart::System`].
    #[must_use]
    pub fn clock(mut self, start: ClockStart) -> Self {
        self.config.clock = start;
        self
    }

    /// Sets the TTL of tokens. The default is 12 hours.
    #[must_use]
    pub fn token_ttl(mut self, ttl: Duration) -> Self {
        self.config.token_ttl = ttl;
        self
    }

    /// Sets whether credentials and signatures are verified. The default is [`AuthMode::Strict`].
    #[must_use]
    pub fn auth(mut self, mode: AuthMode) -> Self {
        self.config.auth = mode;
        self
    }

    /// Sets the default Region, such as `eu-central-1`. The default is `us-east-1`. See [`Config::region`].
    #[must_use]
    pub fn region(mut self, region: &str) -> Self {
        if let Some(region) = self.invalid.parse("region", region) {
            self.config.region = region;
        }
        self
    }

    /// Adds a Region to the Regions that the configuration can contain. Required for a Region that is not known to this
    /// crate. See [`Config::additional_regions`].
    #[must_use]
    pub fn additional_region(mut self, region: &str) -> Self {
        if let Some(region) = self.invalid.parse("additional_region", region) {
            self.config.additional_regions.push(region);
        }
        self
    }

    /// Sets the form of `proxyEndpoint` and `repositoryUri`: `aws`, `mock` or a template. See
    /// [`ProxyEndpoint`](crate::config::ProxyEndpoint). The default is `aws`.
    #[must_use]
    pub fn proxy_endpoint(mut self, form: &str) -> Self {
        if let Some(form) = self.invalid.parse("proxy_endpoint", form) {
            self.config.proxy_endpoint = Some(form);
        }
        self
    }

    /// Sets whether the registry behaves like ECR or like OCI Distribution 1.1. The default is [`Dialect::Ecr`].
    #[must_use]
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.config.dialect = dialect;
        self
    }

    /// Sets where repositories and images are stored. The default is [`StoreLocation::Memory`]. The others require features
    /// of this crate: `file-store` or `postgres`.
    #[must_use]
    pub fn store(mut self, location: StoreLocation) -> Self {
        self.config.store = location;
        self
    }

    /// Sets where the layers of images are stored, if the store is in a directory or a database. By default, they are in the
    /// directory of the store. A database has no default.
    #[must_use]
    pub fn layers(mut self, location: LayersLocation) -> Self {
        self.config.layers = Some(location);
        self
    }

    /// Sets the credentials and the endpoint of the S3 bucket. These are used only if the layers are stored in a bucket.
    #[must_use]
    pub fn s3_access(mut self, access: S3Access) -> Self {
        self.config.s3_access = Some(access);
        self
    }

    /// Adds a fault that is active from the start of the mock. [`start`](MockEcrBuilder::start) returns an error if the
    /// fault is invalid.
    #[must_use]
    pub fn fault(mut self, fault: Fault) -> Self {
        self.config.faults.push(fault);
        self
    }

    /// Adds an empty repository of the default account, in the default Region. Does nothing if this builder contains the
    /// repository.
    #[must_use]
    pub fn repository(mut self, name: &str) -> Self {
        if let Some(name) = self.invalid.parse("repository", name) {
            self.initial_repository(name);
        }
        self
    }

    /// Adds an image to a repository of the default account, in the default Region. The repository is created if this
    /// builder does not contain it.
    ///
    /// [`start`](MockEcrBuilder::start) returns an error if `repository` is not a repository name or if a tag of the
    /// image is invalid.
    ///
    /// ```
    /// # use mock_ecr::MockEcr;
    /// use mock_ecr::repository::Image;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    ///
    /// let image = Image::new().layer("a layer").tag("1.0");
    /// let ecr = MockEcr::builder().image("team/app", image).start().await?;
    /// assert_eq!(ecr.repository("team/app").tags().await?, ["1.0"]);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn image(mut self, repository: &str, image: Image) -> Self {
        if let Some(name) = self.invalid.parse("image", repository) {
            self.initial_repository(name).images.push(image);
        }
        self
    }

    /// Sets the policy of a repository of the default account, in the default Region. The repository is created if this
    /// builder does not contain it.
    ///
    /// [`start`](MockEcrBuilder::start) returns an error if the policy is invalid, or if a principal that it names does not
    /// exist.
    ///
    /// ```
    /// # use mock_ecr::{MockEcr, Principal};
    /// use mock_ecr::repository::Policy;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    ///
    /// let reader = Policy::new().allow("arn:aws:iam::123456789012:role/reader", ["ecr:BatchGetImage"]);
    /// let session = Principal::from_arn("arn:aws:sts::123456789012:assumed-role/reader/job")?;
    /// let builder = MockEcr::builder().principal(session);
    /// let ecr = builder.policy("team/app", reader).start().await?;
    /// # let _ = ecr;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn policy(mut self, repository: &str, policy: Policy) -> Self {
        let policy = self.invalid.record(policy.build("policy"));
        let name = self.invalid.parse("policy", repository);
        if let (Some(name), Some(policy)) = (name, policy) {
            self.initial_repository(name).policy = Some(policy.to_json());
        }
        self
    }

    /// Sets what happens if a policy contains a condition that the mock does not evaluate. The default is
    /// [`UnknownConditions::Reject`].
    #[must_use]
    pub fn unknown_conditions(mut self, handling: UnknownConditions) -> Self {
        self.config.unknown_conditions = handling;
        self
    }

    /// Returns the repository of the default account and Region. Adds it if necessary.
    pub(crate) fn initial_repository(&mut self, name: RepositoryName) -> &mut InitialRepository {
        let (account, region) = (self.config.default_account(), self.config.region.clone());
        let repositories = &mut self.config.repositories;
        let index = repositories.iter().position(|one| {
            one.name == name
                && one.account.is_none_or(|of| of == account)
                && one.region.as_ref().is_none_or(|of| *of == region)
        });
        let index = index.unwrap_or_else(|| {
            repositories.push(InitialRepository::new(name));
            repositories.len() - 1
        });
        &mut repositories[index]
    }

    /// Sets the key of the control API, `/_mock/`: at least 8 printable ASCII characters without spaces. Requests must
    /// then contain `Authorization: Bearer KEY`. If no key is
    /// set, the control API is available if two conditions are true: all addresses on which the mock listens are
    /// loopback addresses, and the `Host` of the request is a loopback name. `GET /_mock/health` is always available.
    #[must_use]
    pub fn control_key(mut self, key: impl Into<Secret>) -> Self {
        self.config.control_key = Some(key.into());
        self
    }

    /// Creates a missing repository when an image is pushed to it. By default, such a push is rejected. See
    /// [`Config::create_on_push`].
    #[must_use]
    pub fn create_on_push(mut self) -> Self {
        self.config.create_on_push = true;
        self
    }

    /// Sets the maximum number of images of a repository. By default, the number is not limited. See
    /// [`Quotas`](crate::config::Quotas::images_per_repository).
    #[must_use]
    pub fn image_quota(mut self, images: u32) -> Self {
        self.config.quotas.images_per_repository = Some(images);
        self
    }

    /// Sets the maximum number of repositories of an account in a Region. By default, the number is not limited. See
    /// [`Quotas`](crate::config::Quotas::repositories).
    #[must_use]
    pub fn repository_quota(mut self, repositories: u32) -> Self {
        self.config.quotas.repositories = Some(repositories);
        self
    }

    /// Sets the maximum number of basic scans of a registry that start on one day. By default, the number is not limited. See
    /// [`Quotas`](crate::config::Quotas::scans_per_day).
    #[must_use]
    pub fn scan_quota(mut self, scans: u32) -> Self {
        self.config.quotas.scans_per_day = Some(scans);
        self
    }

    /// Sets the maximum number of tags of an image. See [`Quotas`](crate::config::Quotas::tags_per_image) for the default.
    #[must_use]
    pub fn tag_quota(mut self, tags: u32) -> Self {
        self.config.quotas.tags_per_image = Some(tags);
        self
    }

    /// Sets the duration of the restoration of an archived image. See
    /// [`Background`](crate::config::Background::restore_duration) for the default.
    #[must_use]
    pub fn restore_duration(mut self, duration: Duration) -> Self {
        self.config.background.restore_duration = duration;
        self
    }

    /// Sets the duration of the signature of a pushed image. See
    /// [`Background`](crate::config::Background::signing_duration) for the default.
    #[must_use]
    pub fn signing_duration(mut self, duration: Duration) -> Self {
        self.config.background.signing_duration = duration;
        self
    }

    /// Adds an account, such as `210987654321`. The first added account is the default account. Every principal must
    /// belong to an added account. If no account is added, the accounts are those of the principals.
    #[must_use]
    pub fn account(mut self, id: &str) -> Self {
        if let Some(id) = self.invalid.parse::<AccountId>("account", id) {
            self.config.accounts.push(id.into());
        }
        self
    }

    /// Adds a principal. If no principal is added, the mock has one: [`Principal::example`].
    #[must_use]
    pub fn principal(mut self, principal: Principal) -> Self {
        self.config.principals.push(principal);
        self
    }

    /// Binds the addresses, and starts to accept connections.
    ///
    /// # Errors
    ///
    /// Returns an error in the following cases:
    ///
    /// - An argument of another method is invalid.
    /// - The configuration is invalid; see [`Config::validate`].
    /// - The function is called outside a tokio runtime.
    /// - The mock cannot listen on an address.
    /// - A fault is invalid, there are more than 1,000 faults, or a certificate fault is used without TLS.
    /// - The certificate authority cannot be read or created.
    /// - The store cannot be opened.
    /// - An initial repository cannot be created: a tag of an image is invalid, an image layout cannot be read, the
    ///   manifest of an image is too large, or the store fails.
    ///
    /// # Panics
    ///
    /// Panics if the I/O driver or the time driver of the runtime is not enabled. `Builder::enable_all` of tokio enables both.
    ///
    /// If the time of tokio is paused, as in `#[tokio::test(start_paused = true)]`, the delays of faults and the timeouts of
    /// [`Requests::wait`](crate::request_log::Requests::wait) take no real time.
    pub async fn start(self) -> Result<MockEcr, StartError> {
        self.invalid.report()?;
        self.config.validate()?;
        let runtime = Handle::try_current().map_err(|_| StartError::NoRuntime)?;
        let tls_mode = match self.config.tls {
            Some(_) => TlsMode::Enabled,
            None => TlsMode::Disabled,
        };
        let regions = self.config.additional_regions.clone();
        let faults = Arc::new(Faults::from_seed(&self.config.seed, tls_mode, regions));
        let tls = self.config.tls.as_ref();
        let tls = tls.map(|at| open_tls(at, &faults)).transpose()?;
        let certificate = tls.as_ref().map(|tls| tls.certificate().to_owned());
        let (stop, stopped) = watch::channel(());
        let sockets = Sockets {
            listen: self.listen,
            additional: self.additional,
            tls,
            stopped: stopped.clone(),
            runtime,
            serving: Mutex::default(),
            #[cfg(feature = "connector")]
            connector: OnceLock::new(),
        };
        let listeners = match self.transport {
            Transport::Socket => {
                faults.permit_socket_faults();
                sockets.bind()?
            }
            Transport::InProcess => Vec::new(),
        };
        for fault in &self.config.faults {
            faults.add(fault.clone())?;
        }
        let store = self
            .config
            .open_store(listeners.first().map(Listener::address));
        let store = store.await?;
        let state = Arc::new(State::new(self.config, store, faults, certificate, stopped));
        let seeded = state.open_repositories().await;
        seeded.map_err(|error| StartError::Repositories(Box::new(error)))?;
        if !listeners.is_empty() {
            sockets.serve(listeners, &state);
        }
        Ok(MockEcr::new(
            state,
            sockets,
            #[cfg(feature = "sdk")]
            self.transport,
            stop,
        ))
    }
}

#[cfg(feature = "tls")]
fn open_tls(location: &CaLocation, faults: &Arc<Faults>) -> Result<Tls, StartError> {
    let ca = CertificateAuthority::at(location)?;
    Ok(Tls::new(ca, Arc::clone(faults)))
}

#[cfg(not(feature = "tls"))]
fn open_tls(_: &CaLocation, _: &Arc<Faults>) -> Result<Tls, StartError> {
    Err(StartError::MissingFeature("tls"))
}

/// Formats the configuration.
impl fmt::Debug for MockEcrBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MockEcrBuilder({:?})", self.config)
    }
}
