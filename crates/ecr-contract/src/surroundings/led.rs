//! How a client is led to a mock, and told so.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::Command;

use mock_ecr::config::{AuthorityLocation, Redirect, Variable};
use mock_ecr::{Config, MockEcr, MockEcrBuilder};

use crate::surroundings::error::SurroundingsError;
use crate::surroundings::fence::{ADDRESS, Fence};
use crate::surroundings::home::{FreshHome, REMOVED};
use crate::surroundings::trust::keep_certificate;

/// How a client is led to a mock.
#[derive(Clone, Copy, Debug)]
pub enum Lead<'f> {
    /// By the variables that name endpoints.
    Env,
    /// Through the mock as its proxy.
    Proxy,
    /// By the names of hosts, behind a fence.
    Hosts(&'f Fence),
}

impl Lead<'_> {
    /// A mock that can be reached in this way; `listen` is where, if there is a choice.
    pub fn mock(self, mut config: Config, listen: SocketAddr) -> MockEcrBuilder {
        if !matches!(self, Lead::Env) && config.tls.is_none() {
            config.tls = Some(AuthorityLocation::Memory);
        }
        match self {
            Lead::Env | Lead::Proxy => MockEcr::from_config(config).listen(listen),
            Lead::Hosts(_) => behind_the_fence(config),
        }
    }

    /// What to set and to remove in a client's environment.
    ///
    /// # Errors
    ///
    /// When the certificate cannot be put where clients look for it.
    pub fn variables(self, ecr: &MockEcr) -> Result<Vec<Variable>, SurroundingsError> {
        let certificate = ecr.ca_certificate().unwrap_or_default();
        match self {
            Lead::Env => Ok(ecr.environment()),
            Lead::Proxy => {
                let file = keep_certificate(certificate)?;
                Ok(ecr.environment_by_name(Redirect::Proxy, &file))
            }
            Lead::Hosts(fence) => {
                let file = fence.furnish(&ecr.host_names(), certificate)?;
                Ok(ecr.environment_by_name(Redirect::Hosts, &file))
            }
        }
    }
}

/// Every port is free there, and the names of hosts come without one. What the mock tells of itself it tells at the loopback address.
fn behind_the_fence(config: Config) -> MockEcrBuilder {
    let own = |port| (Ipv4Addr::LOCALHOST, port).into();
    let named = |port| (ADDRESS, port).into();
    MockEcr::from_config(config)
        .listen(own(80))
        .also_listen(own(443))
        .also_listen(named(80))
        .also_listen(named(443))
}

/// Gives a command the environment of a client: what leads it to a mock, and a home, if it is not to have its user's.
pub fn surround(command: &mut Command, variables: &[Variable], home: Option<&FreshHome>) {
    for (name, value) in variables {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    if let Some(home) = home {
        command.envs(home.variables());
        for name in REMOVED {
            command.env_remove(name);
        }
    }
}
