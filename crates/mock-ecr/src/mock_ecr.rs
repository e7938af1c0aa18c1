//! The running mock, and how one is started.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::aws::hosts;
use crate::client_env;
use crate::clock::{Clock, ClockStart};
use crate::config::AuthorityLocation;
use crate::config::{AuthMode, Dialect, ProxyEndpoint, SeedRepository, World, WorldError};
use crate::config::{Redirect, Variable};
use crate::fault::{Fault, FaultError, FaultHandle, Faults, Greetings};
use crate::iam::identity_store::AccessKeyInUse;
use crate::iam::principal::{Caller, Principal};
use crate::request_log::Requests;
use crate::server::connection::{Listener, serve};
use crate::server::tls::{AuthorityError, CertificateAuthority, Tls};
use crate::state::{Ecr, Keep};
use crate::store::{S3Access, StoreLocation, StoreLocationError};
use crate::token::{AuthorizationToken, Claims, Revocation, TokenError, TokenRecord};
use crate::types::secret::Secret;
use crate::types::{PrincipalArn, Region};

/// A running mock of Amazon ECR, which stops when it is dropped.
///
/// It runs on the tokio runtime that started it, without a thread of its own. A blocking client must therefore not be called on
/// the only thread of a runtime.
///
/// ```
/// # use std::time::Duration;
/// # use mock_ecr::MockEcr;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let ecr = MockEcr::builder().frozen().token_life(Duration::from_secs(60)).start().await?;
/// let token = ecr.mint();
/// assert!(ecr.judge(token.as_str()).is_ok());
/// ecr.clock().advance(Duration::from_secs(60));
/// assert_eq!(
///     ecr.judge(token.as_str()).unwrap_err().to_string(),
///     "expired since 2015-11-29T21:31:53.241Z"
/// );
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct MockEcr {
    ecr: Arc<Ecr>,
    address: SocketAddr,
    stop: Option<watch::Sender<()>>,
    serving: Vec<JoinHandle<()>>,
}

impl MockEcr {
    /// Starts the mock of the empty world on a free port of the loopback address.
    ///
    /// # Errors
    ///
    /// As [`MockEcrBuilder::start`].
    pub async fn start() -> Result<MockEcr, StartError> {
        MockEcr::builder().start().await
    }

    /// A mock whose world is written in code, starting from the empty one.
    pub fn builder() -> MockEcrBuilder {
        MockEcrBuilder::new(World::default())
    }

    /// A mock of a given world, such as one read from a file.
    pub fn of(world: World) -> MockEcrBuilder {
        MockEcrBuilder::new(world)
    }

