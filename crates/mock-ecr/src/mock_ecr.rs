//! The running mock.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::aws::hosts;
use crate::aws::service::AwsService;
use crate::client_env;
use crate::clock::Clock;
use crate::config::{Config, Redirect, Variable};
use crate::fault::FaultHandle;
use crate::iam::identity_store::SessionError;
use crate::iam::principal::{Caller, Principal};
use crate::repository::{Repository, RepositoryError};
use crate::request_log::Requests;
use crate::services;
use crate::state::{Ecr, Preserve};
use crate::token::{AuthorizationToken, Claims, Revocation, TokenError, TokenRecord};
use crate::types::{PrincipalArn, Region, Service};

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
#[derive(Debug)]
pub struct MockEcr {
    ecr: Arc<Ecr>,
    address: SocketAddr,
    stop: Option<watch::Sender<()>>,
    serving: Vec<JoinHandle<()>>,
}

impl MockEcr {
    pub(crate) fn new(
        ecr: Arc<Ecr>,
        address: SocketAddr,
        stop: watch::Sender<()>,
        serving: Vec<JoinHandle<()>>,
    ) -> Self {
        MockEcr {
            ecr,
            address,
            stop: Some(stop),
            serving,
        }
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
        client_env::by_endpoint(self.config(), &self.url())
    }

    /// The environment in which clients call this mock by AWS's own names, and trust the certificate of its authority, which is in a file.
    ///
    /// [`Redirect::Proxy`] makes the mock their proxy; [`Redirect::Hosts`] leaves it to the system to lead them here. Both take TLS.
    pub fn environment_by_name(&self, redirect: Redirect, certificate: &Path) -> Vec<Variable> {
        client_env::by_name(self.config(), &self.url(), redirect, certificate)
    }

    /// All names of AWS's hosts that lead to the registries of the configuration, and to the API, in every region that is known and the configuration's own.
    pub fn host_names(&self) -> Vec<String> {
        let config = self.config();
        hosts::names(&config.known_accounts(), &config.region)
    }

    /// The certificate of the authority that its clients must trust, in PEM, where it speaks TLS.
    pub fn ca_certificate(&self) -> Option<&str> {
        self.ecr.ca_certificate.as_deref()
    }

    /// Returns the operations that a mock implements, by service and in the order of their names.
    ///
    /// Every other operation of these services is answered 501 `NotImplemented`.
    ///
    /// ```
    /// # use mock_ecr::MockEcr;
    /// # use mock_ecr::request_log::Service;
    /// let mut operations = MockEcr::supported_operations();
    /// assert!(operations.any(|operation| operation == (Service::Ecr, "GetAuthorizationToken")));
    /// ```
    pub fn supported_operations() -> impl Iterator<Item = (Service, &'static str)> {
        let services = AwsService::ALL.into_iter();
        services.flat_map(|service| {
            let entries = services::operations(service).iter();
            entries.map(move |entry| (service.into(), entry.name))
        })
    }

    /// The configuration that it was started from.
    pub fn config(&self) -> &Config {
        &self.ecr.config
    }

    /// The clock that it lives by.
    pub fn clock(&self) -> &Clock {
        &self.ecr.clock
    }

    /// What goes wrong, and how often it did.
    pub fn faults(&self) -> FaultHandle {
        FaultHandle::of(Arc::clone(&self.ecr.faults))
    }

    /// Creates a repository in the registry of the default account, in the default Region.
    ///
    /// # Errors
    ///
    /// When the name is invalid, or a repository of this name exists.
    pub async fn create_repository(&self, name: &str) -> Result<Repository, RepositoryError> {
        let repository = self.repository(name);
        repository.create().await?;
        Ok(repository)
    }

    /// Returns the repository of this name in the registry of the default account, in the default Region.
    ///
    /// The methods of [`Repository`] return an error if the name is invalid or the repository does not exist.
    pub fn repository(&self, name: &str) -> Repository {
        Repository::new(Arc::clone(&self.ecr), name)
    }

    /// The requests so far, those that were refused included.
    pub fn requests(&self) -> Requests {
        self.ecr.request_log.requests()
    }

    /// The latest 10,000 tokens that were issued, or shown to the registry, oldest first, with their uses; the oldest are forgotten.
    ///
    /// ```
    /// # use mock_ecr::MockEcr;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let ecr = MockEcr::start().await?;
    /// let token = ecr.issue_token();
    /// let [record] = &ecr.tokens()[..] else { panic!("there is one") };
    /// assert_eq!((record.id, record.presented, &record.error), (token.id(), 0, &None));
    /// # Ok(())
    /// # }
    /// ```
    pub fn tokens(&self) -> Vec<TokenRecord> {
        self.ecr.tokens.records(self.clock().now())
    }

    /// Makes the mock as it was when it started: its clock, tokens and revocations, what is drawn from the seed, its request log, and, unless
    /// they are kept, its repositories, which are then deleted from the store for every server that shares it.
    ///
    /// A request that is answered meanwhile may find some of it reset and some not.
    ///
    /// # Errors
    ///
    /// When the store fails, or a layout that the configuration begins with can no longer be read.
    pub async fn reset(&self, keep: Preserve) -> Result<(), ResetError> {
        let reset = self.ecr.reset(keep).await;
        reset.map_err(|error| ResetError(Box::new(error)))
    }

    /// Forgets the requests so far.
    pub fn clear_requests(&self) {
        self.ecr.request_log.clear();
    }

    /// Issues a token for the first principal in the configuration's region, as if it had asked for one now.
    pub fn issue_token(&self) -> AuthorizationToken {
        let config = self.config();
        self.issue_token_for(config.default_principal().arn, config.region.clone())
    }

    /// Issues a token for anyone, as if they had asked for one now.
    pub fn issue_token_for(&self, principal: PrincipalArn, region: Region) -> AuthorizationToken {
        let ttl = self.config().token_ttl;
        let claims = Claims::new(principal, region, self.clock().now(), ttl);
        self.ecr.tokens.issue(&claims)
    }

    /// Judges a token, or the password in it, now: whom it speaks for, or why it is worth nothing.
    ///
    /// # Errors
    ///
    /// As [`TokenIssuer::verify`](crate::token::TokenIssuer::verify).
    pub fn verify_token(&self, token_or_password: &str) -> Result<Caller, TokenError> {
        let now = self.clock().now();
        self.ecr.tokens.verify(token_or_password, now)
    }

    /// Adds credentials to the running mock, such as those of an assumed role.
    ///
    /// The mock accepts them at once, and until [`reset`](MockEcr::reset). It keeps the latest 10,000. Tokens are bound to an ARN: a
    /// principal of the configuration counts before a session with its ARN, and of several sessions with one ARN the latest counts.
    ///
    /// # Errors
    ///
    /// When the keys are invalid, the access key id belongs to another principal or session, or accounts are listed and the one of the
    /// session is not among them.
    pub fn add_session(&self, session: Principal) -> Result<(), SessionError> {
        let (account, listed) = (session.arn.account(), &self.config().accounts);
        if !listed.is_empty() && listed.iter().all(|listed| listed.id != account) {
            return Err(SessionError::UnknownAccount(account));
        }
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

/// Why a mock could not be made as it was.
#[derive(Debug, thiserror::Error)]
#[error("cannot make the repositories of the configuration anew")]
pub struct ResetError(#[source] Box<dyn std::error::Error + Send + Sync>);
