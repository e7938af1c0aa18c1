//! The steps of a scenario.

use std::collections::BTreeMap;
use std::time::Duration;

use mock_ecr::fault::{Fault, Shift};
use serde::{Deserialize, Deserializer};

use crate::client_type::ClientType;
use crate::scenario::expect::Expect;
use crate::scenario::range;
use crate::scenario::severity::Severity;

/// A step, which consists of an action and expectations. If a step has no action, its expectations apply to the whole run.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// The client types to which the step applies. If empty, it applies to all client types of the scenario.
    pub(crate) client_types: Vec<ClientType>,
    pub(crate) action: Option<Action>,
    /// The expectations with the severity of the scenario.
    pub(crate) expect: Option<Expect>,
    /// The expectations with the severity `should`.
    pub(crate) should: Option<Expect>,
    /// The expectations with the severity `info`.
    pub(crate) info: Option<Expect>,
}

impl Step {
    pub(crate) fn is_for(&self, client_type: ClientType) -> bool {
        self.client_types.is_empty() || self.client_types.contains(&client_type)
    }

    /// Returns the expectations of all severities.
    pub(crate) fn all_expectations_mut(&mut self) -> impl Iterator<Item = &mut Expect> {
        let all = [&mut self.expect, &mut self.should, &mut self.info];
        all.into_iter().flatten()
    }

    pub(super) fn has_second_principal(&self) -> bool {
        match &self.action {
            Some(Action::Fetch(fetch)) => fetch.logins.contains(&GivenLogin::SecondPrincipal),
            _ => false,
        }
    }

    /// Returns the expectations with their severities. `None` stands for the severity of the scenario.
    pub(crate) fn expectations(&self) -> impl Iterator<Item = (Option<Severity>, &Expect)> {
        let own = self.expect.iter().map(|expect| (None, expect));
        let should = self
            .should
            .iter()
            .map(|expect| (Some(Severity::Should), expect));
        let info = self
            .info
            .iter()
            .map(|expect| (Some(Severity::Info), expect));
        own.chain(should).chain(info)
    }
}

/// The action of a step.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    /// Requests a login from the client, or starts an operation that requires one.
    Fetch(Fetch),
    /// Runs the client with the arguments and the stdin of the step.
    Run(RunArgs),
    /// Polls the file of a refresher for this duration.
    Watch(Duration),
    /// Reads the login of the default registry as another program would.
    Use(LoginSource),
    /// Waits for this duration.
    Wait(Duration),
    /// Moves the mock's clock. The client's clock is unchanged.
    Clock(Shift),
    /// Replaces the mock's faults.
    Faults(Vec<Fault>),
    /// Revokes tokens.
    Revoke(Revoked),
    /// Corrupts the files in the client's home directory.
    Corrupt(Corruption),
    /// Moves the timestamps in the client's files into the past by this duration.
    Backdate(Duration),
    /// Like `Backdate`, but does nothing if the client has stored no file.
    BackdateAnyCache(Duration),
}

/// A request for a login.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Fetch {
    /// The host of the registry. If `None`, the host of the default registry of the mock.
    pub(crate) registry: Option<String>,
    /// The hosts of further registries that are requested at the same time. For a refresher or a caller of `docker login`, the argument
    /// `{registries}` of the client's command is replaced by all hosts. If the command does not contain `{registries}`, the scenario is
    /// not applicable.
    pub(crate) other_registries: Vec<String>,
    /// The stdin of a credential helper, or the image for a kubelet credential provider. If `None`, it is derived from the registry.
    pub(crate) input: Option<String>,
    /// The access key ID that the client uses. If `None`, the access key ID of the first principal.
    pub(crate) principal: Option<String>,
    /// The number of parallel requests for each registry. If `None`, 1.
    pub(crate) parallel: Option<usize>,
    /// For a library: whether the registry has rejected the last login.
    pub(crate) refused: Option<bool>,
    /// For an image tool: the responses of the credential helper, in order. The last response is repeated.
    pub(crate) logins: Vec<GivenLogin>,
    /// For an image tool: the login in docker's config.json, in addition to the credential helper.
    pub(crate) stored: Option<GivenLogin>,
    /// For a refresher: the maximum time to wait for a login. The default is 5 s.
    #[serde(deserialize_with = "range::optional_length")]
    pub(crate) timeout: Option<Duration>,
    /// For a refresher: whether to wait until the login is valid. By default, an expired login ends the wait too.
    pub(crate) valid: bool,
    /// For a caller of `docker login`: the behaviour of the program `docker` on the client's `PATH`.
    pub(crate) docker: Option<DockerShim>,
    /// Environment variables for this call. A string sets the variable, and `false` removes it.
    pub(crate) env: BTreeMap<String, Setting>,
}