    /// Where it listens, such as `http://127.0.0.1:41234`; both planes answer there.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The environment in which AWS's tools and SDKs call this mock as its first principal.
    ///
    /// A variable without a value must be removed: it would lead a client elsewhere, to other credentials or through a
    /// proxy.
    ///
    /// ```no_run
    /// # fn example(ecr: mock_ecr::MockEcr) -> std::io::Result<()> {
    /// let mut command = std::process::Command::new("aws");
    /// for (name, value) in ecr.environment() {
    ///     match value {
    ///         Some(value) => command.env(name, value),
    ///         None => command.env_remove(name),
    ///     };
    /// }
    /// command.args(["ecr", "get-login-password"]).status()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn environment(&self) -> Vec<Variable> {
        client_env::of(self.world(), &self.url())
    }

    /// The environment in which clients call this mock by AWS's own names, and trust the certificate of its authority, which is in a file.
    ///
    /// [`Redirect::Proxy`] makes the mock their proxy; [`Redirect::Hosts`] leaves it to the system to lead them here. Both take TLS.
    pub fn environment_by_name(&self, redirect: Redirect, certificate: &Path) -> Vec<Variable> {
        client_env::by_name(self.world(), &self.url(), redirect, certificate)
    }

    /// All names of AWS's hosts that lead to the registries of the world, and to the API, in every region that is known and the world's own.
    pub fn host_names(&self) -> Vec<String> {
        let world = self.world();
        hosts::names(&world.known_accounts(), &world.region)
    }

    /// The certificate of the authority that its clients must trust, in PEM, where it speaks TLS.
    pub fn ca_certificate(&self) -> Option<&str> {
        self.ecr.ca_certificate.as_deref()
    }

    /// The world that it was started from.
    pub fn world(&self) -> &World {
        &self.ecr.world
    }

    /// The clock that it lives by.
    pub fn clock(&self) -> &Clock {
        &self.ecr.clock
    }

    /// What goes wrong, and how often it did.
    pub fn faults(&self) -> FaultHandle {
        FaultHandle::of(Arc::clone(&self.ecr.faults))
    }

    /// The exchanges so far, those that were refused included.
    pub fn requests(&self) -> Requests {
        self.ecr.journal.requests()
    }

    /// The latest 10,000 tokens that were issued, or shown to the registry, oldest first, with their uses; the oldest are forgotten.
    ///
    /// ```
    /// # use mock_ecr::MockEcr;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let ecr = MockEcr::start().await?;
    /// let token = ecr.mint();
    /// let [record] = &ecr.tokens()[..] else { panic!("there is one") };
    /// assert_eq!((record.id, record.shown, &record.refusal), (token.id(), 0, &None));
    /// # Ok(())
    /// # }
    /// ```
    pub fn tokens(&self) -> Vec<TokenRecord> {
        self.ecr.tokens.records(self.clock().now())
    }

    /// Makes the mock as it was when it started: its clock, tokens and revocations, what is drawn from the seed, its journal, and, unless
    /// they are kept, its repositories, which are then deleted from the store for every server that shares it.
    ///
    /// A request that is answered meanwhile may find some of it reset and some not.
    ///
    /// # Errors
    ///
    /// When the store fails, or a layout that the world begins with can no longer be read.
    pub async fn reset(&self, keep: Keep) -> Result<(), ResetError> {
        let reset = self.ecr.reset(keep).await;
        reset.map_err(|error| ResetError(Box::new(error)))
    }

    /// Forgets the exchanges so far.
    pub fn clear_requests(&self) {
        self.ecr.journal.clear();
    }

    /// Mints a token for the first principal in the world's region, as if it had asked for one now.
    pub fn mint(&self) -> AuthorizationToken {
        let world = self.world();
        self.mint_for(world.default_principal().arn, world.region.clone())
    }

    /// Mints a token for anyone, as if they had asked for one now.
    pub fn mint_for(&self, principal: PrincipalArn, region: Region) -> AuthorizationToken {
        let life = self.world().token_life;
        let claims = Claims::new(principal, region, self.clock().now(), life);
        self.ecr.tokens.mint(&claims)
    }

    /// Judges a token, or the password in it, now: whom it speaks for, or why it is worth nothing.
    ///
    /// # Errors
    ///
    /// As [`TokenIssuer::judge`](crate::token::TokenIssuer::judge).
    pub fn judge(&self, token_or_password: &str) -> Result<Caller, TokenError> {
        let now = self.clock().now();
        self.ecr.tokens.judge(token_or_password, now)
    }

    /// Adds credentials that come into being while the mock runs, such as those of an assumed role.
    ///
    /// They are accepted at once, until [`reset`](MockEcr::reset). The latest 10,000 are kept.
    ///
    /// # Errors
    ///
    /// When the access key id belongs to another principal or session.
    pub fn add_session(&self, session: Principal) -> Result<(), AccessKeyInUse> {
        self.ecr.principals.add_session(session)
    }

    /// Makes tokens worthless before their time.
    pub fn revoke(&self, revocation: Revocation) {
        self.ecr.tokens.revoke(revocation);
    }

    /// Stops accepting, lets what is in flight finish for at most ten seconds, and returns when it has.
    pub async fn stop(mut self) {
        drop(self.stop.take());
        for serving in &mut self.serving {
            // The task ends in no other way: it neither panics nor is it aborted while this value lives.
            let _ = serving.await;
        }
    }
}

impl Drop for MockEcr {
    fn drop(&mut self) {
        for serving in &self.serving {
            serving.abort();
        }
    }
}

/// A mock that is yet to be started; every setting has a default.
#[derive(Debug)]
pub struct MockEcrBuilder {
    world: World,
    listen: SocketAddr,
    also: Vec<SocketAddr>,
    mistake: Option<WorldError>,
}

impl MockEcrBuilder {
    fn new(world: World) -> Self {
        MockEcrBuilder {
            world,
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            also: Vec::new(),
            mistake: None,
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
        self.also.push(address);
        self
    }

    /// Speaks TLS too, on the same port: with a certificate of a private authority for whatever name is asked for, and as the proxy of
    /// clients that accept only AWS's names.
    #[must_use]
    pub fn tls(mut self, authority: AuthorityLocation) -> Self {
        self.world.tls = Some(authority);
        self
    }

    /// What all keys and random choices come from.
    #[must_use]
    pub fn seed(mut self, seed: impl Into<String>) -> Self {
        self.world.seed = seed.into();
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
        self.world.clock = start;
        self
    }

    /// How long a token lives.
    #[must_use]
    pub fn token_life(mut self, life: Duration) -> Self {
        self.world.token_life = life;
        self
    }

    /// How much of a signature must be right.
    #[must_use]
    pub fn auth(mut self, mode: AuthMode) -> Self {
        self.world.auth = mode;
        self
    }

    /// The region of clients that name none; a text that is no region fails the start.
    #[must_use]
    pub fn region(mut self, region: &str) -> Self {
        match region.parse() {
            Ok(region) => self.world.region = region,
            Err(error) => self.note("region", error),
        }
        self
    }

    /// The template of `proxyEndpoint`; a text that is none fails the start.
    #[must_use]
    pub fn proxy_endpoint(mut self, template: &str) -> Self {
        match template.parse::<ProxyEndpoint>() {
            Ok(template) => self.world.proxy_endpoint = template,
            Err(error) => self.note("proxy_endpoint", error),
        }
        self
    }

    /// How the registry speaks.
    #[must_use]
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.world.dialect = dialect;
        self
    }

