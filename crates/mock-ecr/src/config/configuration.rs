//! The configuration of a mock, written in code or in a TOML file.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use serde::Deserialize;

use crate::clock::{ClockStart, SigV4Clock};
use crate::config::background::Background;
use crate::config::ca_location::CaLocation;
use crate::config::limits::Limits;
use crate::config::proxy_endpoint::ProxyEndpoint;
use crate::config::pull_through::{PullThroughCacheRule, StoredSecret, Upstreams};
use crate::config::quotas::Quotas;
use crate::config::registries::InitialRegistry;
use crate::config::registry::{Dialect, InitialRepository, Quirk};
use crate::config::replication::RegistryReplication;
use crate::config::scanning::{ImageScanResult, RegistryScanning};
use crate::fault::Fault;
use crate::iam::auth_mode::AuthMode;
use crate::iam::authorization::CrossAccount;
use crate::iam::identity_store::IdentityStore;
use crate::iam::principal::Principal;
use crate::iam::unknown_conditions::UnknownConditions;
use crate::store::{LayersLocation, S3Access, Store, StoreLocation, StoreLocationError};
use crate::types::secret::Secret;
use crate::types::{AccountId, Region, RegistryId};

/// The configuration of a mock. If mocks with the same configuration receive the same requests at the same times of
/// their clocks, they send the same bytes.
///
/// Every field has a default. The default configuration has one account, one principal with the keys of the AWS
/// documentation, and tokens with a TTL of 12 hours.
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
#[derive(Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Config {
    /// The seed of all keys and random values. A mock can decrypt the tokens of other mocks with the same seed. Such a
    /// token is invalid in a mock in which its principal does not exist; see
    /// [`TokenError::UnknownPrincipal`](crate::token::TokenError::UnknownPrincipal). The seed must not be empty. The
    /// default is `mock-ecr`.
    pub seed: String,
    /// The default Region. It is used if a request or an initial repository does not specify a Region. The default is
    /// `us-east-1`.
    pub region: Region,
    /// Regions that the configuration can contain in addition to the Regions that are known to this crate. An example is a
    /// Region that is newer than this version of the crate. The default is an empty list.
    pub additional_regions: Vec<Region>,
    /// The accounts that exist. If the list is empty, the accounts of the principals exist. The default is an empty
    /// list.
    pub accounts: Vec<Account>,
    /// The principals. If the list is empty, there is one principal: [`Principal::example`]. The default is an empty
    /// list.
    pub principals: Vec<Principal>,
    /// The TTL of tokens. The default is 12 hours, the value in ECR's documentation.
    #[serde(deserialize_with = "crate::types::duration::Text::deserialize")]
    pub token_ttl: Duration,
    /// The approximate length of an `authorizationToken`, in characters. The maximum value of this field is 65,536. A
    /// shorter token is padded to about this length. A longer token is not truncated.
    ///
    /// The default is 2,368, the only published length. See [`TokenIssuer`](crate::token::TokenIssuer).
    pub token_length: usize,
    /// The initial state of the clock. The default is [`ClockStart::System`].
    pub clock: ClockStart,
    /// The clock that the dates of signatures are compared with. The default is [`SigV4Clock::Either`].
    pub sigv4_clock: SigV4Clock,
    /// Whether credentials and signatures are verified. The default is [`AuthMode::Strict`].
    pub auth: AuthMode,
    /// The form of `proxyEndpoint` and `repositoryUri`. `None`, the default, has the same effect as
    /// [`ProxyEndpoint::Aws`]. The default of `mock-ecr serve` and `mock-ecr run --redirect env` is
    /// [`ProxyEndpoint::Mock`].
    pub proxy_endpoint: Option<ProxyEndpoint>,
    /// Where repositories and images are stored. The default is [`StoreLocation::Memory`].
    pub store: StoreLocation,
    /// Where the layers of images are stored. The default is `None`: in the directory of the store. A value requires a store
    /// in a directory or a database. A database requires a value.
    pub layers: Option<LayersLocation>,
    /// The credentials and the endpoint of the bucket, if `layers` is a bucket. The default is `None`. This field is not
    /// a key of the TOML file.
    #[serde(skip)]
    pub s3_access: Option<S3Access>,
    /// The key of the control API, `/_mock/`: at least 8 printable ASCII characters without spaces. Requests must contain
    /// `Authorization: Bearer KEY`. If `None`, the
    /// default, the control API is available if two conditions are true: all addresses on which the mock listens are
    /// loopback addresses, and the `Host` of the request is a loopback name. `GET /_mock/health` is always available. This
    /// field is not a key of the TOML file.
    #[serde(skip)]
    pub control_key: Option<Secret>,
    /// Where the certificate authority is stored. If `None`, the default, the mock does not accept TLS.
    pub tls: Option<CaLocation>,
    /// The faults that are active from the start. The default is an empty list.
    pub faults: Vec<Fault>,
    /// Whether the registry behaves like ECR or like OCI Distribution 1.1. The default is [`Dialect::Ecr`].
    pub dialect: Dialect,
    /// Overrides of the dialect: `true` enables a quirk and `false` disables it. The default is an empty map.
    pub quirks: BTreeMap<Quirk, bool>,
    /// The initial repositories. The name of a repository must be unique in its account and Region. A repository that
    /// already exists in the store is not changed. The default is an empty list.
    pub repositories: Vec<InitialRepository>,
    /// The initial settings of registries, at most one element for each account and Region. The default is an empty list.
    pub registries: Vec<InitialRegistry>,
    /// The initial scanning configurations of registries, at most one for each account and Region. A registry that is not
    /// listed has basic scanning without rules. The default is an empty list.
    pub registry_scanning: Vec<RegistryScanning>,
    /// The initial replication configurations of registries, at most one for each account and Region. A registry that is not
    /// listed replicates nothing. The default is an empty list.
    pub registry_replication: Vec<RegistryReplication>,
    /// The results of the scans of images. If an image is listed twice, the first result applies. The default is an empty
    /// list: the findings are derived from the seed and the digest of the image.
    pub scan_results: Vec<ImageScanResult>,
    /// The initial pull-through cache rules of registries. A rule is created if its registry has none with its prefix. The
    /// default is an empty list.
    pub pull_through_cache_rules: Vec<PullThroughCacheRule>,
    /// The secrets with the credentials for upstream registries. The default is an empty list.
    pub secrets: Vec<StoredSecret>,
    /// The addresses of the upstream registries of pull-through caches.
    pub upstreams: Upstreams,
    /// Whether a push to a missing repository creates the repository. The repository must be in the account of the
    /// caller. The default is `false`.
    pub create_on_push: bool,
    /// The default of the account setting `BLOB_MOUNTING`: whether a layer can be mounted from another repository. This
    /// setting has an effect only if the registry has [`Quirk::MountingBySetting`]. The default is `false`.
    pub blob_mounting: bool,
    /// The condition under which a principal can access repositories of another account. The default is
    /// [`CrossAccount::Policy`].
    pub cross_account: CrossAccount,
    /// What happens if a policy contains a condition that the mock does not evaluate. The default is
    /// [`UnknownConditions::Reject`].
    pub unknown_conditions: UnknownConditions,
    /// The limits of connections, memory, streams and waits.
    pub limits: Limits,
    /// The quotas of ECR that the mock applies.
    pub quotas: Quotas,
    /// The durations of work that ECR does in the background.
    pub background: Background,
}