impl Fetch {
    /// Returns the maximum time to wait for a login of a refresher.
    pub(crate) fn timeout(&self) -> Duration {
        self.timeout.unwrap_or(Duration::from_secs(5))
    }
}

/// A login for an image tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum GivenLogin {
    /// A valid login.
    Valid,
    /// A valid login of the second principal of the configuration. It differs from every login of the first principal.
    SecondPrincipal,
    /// An expired login.
    Expired,
    /// A revoked login.
    Revoked,
    /// A login that another mock has issued.
    Foreign,
    /// No login: the credential helper fails with AccessDeniedException.
    Denied,
}

/// The behaviour of the program `docker` on the client's `PATH`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DockerShim {
    /// The program exits with code 1.
    Fails,
}

/// The value of an environment variable.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "WrittenSetting")]
pub(crate) enum Setting {
    /// The variable is set.
    Set(String),
    /// The variable is removed.
    Removed,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenSetting {
    Text(String),
    Flag(bool),
}

impl From<WrittenSetting> for Setting {
    fn from(written: WrittenSetting) -> Self {
        match written {
            WrittenSetting::Text(text) => Setting::Set(text),
            WrittenSetting::Flag(true) => Setting::Set("true".to_owned()),
            WrittenSetting::Flag(false) => Setting::Removed,
        }
    }
}

/// The arguments and the stdin of a run of the client.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RunArgs {
    /// The arguments that are appended to the client's command.
    pub(crate) args: Vec<String>,
    pub(crate) stdin: String,
    pub(crate) env: BTreeMap<String, Setting>,
}

/// The place from which a program reads a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LoginSource {
    /// Docker's configuration: its credential helper for the registry, or the stored login.
    DockerConfig,
}

/// The tokens to revoke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Revoked {
    /// All issued tokens.
    All,
}

/// How files are corrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Corruption {
    /// Truncates each file to half its size.
    Truncate,
    /// Replaces the content of each file.
    Garbage,
    /// Empties each file.
    Empty,
}

/// A step in the format of the file. The action is a key of the same table as the other keys.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    client_types: Vec<ClientType>,
    fetch: Option<Fetch>,
    run: Option<RunArgs>,
    #[serde(default, deserialize_with = "range::optional_length")]
    watch: Option<Duration>,
    #[serde(rename = "use")]
    source: Option<LoginSource>,
    #[serde(default, deserialize_with = "range::optional_length")]
    wait: Option<Duration>,
    clock: Option<Shift>,
    faults: Option<Vec<Fault>>,
    revoke: Option<Revoked>,
    corrupt: Option<Corruption>,
    #[serde(default, deserialize_with = "range::optional_length")]
    backdate: Option<Duration>,
    #[serde(default, deserialize_with = "range::optional_length")]
    backdate_any_cache: Option<Duration>,
    expect: Option<Expect>,
    should: Option<Expect>,
    info: Option<Expect>,
}

impl<'de> Deserialize<'de> for Step {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let written = Written::deserialize(from)?;
        let actions = [
            written.fetch.map(Action::Fetch),
            written.run.map(Action::Run),
            written.watch.map(Action::Watch),
            written.source.map(Action::Use),
            written.wait.map(Action::Wait),
            written.clock.map(Action::Clock),
            written.faults.map(Action::Faults),
            written.revoke.map(Action::Revoke),
            written.corrupt.map(Action::Corrupt),
            written.backdate.map(Action::Backdate),
            written.backdate_any_cache.map(Action::BackdateAnyCache),
        ];
        let mut actions = actions.into_iter().flatten();
        let action = actions.next();
        if actions.next().is_some() {
            return Err(serde::de::Error::custom(
                "expected one action, found several",
            ));
        }
        Ok(Step {
            client_types: written.client_types,
            action,
            expect: written.expect,
            should: written.should,
            info: written.info,
        })
    }
}
