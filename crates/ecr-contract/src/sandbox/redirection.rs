//! How a client is led to a mock, and told so.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::Command;

use mock_ecr::config::{AuthorityLocation, Redirect, Variable};
use mock_ecr::{Config, MockEcr, MockEcrBuilder};

use crate::sandbox::certificate::store_certificate;
use crate::sandbox::error::SandboxError;
use crate::sandbox::home::{REMOVED, TemporaryHome};
use crate::sandbox::namespace::{ADDRESS, Sandbox};

/// How a client is led to a mock.
#[derive(Clone, Copy, Debug)]
pub enum Redirection<'f> {
    /// By the variables that name endpoints.
    Env,
    /// Through the mock as its proxy.
    Proxy,
    /// By the names of hosts, behind a fence.
    Sandbox(&'f Sandbox),
}

impl Redirection<'_> {
    /// A mock that can be reached in this way; `listen` is where, if there is a choice.
    pub fn mock(self, mut config: Config, listen: SocketAddr) -> MockEcrBuilder {
        if !matches!(self, Redirection::Env) && config.tls.is_none() {
            config.tls = Some(AuthorityLocation::Memory);
        }
        match self {
            Redirection::Env | Redirection::Proxy => MockEcr::from_config(config).listen(listen),
            Redirection::Sandbox(_) => inside_the_sandbox(config),
        }
    }

    /// What to set and to remove in a client's environment.
    ///
    /// # Errors
    ///
    /// When the certificate cannot be put where clients look for it.
    pub fn variables(self, ecr: &MockEcr) -> Result<Vec<Variable>, SandboxError> {
        let certificate = ecr.ca_certificate().unwrap_or_default();
        match self {
            Redirection::Env => Ok(ecr.environment()),
            Redirection::Proxy => {
                let file = store_certificate(certificate)?;
                Ok(ecr.environment_by_name(Redirect::Proxy, &file))
            }
            Redirection::Sandbox(sandbox) => {
                let file = sandbox.configure(&ecr.host_names(), certificate)?;
                Ok(ecr.environment_by_name(Redirect::Hosts, &file))
            }
        }
    }
}

/// Every port is free there, and the names of hosts come without one. What the mock tells of itself it tells at the loopback address.
fn inside_the_sandbox(config: Config) -> MockEcrBuilder {
    let own = |port| (Ipv4Addr::LOCALHOST, port).into();
    let named = |port| (ADDRESS, port).into();
    MockEcr::from_config(config)
        .listen(own(80))
        .also_listen(own(443))
        .also_listen(named(80))
        .also_listen(named(443))
}

/// Gives a command the environment of a client: what leads it to a mock, and a home, if it is not to have its user's.
pub fn set_environment(
    command: &mut Command,
    variables: &[Variable],
    home: Option<&TemporaryHome>,
) {
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
