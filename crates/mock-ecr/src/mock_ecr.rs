//! The handle of a running mock: its URL, clock, faults, requests, tokens and repositories.

use std::fmt;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
#[cfg(feature = "sdk")]
use std::sync::OnceLock;

use tokio::runtime::Handle;
use tokio::sync::watch;

use crate::aws::hosts;
use crate::aws::service::AwsService;
use crate::client_env;
use crate::clock::Clock;
#[cfg(feature = "connector")]
use crate::config::InProcessConnector;
use crate::config::{Config, Redirect, Variable};
use crate::domain;
use crate::fault::{Evidence as _, FaultHandle};
use crate::repository::{BackgroundKind, BackgroundRun, LifecycleRun, Repository, RepositoryError};
use crate::request_log::Requests;
#[cfg(feature = "sdk")]
use crate::server::in_process::{InProcess, InProcessAccess};
use crate::server::listen::BindError;
use crate::server::own_runtime::OwnRuntime;
use crate::server::sockets::Sockets;
use crate::services::support;
use crate::state::{Preserve, State};
use crate::types::error_chain::debug_as_chain;
use crate::types::{OperationSupport, RepositoryId, Service};

/// A running mock of Amazon ECR. It stops when this value is dropped.
///
/// The mock runs on the tokio runtime in which it was started, and has no thread of its own. Do not call a blocking
/// client on the only thread of that runtime, because the mock cannot respond while the thread is blocked. For a blocking
/// client, use [`start_blocking`](MockEcr::start_blocking).
///
/// ```
/// # use std::time::Duration;
/// # use mock_ecr::MockEcr;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let ecr = MockEcr::builder().frozen().token_ttl(Duration::from_secs(60)).start().await?;
/// let token = ecr.issue_token();
/// assert!(ecr.verify_token(token.as_str()).is_ok());
/// ecr.clock().advance(Duration::from_secs(60));
/// assert_eq!(
///     ecr.verify_token(token.as_str()).unwrap_err().to_string(),
///     "expired since 2015-11-29T21:31:53.241Z"
/// );
/// # Ok(())
/// # }
/// ```
pub struct MockEcr {
    pub(crate) state: Arc<State>,
    sockets: Sockets,
    /// Created at the first use. Dropped with the mock, before `stop`.
    #[cfg(feature = "sdk")]
    in_process: OnceLock<InProcessAccess>,
    /// How [`sdk_config`](MockEcr::sdk_config) connects clients.
    #[cfg(feature = "sdk")]
    pub(crate) transport: Transport,
    stop: Option<watch::Sender<()>>,
    /// Dropped last, after the tasks that run on it were aborted.
    _own_runtime: Option<OwnRuntime>,
}

/// How the clients that a mock configures reach it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    Socket,
    InProcess,
}

impl MockEcr {
    pub(crate) fn new(
        state: Arc<State>,
        sockets: Sockets,
        #[cfg(feature = "sdk")] transport: Transport,
        stop: watch::Sender<()>,
    ) -> Self {
        MockEcr {
            #[cfg(feature = "sdk")]
            in_process: OnceLock::new(),
            state,
            sockets,
            #[cfg(feature = "sdk")]
            transport,
            stop: Some(stop),
            _own_runtime: None,
        }
    }

    /// Returns the mock with the runtime on which it runs, and which ends with the mock.
    pub(crate) fn on(mut self, runtime: OwnRuntime) -> Self {
        self._own_runtime = Some(runtime);
        self
    }

    /// Returns whether the mock runs on a thread of its own.
    pub(crate) fn has_own_runtime(&self) -> bool {
        self._own_runtime.is_some()
    }

    pub(crate) fn runtime(&self) -> &Handle {
        &self.sockets.runtime
    }

    #[cfg(feature = "connector")]
    pub(crate) fn in_process_connector(&self) -> InProcessConnector {
        self.sockets.connector(&self.state)
    }

    /// Returns the URL of the mock, such as `http://127.0.0.1:41234`. It is the URL of the APIs and of the registry.
    ///
    /// # Panics
    ///
    /// Panics in the cases of [`address`](MockEcr::address).
    pub fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    /// Returns the address that the mock listens on. If it listens on several addresses, this is the first one.
    ///
    /// # Panics
    ///
    /// A mock of [`MockEcrBuilder::in_process`](crate::MockEcrBuilder::in_process) opens its sockets at the first call. It panics if it
    /// cannot listen on an address.
    pub fn address(&self) -> SocketAddr {
        let opened = self.sockets.open(&self.state);
        opened.unwrap_or_else(|BindError { address, source }| {
            panic!("the mock cannot listen on {address}: {source}")
        })
    }

