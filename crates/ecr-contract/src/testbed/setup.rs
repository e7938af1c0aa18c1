//! Sets up the environment of a case: the mock, the client's home directory, and the programs on the client's `PATH`.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mock_ecr::config::{InitialRepository, Variable};
use mock_ecr::fault::{Fault, FaultId};
use mock_ecr::token::{Claims, Revocation, TokenIssuer};
use mock_ecr::{AccountId, Config, MockEcr, PrincipalArn, Region, Timestamp};
use tempfile::TempDir;
use tokio::time::Instant;

use crate::access;
use crate::client_type::ClientType;
use crate::clock;
use crate::sandbox::{
    METADATA, Redirection, Sandbox, SandboxError, TemporaryHome, set_environment,
};
use crate::scenario::{Fetch, GivenLogin, RedirectMode, Scenario, Setting};
use crate::testbed::image;
use crate::testbed::metadata::SilentMetadata;
use crate::testbed::placeholders::{Placeholders, REPOSITORY};
use crate::testbed::shims::Shims;
use crate::worker_request::WorkerRequest;

/// The environment in which a case is run.
#[derive(Debug)]
pub(crate) struct Testbed {
    pub(crate) ecr: MockEcr,
    pub(crate) client_type: ClientType,
    pub(crate) redirect: RedirectMode,
    pub(crate) placeholders: Placeholders,
    pub(crate) shims: Shims,
    /// The time at which the client must have finished all steps.
    pub(crate) deadline: Instant,
    pub(crate) started: Instant,
    issuer: TokenIssuer,
    variables: Vec<Variable>,
    client: Vec<String>,
    env: BTreeMap<String, Setting>,
    home: TemporaryHome,
    metadata: Option<SilentMetadata>,
    /// The passwords that were given to the client. They include passwords that the mock cannot decrypt.
    given: Mutex<Vec<String>>,
    _tools: TempDir,
}