/// Formats what differs most between configurations, on one line without secrets.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Config(accounts {:?}, ", self.known_accounts())?;
        write!(f, "{:?}, {:?}, {:?}, ", self.region, self.clock, self.auth)?;
        let (principals, repositories) = (self.principals.len(), self.repositories.len());
        write!(f, "{principals} principals, {repositories} repositories, ")?;
        write!(f, "{} faults)", self.faults.len())
    }
}

impl Default for Config {
    fn default() -> Self {
        Config {
            seed: "mock-ecr".to_owned(),
            region: Region::default(),
            additional_regions: Vec::new(),
            accounts: Vec::new(),
            principals: Vec::new(),
            token_ttl: Duration::from_secs(12 * 3600),
            token_length: 2368,
            clock: ClockStart::System,
            sigv4_clock: SigV4Clock::Either,
            auth: AuthMode::Strict,
            proxy_endpoint: None,
            store: StoreLocation::default(),
            layers: None,
            s3_access: None,
            control_key: None,
            tls: None,
            faults: Vec::new(),
            dialect: Dialect::default(),
            quirks: BTreeMap::new(),
            repositories: Vec::new(),
            registries: Vec::new(),
            registry_scanning: Vec::new(),
            registry_replication: Vec::new(),
            scan_results: Vec::new(),
            pull_through_cache_rules: Vec::new(),
            secrets: Vec::new(),
            upstreams: Upstreams::default(),
            create_on_push: false,
            blob_mounting: false,
            cross_account: CrossAccount::default(),
            unknown_conditions: UnknownConditions::default(),
            limits: Limits::default(),
            quotas: Quotas::default(),
            background: Background::default(),
        }
    }
}

