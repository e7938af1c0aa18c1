//! Configures a mock and starts it.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::clock::ClockStart;
use crate::config::{
    AuthMode, AuthorityLocation, Config, ConfigError, Dialect, Image, InitialRepository,
};
use crate::fault::{Fault, FaultError, Faults, TlsMode};
use crate::iam::principal::Principal;
use crate::mock_ecr::MockEcr;
use crate::server::connection::{Listener, serve};
use crate::server::tls::{AuthorityError, CertificateAuthority, Tls};
use crate::state::Ecr;
use crate::store::{S3Access, StoreLocation, StoreLocationError};
use crate::types::argument::{ArgumentError, FirstInvalid};
use crate::types::secret::Secret;

/// A mock that is yet to be started; every setting has a default.
#[derive(Debug)]
pub struct MockEcrBuilder {
    config: Config,
    listen: SocketAddr,
    additional: Vec<SocketAddr>,
    invalid: FirstInvalid,
}

impl MockEcr {
    /// Starts the mock of the empty configuration on a free port of the loopback address.
    ///
    /// # Errors
    ///
    /// As [`MockEcrBuilder::start`].
    pub async fn start() -> Result<MockEcr, StartError> {
        MockEcr::builder().start().await
    }

    /// A mock whose configuration is written in code, starting from the empty one.
    pub fn builder() -> MockEcrBuilder {
        MockEcrBuilder::new(Config::default())
    }

    /// A mock of a given configuration, such as one read from a file.
    pub fn from_config(config: Config) -> MockEcrBuilder {
        MockEcrBuilder::new(config)
    }
}

impl MockEcrBuilder {
    fn new(config: Config) -> Self {
        MockEcrBuilder {
            config,
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            additional: Vec::new(),
            invalid: FirstInvalid::default(),
        }
    }