/// The error returned when the environment of a case cannot be set up.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SetUpError {
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    #[error("cannot start the mock")]
    Mock(#[from] mock_ecr::StartError),
    #[error("cannot prepare the client's files")]
    Files(#[from] io::Error),
}

impl Testbed {
    pub(crate) async fn set_up(
        request: &WorkerRequest,
        scenario: &Scenario,
        redirect: RedirectMode,
        sandbox: Option<&Sandbox>,
    ) -> Result<Self, SetUpError> {
        // The programs in it record passwords.
        let tools = access::temporary_directory("mock-ecr-tools-")?;
        let home = TemporaryHome::make()?;
        let config = config(scenario, &request.seed, request.client_type, tools.path())?;
        let redirection = match (redirect, sandbox) {
            (RedirectMode::Sandbox, Some(sandbox)) => Redirection::Sandbox(sandbox),
            (RedirectMode::Proxy, _) => Redirection::Proxy,
            _ => Redirection::Env,
        };
        let issuer = TokenIssuer::new(&config);
        let anywhere = (std::net::Ipv4Addr::LOCALHOST, 0).into();
        let mut placeholders = Placeholders::of(&config, &home.path().display().to_string());
        let ecr = redirection.mock(config, anywhere).start().await?;
        if request.client_type == ClientType::ImageTool && redirect == RedirectMode::Env {
            placeholders.registry = ecr.address().to_string();
        }
        let variables = redirection.variables(&ecr)?;
        let metadata = match scenario.needs_sandbox {
            true => Some(SilentMetadata::listen((METADATA, 80).into()).await?),
            false => None,
        };
        let started = clock::now();
        Ok(Testbed {
            shims: Shims::make(tools.path(), request.client_type, request.docker.as_deref())?,
            client_type: request.client_type,
            deadline: started + scenario.deadline,
            client: request.client.clone(),
            env: scenario.env.clone(),
            _tools: tools,
            started,
            ecr,
            redirect,
            placeholders,
            issuer,
            variables,
            home,
            metadata,
            given: Mutex::default(),
        })
    }

    /// Returns the client's command with its environment.
    pub(crate) fn command(
        &self,
        placeholders: &Placeholders,
        further: &[String],
        fetch: &Fetch,
    ) -> Command {
        let words = self
            .client
            .iter()
            .flat_map(|word| self.filled(word, placeholders, fetch));
        let mut words = words.collect::<Vec<_>>().into_iter();
        let program = words.next().unwrap_or_default();
        let mut command = self.program(&program, placeholders, fetch);
        command.args(words).args(further);
        command
    }

    /// Returns the command of a program, with the environment of the client.
    pub(crate) fn program(
        &self,
        program: &str,
        placeholders: &Placeholders,
        fetch: &Fetch,
    ) -> Command {
        let mut command = Command::new(program);
        set_environment(&mut command, &self.variables, Some(&self.home));
        command.envs(placeholders.variables());
        if matches!(
            self.client_type,
            ClientType::ImageTool | ClientType::DockerLoginCaller
        ) {
            command.env("PATH", self.shims.on_path());
        }
        self.act_as(&mut command, fetch.principal.as_deref());
        for (name, setting) in self.env.iter().chain(&fetch.env) {
            match setting {
                Setting::Set(value) => command.env(name, placeholders.fill(value)),
                Setting::Removed => command.env_remove(name),
            };
        }
        command
    }

    /// Replaces the placeholders in an argument. `{registries}` is replaced by one argument for each registry.
    fn filled(&self, word: &str, placeholders: &Placeholders, fetch: &Fetch) -> Vec<String> {
        if word != REGISTRIES {
            return vec![placeholders.fill(word)];
        }
        let also = fetch
            .other_registries
            .iter()
            .filter(|_| self.starts_with_all());
        let also = also.map(|registry| self.placeholders.at(registry).registry);
        std::iter::once(placeholders.registry.clone())
            .chain(also)
            .collect()
    }

    /// Returns whether the client supports several registries in one step. If a client receives all registries when it is started, its
    /// command must contain `{registries}`.
    pub(crate) fn can_have_several(&self) -> bool {
        !self.starts_with_all() || self.client.iter().any(|word| word == REGISTRIES)
    }

    /// Returns whether the client receives the name of the registry. Only a caller of `docker login` can do without it: it then uses the
    /// registry in the response of ECR.
    pub(crate) fn names_registry(&self) -> bool {
        let names = |word: &String| word == REGISTRIES || word.contains("{registry}");
        self.client_type != ClientType::DockerLoginCaller || self.client.iter().any(names)
    }

    /// Returns whether a text contains a password or a token that the mock has issued.
    pub(crate) fn has_login(&self, text: &str) -> bool {
        let mut issued = self.issued().into_iter();
        issued.any(|issued| text.contains(&issued.password) || text.contains(&issued.token))
    }

    fn starts_with_all(&self) -> bool {
        matches!(
            self.client_type,
            ClientType::Refresher | ClientType::DockerLoginCaller
        )
    }

    fn act_as(&self, command: &mut Command, access_key_id: Option<&str>) {
        let Some(key) = access_key_id else { return };
        let mut principals = self.ecr.config().principals();
        let Some(principal) = principals.find(|principal| principal.access_key_id == key) else {
            return;
        };
        command.env("AWS_ACCESS_KEY_ID", &principal.access_key_id);
        command.env(
            "AWS_SECRET_ACCESS_KEY",
            principal.secret_access_key.expose(),
        );
        match &principal.session_token {
            Some(token) => command.env("AWS_SESSION_TOKEN", token.expose()),
            None => command.env_remove("AWS_SESSION_TOKEN"),
        };
    }

    /// Returns the path of the client's home directory.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Returns the tokens that the mock has issued. The oldest token is first.
    pub(crate) fn issued(&self) -> Vec<Issued> {
        let records = self.ecr.tokens().into_iter();
        let issued = records.map(|record| Issued {
            password: self.issuer.issue(&record.claims).password(),
            token: self.issuer.issue(&record.claims).as_str().to_owned(),
            claims: record.claims,
        });
        issued.collect()
    }

    /// Returns the passwords that the mock has issued or that were given to the client.
    pub(crate) fn passwords(&self) -> BTreeSet<String> {
        let issued = self.issued().into_iter().map(|issued| issued.password);
        issued.chain(self.given().iter().cloned()).collect()
    }

    fn given(&self) -> MutexGuard<'_, Vec<String>> {
        self.given.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn revoke_all(&self) {
        let next = Timestamp::from_millis(self.ecr.clock().now().as_millis() + 1);
        let revoked = self.ecr.revoke(Revocation::IssuedBefore(next));
        revoked.expect(FEW_REVOCATIONS);
    }

    /// Makes the registry reject every login, until the fault is removed.
    pub(crate) fn reject_logins(&self) -> FaultId {
        let fault = Fault::from_toml(REJECT_LOGINS).expect("the fault is valid");
        let added = self.ecr.faults().add(fault);
        added.expect("the fault is valid")
    }

    /// Returns the password for an image tool. Returns `None` for [`GivenLogin::Denied`], and if there is no second principal.
    pub(crate) fn login(&self, given: GivenLogin, placeholders: &Placeholders) -> Option<String> {
        let password = self.password(given, placeholders)?;
        self.given().push(password.clone());
        Some(password)
    }

    fn password(&self, given: GivenLogin, placeholders: &Placeholders) -> Option<String> {
        let config = self.ecr.config();
        let account: Option<AccountId> = placeholders.account.parse().ok();
        let region: Region = placeholders.region.parse().unwrap_or_default();
        let own = config.default_principal().arn;
        let principal = match account {
            Some(account) if account != own.account() => PrincipalArn::root(account, &region),
            _ => own,
        };
        let now = self.ecr.clock().now();
        let ttl = config.token_ttl;
        let password = match given {
            GivenLogin::Denied => return None,
            GivenLogin::Valid => self.ecr.issue_token_for(principal, region).password(),
            GivenLogin::SecondPrincipal => {
                let second = config.principals().nth(1)?.arn;
                self.ecr.issue_token_for(second, region).password()
            }
            GivenLogin::Expired => {
                let issued = now.as_millis() - i64::try_from(ttl.as_millis()).unwrap_or(0) - 60_000;
                let issued = Timestamp::from_millis(issued);
                self.issuer
                    .issue(&Claims::new(principal, region, issued, ttl))
                    .password()
            }
            GivenLogin::Revoked => {
                // Tokens that a principal receives in the same millisecond are identical. Another token of the principal must remain valid.
                let before = Timestamp::from_millis(now.as_millis() - 1000);
                let claims = Claims::new(principal, region, before, ttl);
                let token = self.issuer.issue(&claims);
                let revoked = self.ecr.revoke(Revocation::Token(token.id()));
                revoked.expect(FEW_REVOCATIONS);
                token.password()
            }
            GivenLogin::Foreign => {
                let mut other = Config::default();
                other.seed = format!("not {}", config.seed);
                let claims = Claims::new(principal, region, now, ttl);
                TokenIssuer::new(&other).issue(&claims).password()
            }
        };
        Some(password)
    }

    /// Returns the number of connections to the metadata service. Returns 0 if there is no metadata service.
    pub(crate) fn metadata_calls(&self) -> usize {
        self.metadata
            .as_ref()
            .map_or(0, SilentMetadata::connections)
    }

    pub(crate) fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(clock::now())
    }
}

/// A token that the mock has issued, with its password.
#[derive(Clone, Debug)]
pub(crate) struct Issued {
    pub(crate) password: String,
    pub(crate) token: String,
    pub(crate) claims: Claims,
}

const REJECT_LOGINS: &str =
    "match = { service = \"registry\" }\naction = { expired_early = \"forbidden\" }";

const REGISTRIES: &str = "{registries}";

const FEW_REVOCATIONS: &str = "a scenario revokes fewer tokens than a mock accepts";

/// Returns the scenario's configuration, with the seed of this case and the image for image tools.
fn config(
    scenario: &Scenario,
    seed: &str,
    client_type: ClientType,
    folder: &Path,
) -> io::Result<Config> {
    let mut config = scenario.config.clone();
    config.seed = seed.to_owned();
    if client_type == ClientType::ImageTool {
        let layout = image::write(folder)?;
        if config.repositories.is_empty() {
            let name = REPOSITORY
                .parse()
                .expect("the name of the repository is valid");
            config.repositories.push(InitialRepository::new(name));
        }
        for repository in &mut config.repositories {
            repository.layout.get_or_insert_with(|| layout.clone());
        }
    }
    Ok(config)
}