    /// Where images are kept; in memory by default.
    #[must_use]
    pub fn store(mut self, location: StoreLocation) -> Self {
        self.world.store = location;
        self
    }

    /// With what the bucket is reached that images are kept in, if they are.
    #[must_use]
    pub fn s3_access(mut self, access: S3Access) -> Self {
        self.world.s3_access = Some(access);
        self
    }

    /// Lets something go wrong, from the start; what cannot mean anything fails it.
    #[must_use]
    pub fn fault(mut self, fault: Fault) -> Self {
        self.world.faults.push(fault);
        self
    }

    /// Adds a repository; a text that is no name of one fails the start.
    #[must_use]
    pub fn repository(mut self, name: &str) -> Self {
        match name.parse() {
            Ok(name) => self.world.repositories.push(SeedRepository::new(name)),
            Err(error) => self.note("repositories", error),
        }
        self
    }

    /// Has whoever asks for `/_mock/` send a key, as `Authorization: Bearer KEY`; a mock that listens beyond loopback answers there with
    /// one only.
    #[must_use]
    pub fn control_key(mut self, key: impl Into<Secret>) -> Self {
        self.world.control_key = Some(key.into());
        self
    }

    /// Lets a push make the repository that it needs.
    #[must_use]
    pub fn create_on_push(mut self) -> Self {
        self.world.create_on_push = true;
        self
    }

    /// Adds someone who may call; without any, there is [`Principal::example`].
    #[must_use]
    pub fn principal(mut self, principal: Principal) -> Self {
        self.world.principals.push(principal);
        self
    }

    /// Binds the address and starts to answer.
    ///
    /// # Errors
    ///
    /// When the world cannot be, the address cannot be bound, or there is no tokio runtime.
    pub async fn start(self) -> Result<MockEcr, StartError> {
        if let Some(mistake) = self.mistake {
            return Err(mistake.into());
        }
        self.world.validate()?;
        tokio::runtime::Handle::try_current().map_err(|_| StartError::NoRuntime)?;
        let listener = listen(self.listen)?;
        let also: Result<Vec<_>, _> = self.also.iter().copied().map(listen).collect();
        let address = listener.address().map_err(unbound(self.listen))?;
        let greetings = match self.world.tls {
            Some(_) => Greetings::Come,
            None => Greetings::Never,
        };
        let faults = Arc::new(Faults::from_seed(&self.world.seed, greetings));
        for fault in &self.world.faults {
            faults.add(fault.clone())?;
        }
        let authority = self.world.tls.as_ref().map(CertificateAuthority::at);
        let tls = authority
            .transpose()?
            .map(|authority| Tls::new(authority, Arc::clone(&faults)));
        let store = self.world.open_store().await?;
        let listeners: Vec<_> = std::iter::once(listener).chain(also?).collect();
        let addresses: Result<Vec<_>, _> = listeners.iter().map(Listener::address).collect();
        let addresses = addresses.map_err(unbound(self.listen))?;
        let (stop, stopped) = watch::channel(());
        let certificate = tls.as_ref().map(|tls| tls.certificate().to_owned());
        let ecr = Ecr::new(
            self.world,
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
        Ok(MockEcr {
            ecr,
            address,
            stop: Some(stop),
            serving,
        })
    }

    fn note(&mut self, key: &str, error: impl std::fmt::Display) {
        self.mistake
            .get_or_insert_with(|| WorldError::in_code(key, error));
    }
}

fn listen(address: SocketAddr) -> Result<Listener, StartError> {
    Listener::bind(address).map_err(unbound(address))
}

fn unbound(address: SocketAddr) -> impl FnOnce(std::io::Error) -> StartError {
    move |source| StartError::Bind { address, source }
}

/// Why a mock could not be made as it was.
#[derive(Debug, thiserror::Error)]
#[error("cannot make the repositories of the world anew: {0}")]
pub struct ResetError(Box<dyn std::error::Error + Send + Sync>);

/// Why a mock does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The world cannot be.
    #[error(transparent)]
    World(#[from] WorldError),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: std::io::Error,
    },
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreLocationError),
    /// A fault of the world cannot mean anything.
    #[error("a fault of the world cannot be: {0}")]
    Fault(#[from] FaultError),
    /// There is no certificate authority where one was said to be.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// The repositories that the world begins with cannot be made.
    #[error("cannot make the repositories of the world: {0}")]
    Repositories(Box<dyn std::error::Error + Send + Sync>),
    /// Nobody would run it.
    #[error("a mock is started within a tokio runtime, such as that of #[tokio::test]")]
    NoRuntime,
}