    #[cfg(feature = "sdk")]
    pub(crate) fn in_process(&self) -> &InProcess {
        let sockets = &self.sockets;
        let access = self.in_process.get_or_init(|| {
            let (runtime, stopped) = (sockets.runtime.clone(), sockets.stopped.clone());
            InProcessAccess::new(&self.state, runtime, stopped)
        });
        access.get()
    }

    /// Returns the environment variables that redirect AWS tools and SDKs to this mock, with the credentials of the
    /// first principal. One endpoint variable is set for each service of
    /// [`supported_operations`](MockEcr::supported_operations). `AWS_ENDPOINT_URL`, which applies to all services, is
    /// neither set nor removed.
    ///
    /// If the value of a variable is `None`, remove the variable from the environment of the client. Otherwise it could
    /// select another endpoint, other credentials or a proxy.
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
        client_env::by_endpoint(self.config(), &self.url())
    }

    /// Returns the variables of [`environment`](MockEcr::environment) that must be set, for
    /// [`Command::envs`](std::process::Command::envs). Other variables of the parent, such as `AWS_PROFILE`, can still select another account
    /// or a proxy; [`Command::env_clear`](std::process::Command::env_clear) removes them.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let ecr = mock_ecr::MockEcr::start_blocking()?;
    /// let mut command = std::process::Command::new("aws");
    /// let output = command.args(["ecr", "get-login-password"]).envs(ecr.env()).output()?;
    /// assert!(ecr.verify_token(String::from_utf8(output.stdout)?.trim_end()).is_ok());
    /// # Ok(())
    /// # }
    /// ```
    pub fn env(&self) -> impl Iterator<Item = (&'static str, String)> + use<> {
        let variables = self.environment().into_iter();
        variables.filter_map(|(name, value)| Some((name, value?)))
    }

    /// Returns the environment variable that redirects the calls of one service to this mock, or `None` if the mock
    /// implements no operation of the service. If a client also uses another emulator, set only this variable. The
    /// client then keeps its credentials and all other endpoints. The credentials must be those of a principal of the mock,
    /// unless the mock uses [`AuthMode::Lenient`](crate::config::AuthMode::Lenient).
    ///
    /// ```
    /// # use mock_ecr::MockEcr;
    /// # use mock_ecr::request_log::Service;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let ecr = MockEcr::start().await?;
    /// let variable = ("AWS_ENDPOINT_URL_ECR", Some(ecr.url()));
    /// assert_eq!(ecr.endpoint_variable(Service::Ecr), Some(variable));
    /// # Ok(())
    /// # }
    /// ```
    pub fn endpoint_variable(&self, service: Service) -> Option<Variable> {
        client_env::by_endpoint_of(service, &self.url())
    }

    /// Returns the environment variables for clients that call the mock by AWS host names over TLS. `certificate` is
    /// the path of a file with the certificate of the mock's certificate authority. Clients trust only this
    /// certificate. The mock must accept TLS; see [`MockEcrBuilder::tls`](crate::MockEcrBuilder::tls).
    ///
    /// With [`Redirect::Proxy`], the variables configure the mock as the proxy of the client. With [`Redirect::Hosts`],
    /// they configure no proxy, so the system must resolve AWS host names to the address of the mock. With
    /// [`Redirect::Env`], the result is the same as with [`Redirect::Hosts`], because this function never sets endpoint
    /// URLs. [`environment`](MockEcr::environment) returns the variables that set endpoint URLs.
    pub fn environment_by_name(&self, redirect: Redirect, certificate: &Path) -> Vec<Variable> {
        client_env::by_name(self.config(), &self.url(), redirect, certificate)
    }

    /// Returns the AWS host names of the APIs, of the registries of all accounts of the configuration, and of the buckets
    /// from which layers are downloaded. The list contains the host names in every known Region and in the Region of the
    /// configuration.
    pub fn host_names(&self) -> Vec<String> {
        let config = self.config();
        hosts::names(&config.known_accounts(), &config.region)
    }

    /// Returns whether a host name is an AWS host name that clients of ECR call, for any account and any Region: the name of
    /// a registry, of an API, of a bucket with layers, or of ECR Public. Unlike [`host_names`](MockEcr::host_names), this
    /// function is not limited to the accounts of the configuration, so a name server can use it.
    ///
    /// ```
    /// # use mock_ecr::MockEcr;
    /// assert!(MockEcr::is_aws_host_name("999999999999.dkr.ecr.eu-west-1.amazonaws.com"));
    /// assert!(!MockEcr::is_aws_host_name("ecr.eu-west-1.example.com"));
    /// ```
    pub fn is_aws_host_name(name: &str) -> bool {
        let is_host = hosts::Host::of(name) != hosts::Host::Bare;
        is_host && hosts::is_in_aws(&name.to_ascii_lowercase())
    }

    /// Returns the certificate of the certificate authority, in PEM, or `None` if the mock does not accept TLS. Clients
    /// must trust this certificate.
    pub fn ca_certificate(&self) -> Option<&str> {
        self.state.ca_certificate.as_deref()
    }

    /// Returns the operations that the mock implements. They are ordered by service, then by name.
    ///
    /// The mock responds to every other operation of these services with status 501 and the error `NotImplemented`.
    ///
    /// ```
    /// # use mock_ecr::MockEcr;
    /// # use mock_ecr::request_log::Service;
    /// let mut operations = MockEcr::supported_operations();
    /// assert!(operations.any(|operation| operation == (Service::Ecr, "GetAuthorizationToken")));
    /// ```
    pub fn supported_operations() -> impl Iterator<Item = (Service, &'static str)> {
        let supported = |one: OperationSupport| {
            let is_supported = one.fidelity.is_some();
            is_supported.then_some((one.service, one.operation))
        };
        Self::operations().filter_map(supported)
    }

    /// Returns every operation of ECR, ECR Public and STS, and how the responses of the mock are known to be those of AWS. They are ordered by
    /// service, then by name.
    ///
    /// ```
    /// # use mock_ecr::MockEcr;
    /// # use mock_ecr::request_log::Fidelity;
    /// let mut operations = MockEcr::operations();
    /// let token = operations.find(|one| one.operation == "GetAuthorizationToken").unwrap();
    /// assert_eq!(token.fidelity, Some(Fidelity::Recorded));
    /// ```
    pub fn operations() -> impl Iterator<Item = OperationSupport> {
        AwsService::ALL.into_iter().flat_map(support::of)
    }

    /// Returns the configuration that the mock was started with.
    pub fn config(&self) -> &Config {
        &self.state.config
    }

    /// Returns the clock of the mock. All timestamps of the mock are read from this clock.
    pub fn clock(&self) -> &Clock {
        &self.state.clock
    }

    /// Returns the faults of the mock, with their counters.
    pub fn faults(&self) -> FaultHandle {
        let log = Arc::new(self.state.request_log.clone());
        FaultHandle::of(Arc::clone(&self.state.faults), log)
    }

    /// Creates a repository in the registry of the default account, in the default Region.
    ///
    /// # Errors
    ///
    /// Returns an error if the name is invalid, if the repository already exists, if a quota does not permit another
    /// repository, or if the store fails.
    pub async fn create_repository(&self, name: &str) -> Result<Repository, RepositoryError> {
        let repository = self.repository(name);
        repository.create("create_repository").await?;
        Ok(repository)
    }

    /// Returns a handle of the repository `name` in the registry of the default account, in the default Region. The
    /// repository need not exist.
    ///
    /// The name is not validated here: the methods of [`Repository`] return an error if the name is invalid or the
    /// repository does not exist.
    pub fn repository(&self, name: &str) -> Repository {
        Repository::new(Arc::clone(&self.state), name)
    }

    /// Returns the existing repositories of all accounts and Regions, ordered by account, Region and name.
    ///
    /// ```
    /// # use mock_ecr::MockEcr;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let ecr = MockEcr::start().await?;
    /// ecr.create_repository("team/app").await?;
    /// let [repository] = &ecr.repositories().await?[..] else { panic!("expected one repository") };
    /// assert_eq!(repository.name(), "team/app");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if the store fails.
    pub async fn repositories(&self) -> Result<Vec<Repository>, RepositoryError> {
        let found = self.state.current_repositories().await?.all().await?;
        let handle = |one: &domain::Repository| Repository::existing_in(&self.state, &one.id);
        Ok(found.iter().filter_map(handle).collect())
    }

    /// Evaluates the lifecycle policies of all repositories at once, and expires or archives the images that their rules select. Returns the
    /// results of the repositories that have a policy, ordered by account, Region and name.
    ///
    /// [`Repository::run_lifecycle`] evaluates the policy of one repository.
    ///
    /// # Errors
    ///
    /// Returns an error if the store fails.
    pub async fn run_lifecycle(&self) -> Result<Vec<LifecycleRun>, RepositoryError> {
        let runs = self.state.run_lifecycle(None).await?;
        let run = |(id, run): &(RepositoryId, domain::LifecycleRun)| {
            Some(LifecycleRun {
                repository: Repository::existing_in(&self.state, id)?,
                expired: run.expired,
                archived: run.archived,
            })
        };
        Ok(runs.iter().filter_map(run).collect())
    }

    /// Finishes all work in the background that is in progress, in the order of time, and then the work that it begins: scans, signatures,
    /// restorations, replications, backfills and previews of lifecycle policies. The clock does not change, and the work sees its
    /// current time. Without this function, the work ends when the clock has advanced by its duration.
    ///
    /// The daily evaluations of lifecycle policies are not such work: [`run_lifecycle`](MockEcr::run_lifecycle) evaluates the policies.
    ///
    /// # Errors
    ///
    /// Returns an error if the store fails.
    pub async fn finish_background_work(&self) -> Result<BackgroundRun, RepositoryError> {
        self.finish_background_work_of(BackgroundKind::ALL).await
    }

    /// Finishes the work in the background that has one of these kinds, as
    /// [`finish_background_work`](MockEcr::finish_background_work) does.
    ///
    /// # Errors
    ///
    /// Returns an error if the store fails.
    pub async fn finish_background_work_of(
        &self,
        kinds: impl IntoIterator<Item = BackgroundKind>,
    ) -> Result<BackgroundRun, RepositoryError> {
        let kinds: Vec<_> = kinds.into_iter().collect();
        Ok(self.state.finish_background(&kinds).await?)
    }

    /// Returns the recorded requests, including the rejected ones, in the order in which their responses were ready.
    /// The request log contains the latest 10,000 requests, or fewer if their total size exceeds 16 MiB.
    pub fn requests(&self) -> Requests {
        self.state.request_log.requests()
    }

    /// Resets the mock to its initial state: clock, tokens, revocations, sessions, request log, faults, and the random
    /// values that are derived from the seed. Unless `preserve` is [`Preserve::Images`], this function also deletes all
    /// repositories, and the settings of accounts and registries, from the store, and then creates those of the
    /// configuration. Other servers that use the same store are affected too.
    ///
    /// A request that is processed during the reset can see some parts of the state before the reset and others after
    /// it.
    ///
    /// # Errors
    ///
    /// Returns an error if the store fails or if an image layout of the configuration cannot be read. The state can
    /// then be partly reset.
    pub async fn reset(&self, preserve: Preserve) -> Result<(), ResetError> {
        let reset = self.state.reset(preserve).await;
        reset.map_err(|error| ResetError(Box::new(error)))
    }

    /// Removes all requests from the request log.
    pub fn clear_requests(&self) {
        self.state.request_log.clear();
    }

    /// Stops the mock. The mock accepts no new connections, and this function waits until the requests in progress have
    /// been processed, including those whose clients have disconnected. The clients have ten seconds to send the rest of
    /// their requests and to read the responses. A client that does not read its responses does not delay the stop.
    ///
    /// If the future is dropped before it completes, the connections are closed at once, as when the mock is dropped.
    pub async fn stop(mut self) {
        drop(self.stop.take());
        self.sockets.finished().await;
        #[cfg(feature = "sdk")]
        if let Some(access) = self.in_process.get() {
            access.get().finished().await;
        }
    }
}

/// Formats the URL, if the mock has a socket.
impl fmt::Debug for MockEcr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.state.addresses().first() {
            Some(address) => write!(f, "MockEcr(http://{address})"),
            None => f.write_str("MockEcr(in process)"),
        }
    }
}

/// Panics if a fault was not triggered as often as [`FaultBuilder::expect`](crate::fault::FaultBuilder::expect) specifies.
impl Drop for MockEcr {
    fn drop(&mut self) {
        let unmet = self.state.faults.unmet();
        let Some(first) = unmet.first() else { return };
        if !std::thread::panicking() {
            let all: Vec<String> = unmet.iter().map(ToString::to_string).collect();
            panic!(
                "{}{}",
                all.join("; "),
                self.state.request_log.table(first.id())
            );
        }
    }
}

/// The error returned by [`MockEcr::reset`]. Its source is the error of the store or of an image layout.
#[derive(thiserror::Error)]
#[error("cannot reset the repositories to those of the configuration")]
pub struct ResetError(#[source] Box<dyn std::error::Error + Send + Sync>);

debug_as_chain!(ResetError);
