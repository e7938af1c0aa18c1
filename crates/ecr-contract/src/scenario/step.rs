//! What happens in a scenario, one step after the other.

use std::collections::BTreeMap;
use std::time::Duration;

use mock_ecr::fault::{Fault, Shift};
use serde::{Deserialize, Deserializer};

use crate::client_type::ClientType;
use crate::scenario::expect::Expect;
use crate::scenario::range;
use crate::scenario::severity::Severity;

/// A step: what is done, if anything, and what is expected then. Without an action, it looks at the whole run.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// The classes that it is for; without any, all of the scenario's.
    pub(crate) client_types: Vec<ClientType>,
    pub(crate) action: Option<Action>,
    /// What counts as much as the scenario does.
    pub(crate) expect: Option<Expect>,
    /// What fails where `--strict` is given.
    pub(crate) should: Option<Expect>,
    /// What is told, and never fails.
    pub(crate) info: Option<Expect>,
}

impl Step {
    pub(crate) fn is_for(&self, client_type: ClientType) -> bool {
        self.client_types.is_empty() || self.client_types.contains(&client_type)
    }

    /// What is expected, and how much it counts; without that, as much as the scenario.
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

/// What is done.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    /// The client is asked for a login, or does what takes one.
    Fetch(Fetch),
    /// The client is run with arguments and stdin of the scenario's.
    Run(RunArgs),
    /// A refresher's file is looked at, again and again.
    Watch(Duration),
    /// Time passes.
    Wait(Duration),
    /// The mock's clock moves, and the client's does not.
    Clock(Shift),
    /// Other faults than before.
    Faults(Vec<Fault>),
    /// Tokens die before their time.
    Revoke(Revoked),
    /// The files that the client has left at home are spoilt.
    Corrupt(Corruption),
    /// Whatever the files that the client has left at home say of instants was so much earlier.
    Backdate(Duration),
}

/// How a client is asked for a login.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Fetch {
    /// The registry; without it, the configuration's.
    pub(crate) registry: Option<String>,
    /// Further registries, which are asked for at once; a refresher and a caller of `docker login` get all of them in the place of a word
    /// `{registries}` of their command, and cannot be asked without it.
    pub(crate) other_registries: Vec<String>,
    /// What is asked for, where that is not the registry: the text on stdin of a credential helper, the image of a kubelet.
    pub(crate) input: Option<String>,
    /// The access key id of the principal who asks; without it, the configuration's first.
    pub(crate) principal: Option<String>,
    /// How many ask at once.
    pub(crate) parallel: Option<usize>,
    /// Of a library: the registry has refused the login that it gave last.
    pub(crate) refused: Option<bool>,
    /// What an image tool's credential helper answers, call by call; the last again and again.
    pub(crate) logins: Vec<GivenLogin>,
    /// An image tool's login that docker's config.json holds, besides the credential helper.
    pub(crate) stored: Option<GivenLogin>,
    /// How long a refresher is given until its file is there; 5 s unless said otherwise.
    #[serde(deserialize_with = "range::optional_length")]
    pub(crate) timeout: Option<Duration>,
    /// What `docker` does that a caller of `docker login` finds.
    pub(crate) docker: Option<DockerShim>,
    /// Variables of this call: set to a text, or removed by `false`.
    pub(crate) env: BTreeMap<String, Setting>,
}

/// A login that an image tool is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum GivenLogin {
    /// One that lives.
    Valid,
    /// One whose time is over.
    Expired,
    /// One that was revoked.
    Revoked,
    /// One of another mock.
    Foreign,
    /// None: the credential helper fails, for AWS denies it access.
    Denied,
}

/// What the `docker` does that a client finds on its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DockerShim {
    /// It exits with 1.
    Fails,
}

/// A variable of the environment.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "WrittenSetting")]
pub(crate) enum Setting {
    /// It has this value.
    Set(String),
    /// It is not there.
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

/// A call with arguments and stdin of the scenario's.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RunArgs {
    /// Behind those of the client.
    pub(crate) args: Vec<String>,
    pub(crate) stdin: String,
    pub(crate) env: BTreeMap<String, Setting>,
}

/// Which tokens die.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Revoked {
    /// All that there are.
    All,
}

/// How files are spoilt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Corruption {
    /// Each is cut in half.
    Truncate,
    /// Each holds something else.
    Garbage,
    /// Each is empty.
    Empty,
}

/// As it is written: an action is one key among the others.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    client_types: Vec<ClientType>,
    fetch: Option<Fetch>,
    run: Option<RunArgs>,
    #[serde(default, deserialize_with = "range::optional_length")]
    watch: Option<Duration>,
    #[serde(default, deserialize_with = "range::optional_length")]
    wait: Option<Duration>,
    clock: Option<Shift>,
    faults: Option<Vec<Fault>>,
    revoke: Option<Revoked>,
    corrupt: Option<Corruption>,
    #[serde(default, deserialize_with = "range::optional_length")]
    backdate: Option<Duration>,
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
            written.wait.map(Action::Wait),
            written.clock.map(Action::Clock),
            written.faults.map(Action::Faults),
            written.revoke.map(Action::Revoke),
            written.corrupt.map(Action::Corrupt),
            written.backdate.map(Action::Backdate),
        ];
        let mut actions = actions.into_iter().flatten();
        let action = actions.next();
        if actions.next().is_some() {
            return Err(serde::de::Error::custom(
                "a step does one thing, and this one two",
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
