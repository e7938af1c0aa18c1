//! What a mock is made from: one type, written in code or in a TOML file.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::Deserialize;

use crate::clock::{ClockStart, SigV4Clock};
use crate::config::authority_location::AuthorityLocation;
use crate::config::proxy_endpoint::ProxyEndpoint;
use crate::config::registry::{Dialect, InitialRepository, Quirk};
use crate::fault::Fault;
use crate::iam::auth_mode::AuthMode;
use crate::iam::authorization::CrossAccount;
use crate::iam::identity_store::IdentityStore;
use crate::iam::principal::Principal;
use crate::store::{S3Access, Store, StoreLocation, StoreLocationError};
use crate::types::secret::Secret;
use crate::types::{AccountId, Region};

/// Everything that makes a mock answer as it does: the same configuration gives the same bytes.
///
/// The empty configuration works: one account, one principal with the keys of AWS's documentation, tokens that live 12 hours.
///
/// ```
/// # use mock_ecr::Config;
/// let config = Config::parse(
///     r#"
///     seed = "blue"
///     region = "eu-central-1"
///     token_ttl = "1h"
///     clock = "2030-01-01T00:00:00Z"
///
///     [[principals]]
///     arn = "arn:aws:iam::210987654321:user/ci"
///     access_key_id = "AKIAI44QH8DHBEXAMPLE"
///     secret_access_key = "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY"
///     deny = ["ecr:Delete*"]
///     "#,
/// )?;
/// assert_eq!(config.default_account().as_str(), "210987654321");
/// # Ok::<(), mock_ecr::config::ConfigError>(())
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Config {
    /// What all keys and random choices come from; mocks with one seed accept each other's tokens.
    pub seed: String,
    /// The region of clients that name none.
    pub region: Region,
    /// The accounts that exist; when empty, those of the principals.
    pub accounts: Vec<Account>,
    /// Who may call; when empty, [`Principal::example`].
    pub principals: Vec<Principal>,
    /// How long a token lives: 12 hours, as ECR documents, unless told otherwise.
    #[serde(deserialize_with = "crate::types::duration::Text::deserialize")]
    pub token_ttl: Duration,
    /// How long an `authorizationToken` is, in characters; it is padded to about this length.
    ///
    /// The default is the one published figure, 2,368; see [`TokenIssuer`](crate::token::TokenIssuer).
    pub token_length: usize,
    /// What the clock shows at first.
    pub clock: ClockStart,
    /// Which clock a signature's date is held against.
    pub sigv4_clock: SigV4Clock,
    /// How much of a signature must be right.
    pub auth: AuthMode,
    /// What `proxyEndpoint` is made from.
    pub proxy_endpoint: ProxyEndpoint,
    /// Where images are kept.
    pub store: StoreLocation,
    /// With what the bucket of `store` is reached, if it is one; no file says it.
    #[serde(skip)]
    pub s3_access: Option<S3Access>,
    /// What whoever asks for `/_mock/` must know; no file says it. Without it, only a mock that listens on loopback addresses answers there,
    /// and only who calls it by the name of one.
    #[serde(skip)]
    pub control_key: Option<Secret>,
    /// Where the private certificate authority is kept; without one, the mock speaks no TLS.
    pub tls: Option<AuthorityLocation>,
    /// What goes wrong, from the start.
    pub faults: Vec<Fault>,
    /// How the registry speaks.
    pub dialect: Dialect,
    /// Quirks that the dialect does not have but this registry has, or the other way round.
    pub quirks: BTreeMap<Quirk, bool>,
    /// The repositories that are there from the start; one that the store has already stays as it is.
    pub repositories: Vec<InitialRepository>,
    /// Whether a push makes the repository that it needs, in the caller's own account.
    pub create_on_push: bool,
    /// The default of the account setting `BLOB_MOUNTING`: whether a layer can be mounted from another repository. The registry reads the
    /// setting if it has [`Quirk::MountingBySetting`].
    pub blob_mounting: bool,
    /// When a principal may reach the repository of another account.
    pub cross_account: CrossAccount,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            seed: "mock-ecr".to_owned(),
            region: Region::default(),
            accounts: Vec::new(),
            principals: Vec::new(),
            token_ttl: Duration::from_secs(12 * 3600),
            token_length: 2368,
            clock: ClockStart::System,
            sigv4_clock: SigV4Clock::Either,
            auth: AuthMode::Strict,
            proxy_endpoint: ProxyEndpoint::default(),
            store: StoreLocation::default(),
            s3_access: None,
            control_key: None,
            tls: None,
            faults: Vec::new(),
            dialect: Dialect::default(),
            quirks: BTreeMap::new(),
            repositories: Vec::new(),
            create_on_push: false,
            blob_mounting: false,
            cross_account: CrossAccount::default(),
        }
    }
}

impl Config {
    /// The account of registries and clients that name none: the first that is listed, or the first principal's.
    pub fn default_account(&self) -> AccountId {
        let listed = self.accounts.first().map(|account| account.id);
        let first = || self.principals.first().map(|p| p.arn.account());
        listed.or_else(first).unwrap_or(AccountId::EXAMPLE)
    }

    /// The principals, or the one that a configuration has which names none.
    pub fn principals(&self) -> impl Iterator<Item = Principal> {
        let example = self
            .principals
            .is_empty()
            .then(|| Principal::example(self.default_account(), &self.region));
        self.principals.iter().cloned().chain(example)
    }

    /// The principal whose credentials are handed out when nobody asks for others: the first.
    pub fn default_principal(&self) -> Principal {
        self.principals()
            .next()
            .expect("a configuration has at least the example principal")
    }

    /// Returns the accounts that are listed or that a principal belongs to.
    pub(crate) fn known_accounts(&self) -> BTreeSet<AccountId> {
        let listed = self.accounts.iter().map(|account| account.id);
        let of_principals = self.principals().map(|principal| principal.arn.account());
        listed.chain(of_principals).collect()
    }

    /// Creates the store of the principals, without sessions.
    pub(crate) fn identity_store(&self) -> IdentityStore {
        let (account, region) = (self.default_account(), self.region.clone());
        IdentityStore::new(self.principals(), self.auth, account, region)
    }

    pub(crate) async fn open_store(&self) -> Result<Store, StoreLocationError> {
        self.store.open(self.s3_access.as_ref()).await
    }

    /// Whether the registry has a quirk.
    pub fn has(&self, quirk: Quirk) -> bool {
        let configured = self.quirks.get(&quirk).copied();
        configured.unwrap_or_else(|| self.dialect.has(quirk))
    }
}

/// An account, which is also a registry.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Account {
    /// Its twelve digits.
    pub id: AccountId,
}

impl From<AccountId> for Account {
    fn from(id: AccountId) -> Self {
        Account { id }
    }
}