impl Config {
    /// Returns the default account: the first account in [`accounts`](Config::accounts). If that list is empty, returns
    /// the account of the first principal. If there are no principals either, returns [`AccountId::EXAMPLE`].
    pub fn default_account(&self) -> AccountId {
        let listed = self.accounts.first().map(|account| account.id);
        let first = || self.principals.first().map(|p| p.arn.account());
        listed.or_else(first).unwrap_or(AccountId::EXAMPLE)
    }

    /// Returns the registry of an element of the configuration. The defaults are the default account and the default Region.
    pub(crate) fn registry_id(
        &self,
        account: Option<AccountId>,
        region: Option<&Region>,
    ) -> RegistryId {
        RegistryId::Private {
            account: account.unwrap_or(self.default_account()),
            region: region.unwrap_or(&self.region).clone(),
        }
    }

    /// Returns the principals. If the list [`principals`](Config::principals) is empty, returns [`Principal::example`].
    pub fn principals(&self) -> impl Iterator<Item = Principal> {
        let example = self
            .principals
            .is_empty()
            .then(|| Principal::example(self.default_account(), &self.region));
        self.principals.iter().cloned().chain(example)
    }

    /// Returns the first principal. Its credentials are used where no principal is specified.
    pub fn default_principal(&self) -> Principal {
        self.principals()
            .next()
            .expect("a configuration has at least the example principal")
    }

    /// Returns the form of the URLs of registries.
    pub(crate) fn proxy_endpoint(&self) -> &ProxyEndpoint {
        self.proxy_endpoint.as_ref().unwrap_or(&ProxyEndpoint::Aws)
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
        let mut accounts = self.known_accounts();
        accounts.insert(account);
        IdentityStore::new(self.principals(), self.auth, accounts, account, region)
    }

    /// Opens the store. `address` is the address of the mock, if it has one, for the message of another server that opens the same directory.
    pub(crate) async fn open_store(
        &self,
        address: Option<SocketAddr>,
    ) -> Result<Store, StoreLocationError> {
        let (layers, access) = (self.layers.as_ref(), self.s3_access.as_ref());
        let server = match address {
            Some(address) => format!("http://{address}"),
            None => "a mock without a socket".to_owned(),
        };
        self.store.open(layers, access, &server).await
    }

    /// Returns the maximum size of the head of a request, in bytes. A token is one of its headers.
    pub(crate) fn max_head_size(&self) -> usize {
        MAX_HEAD_SIZE + self.token_length
    }

    /// Returns the quotas, with the defaults of the dialect.
    pub(crate) fn quotas(&self) -> Quotas {
        let default = self
            .has(Quirk::DefaultQuotas)
            .then_some(Quotas::DEFAULT_TAGS);
        Quotas {
            tags_per_image: self.quotas.tags_per_image.or(default),
            ..self.quotas
        }
    }

    /// Returns whether the registry has a quirk. [`quirks`](Config::quirks) has precedence over the dialect.
    pub fn has(&self, quirk: Quirk) -> bool {
        let configured = self.quirks.get(&quirk).copied();
        configured.unwrap_or_else(|| self.dialect.has(quirk))
    }
}

/// The maximum size of the head of a request without a token, in bytes.
const MAX_HEAD_SIZE: usize = 16 << 10;

/// An AWS account. Each account has one private registry in each Region.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Account {
    /// The ID of the account, 12 digits.
    pub id: AccountId,
}

impl From<AccountId> for Account {
    fn from(id: AccountId) -> Self {
        Account { id }
    }
}
