//! Redirects a client to a mock.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::Command;

use mock_ecr::config::{AuthorityLocation, Redirect, Variable};
use mock_ecr::{Config, MockEcr, MockEcrBuilder};

use crate::sandbox::certificate::store_certificate;
use crate::sandbox::error::SandboxError;
use crate::sandbox::home::{REMOVED, TemporaryHome};
use crate::sandbox::namespace::{ADDRESS, Sandbox};

/// How a client is redirected to a mock.
#[derive(Clone, Copy, Debug)]
pub enum Redirection<'f> {
    /// By the variables that set endpoints.
    Env,
    /// By the variables that set a proxy, which is the mock.
    Proxy,
    /// By the sandbox, in which AWS's host names resolve to the mock.
    Sandbox(&'f Sandbox),
}

impl Redirection<'_> {
    /// Returns the builder of a mock that clients can reach in this way. It listens at `listen`, except in the sandbox, where the addresses
    /// are fixed.
    pub fn mock(self, mut config: Config, listen: SocketAddr) -> MockEcrBuilder {
        if !matches!(self, Redirection::Env) && config.tls.is_none() {
            config.tls = Some(AuthorityLocation::Memory);
        }
        match self {
            Redirection::Env | Redirection::Proxy => MockEcr::from_config(config).listen(listen),
            Redirection::Sandbox(_) => inside_the_sandbox(config),
        }
    }

    /// Returns the variables to set and to remove in the client's environment.
    ///
    /// # Errors
    ///
    /// Returns an error if the CA certificate cannot be stored.
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

/// All ports are free in the sandbox, and AWS's host names imply the ports 80 and 443. The mock's own URL has the loopback address.
fn inside_the_sandbox(config: Config) -> MockEcrBuilder {
    let own = |port| (Ipv4Addr::LOCALHOST, port).into();
    let named = |port| (ADDRESS, port).into();
    MockEcr::from_config(config)
        .listen(own(80))
        .also_listen(own(443))
        .also_listen(named(80))
        .also_listen(named(443))
}

/// Sets the environment of a client: the variables of the redirection, and the home directory if there is one.
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