    /// Where to listen; a free port of the loopback address by default.
    #[must_use]
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }

    /// Where to listen as well.
    #[must_use]
    pub fn also_listen(mut self, address: SocketAddr) -> Self {
        self.additional.push(address);
        self
    }

    /// Speaks TLS too, on the same port: with a certificate of a private authority for whatever name is asked for, and as the proxy of
    /// clients that accept only AWS's names.
    #[must_use]
    pub fn tls(mut self, authority: AuthorityLocation) -> Self {
        self.config.tls = Some(authority);
        self
    }

    /// What all keys and random choices come from.
    #[must_use]
    pub fn seed(mut self, seed: impl Into<String>) -> Self {
        self.config.seed = seed.into();
        self
    }

    /// Lets the clock stand still at [`ClockStart::FROZEN`].
    #[must_use]
    pub fn frozen(self) -> Self {
        self.clock(ClockStart::FROZEN)
    }

    /// What the clock shows at first, and whether it runs.
    #[must_use]
    pub fn clock(mut self, start: ClockStart) -> Self {
        self.config.clock = start;
        self
    }

    /// How long a token lives.
    #[must_use]
    pub fn token_ttl(mut self, ttl: Duration) -> Self {
        self.config.token_ttl = ttl;
        self
    }

    /// How much of a signature must be right.
    #[must_use]
    pub fn auth(mut self, mode: AuthMode) -> Self {
        self.config.auth = mode;
        self
    }

    /// The region of clients that name none; a text that is no region fails the start.
    #[must_use]
    pub fn region(mut self, region: &str) -> Self {
        if let Some(region) = self.invalid.parse("region", region) {
            self.config.region = region;
        }
        self
    }

    /// The template of `proxyEndpoint`; a text that is none fails the start.
    #[must_use]
    pub fn proxy_endpoint(mut self, template: &str) -> Self {
        if let Some(template) = self.invalid.parse("proxy_endpoint", template) {
            self.config.proxy_endpoint = template;
        }
        self
    }

    /// How the registry speaks.
    #[must_use]
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.config.dialect = dialect;
        self
    }

    /// Where images are kept; in memory by default.
    #[must_use]
    pub fn store(mut self, location: StoreLocation) -> Self {
        self.config.store = location;
        self
    }

    /// With what the bucket is reached that images are kept in, if they are.
    #[must_use]
    pub fn s3_access(mut self, access: S3Access) -> Self {
        self.config.s3_access = Some(access);
        self
    }

    /// Lets something go wrong, from the start; what cannot mean anything fails it.
    #[must_use]
    pub fn fault(mut self, fault: Fault) -> Self {
        self.config.faults.push(fault);
        self
    }

    /// Adds a repository; a text that is no name of one fails the start.
    #[must_use]
    pub fn repository(mut self, name: &str) -> Self {
        if let Some(name) = self.invalid.parse("repository", name) {
            self.config.repositories.push(InitialRepository::new(name));
        }
        self
    }

    /// Adds an image to a repository of the default account, in the default Region. The repository is added too if there is none of this
    /// name.
    ///
    /// [`start`](MockEcrBuilder::start) returns an error if `repository` is not a repository name or a tag of the image is invalid.
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
        let Some(name) = self.invalid.parse("image", repository) else {
            return self;
        };
        let is_repository = |one: &InitialRepository| one.is_default() && one.name == name;
        let repositories = &mut self.config.repositories;
        match repositories.iter_mut().find(|one| is_repository(one)) {
            Some(repository) => repository.images.push(image),
            None => {
                let mut repository = InitialRepository::new(name);
                repository.images.push(image);
                repositories.push(repository);
            }
        }
        self
    }

    /// Has whoever asks for `/_mock/` send a key, as `Authorization: Bearer KEY`; a mock that listens beyond loopback answers there with
    /// one only.
    #[must_use]
    pub fn control_key(mut self, key: impl Into<Secret>) -> Self {
        self.config.control_key = Some(key.into());
        self
    }

    /// Lets a push make the repository that it needs.
    #[must_use]
    pub fn create_on_push(mut self) -> Self {
        self.config.create_on_push = true;
        self
    }

    /// Adds someone who may call; without any, there is [`Principal::example`].
    #[must_use]
    pub fn principal(mut self, principal: Principal) -> Self {
        self.config.principals.push(principal);
        self
    }

    /// Binds the address and starts to answer.
    ///
    /// # Errors
    ///
    /// When an argument of another method was invalid, the configuration is invalid, the address cannot be bound, or there is no tokio
    /// runtime.
    pub async fn start(self) -> Result<MockEcr, StartError> {
        self.invalid.report()?;
        self.config.validate()?;
        tokio::runtime::Handle::try_current().map_err(|_| StartError::NoRuntime)?;
        let listener = listen(self.listen)?;
        let additional: Result<Vec<_>, _> = self.additional.iter().copied().map(listen).collect();
        let address = listener.address().map_err(bind_error(self.listen))?;
        let tls_mode = match self.config.tls {
            Some(_) => TlsMode::Enabled,
            None => TlsMode::Disabled,
        };
        let faults = Arc::new(Faults::from_seed(&self.config.seed, tls_mode));
        for fault in &self.config.faults {
            faults.add(fault.clone())?;
        }
        let authority = self.config.tls.as_ref().map(CertificateAuthority::at);
        let tls = authority
            .transpose()?
            .map(|authority| Tls::new(authority, Arc::clone(&faults)));
        let store = self.config.open_store().await?;
        let listeners: Vec<_> = std::iter::once(listener).chain(additional?).collect();
        let addresses: Result<Vec<_>, _> = listeners.iter().map(Listener::address).collect();
        let addresses = addresses.map_err(bind_error(self.listen))?;
        let (stop, stopped) = watch::channel(());
        let certificate = tls.as_ref().map(|tls| tls.certificate().to_owned());
        let ecr = Ecr::new(
            self.config,
            store,
            faults,
            certificate,
            addresses,
            stopped.clone(),
        );
        let ecr = Arc::new(ecr);
        let seeded = ecr.seed_repositories().await;
        seeded.map_err(|error| StartError::Repositories(Box::new(error)))?;
        let serving = listeners
            .into_iter()
            .map(|listener| {
                let ecr = Arc::clone(&ecr);
                tokio::spawn(serve(listener, ecr, tls.clone(), stopped.clone()))
            })
            .collect();
        Ok(MockEcr::new(ecr, address, stop, serving))
    }
}

fn listen(address: SocketAddr) -> Result<Listener, StartError> {
    Listener::bind(address).map_err(bind_error(address))
}

fn bind_error(address: SocketAddr) -> impl FnOnce(std::io::Error) -> StartError {
    move |source| StartError::Bind { address, source }
}

/// Why a mock does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// An argument of a method of the builder is invalid.
    #[error(transparent)]
    Argument(#[from] ArgumentError),
    /// The configuration cannot be.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: std::io::Error,
    },
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreLocationError),
    /// A fault of the configuration cannot mean anything.
    #[error("a fault of the configuration cannot be")]
    Fault(#[from] FaultError),
    /// There is no certificate authority where one was said to be.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// The repositories that the configuration begins with cannot be made.
    #[error("cannot make the repositories of the configuration")]
    Repositories(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Nobody would run it.
    #[error("a mock is started within a tokio runtime, such as that of #[tokio::test]")]
    NoRuntime,
}
