//! Redirects a client to a mock.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::Command;

use mock_ecr::config::{CaLocation, Redirect, Variable};
use mock_ecr::{Config, MockEcr, MockEcrBuilder};

use crate::sandbox::Sandbox;
use crate::sandbox::addresses::ADDRESS;
use crate::sandbox::certificate::store_certificate;
use crate::sandbox::error::SandboxError;
use crate::sandbox::home::{REMOVED, TemporaryHome};

/// A way to redirect a client to a mock. It configures the mock and returns the client's environment variables.
///
/// Three types are similar:
///
/// - [`RedirectMode`](crate::RedirectMode) is a value of the option `--redirect` and of scenario files. It contains only the name.
/// - `Redirection` also contains the [`Sandbox`] that the process has entered, so it can redirect a client.
/// - [`mock_ecr::config::Redirect`] selects the variables that [`MockEcr::environment_by_name`] returns. Its variant `Hosts` is used for
///   [`Redirection::Sandbox`].
#[derive(Clone, Copy, Debug)]
pub enum Redirection<'f> {
    /// By environment variables that set endpoint URLs.
    Env,
    /// By environment variables that set the mock as the HTTPS proxy.
    Proxy,
    /// By the sandbox. In the sandbox, AWS's host names resolve to the mock.
    Sandbox(&'f Sandbox),
}

impl Redirection<'_> {
    /// Returns the builder of a mock that can be reached by this redirection.
    ///
    /// The mock listens on `listen`. With [`Redirection::Sandbox`], `listen` is ignored, and the mock listens on the ports 80 and 443 of
    /// 127.0.0.1 and 198.51.100.1.
    ///
    /// Except with [`Redirection::Env`], TLS is enabled: if the configuration does not set a CA, the mock uses a CA in memory.
    pub fn mock(self, mut config: Config, listen: SocketAddr) -> MockEcrBuilder {
        if !matches!(self, Redirection::Env) && config.tls.is_none() {
            config.tls = Some(CaLocation::Memory);
        }
        match self {
            Redirection::Env | Redirection::Proxy => MockEcr::from_config(config).listen(listen),
            Redirection::Sandbox(_) => inside_the_sandbox(config),
        }
    }

    /// Returns the environment variables to set and to remove for the client.
    ///
    /// With [`Redirection::Proxy`], the CA certificate of the mock is stored by [`store_certificate`]. With [`Redirection::Sandbox`], the
    /// sandbox is configured by [`Sandbox::configure`] with the host names and the CA certificate of the mock. [`Redirection::Env`] has no
    /// side effects.
    ///
    /// # Errors
    ///
    /// Returns an error if the CA certificate cannot be stored, or if the sandbox cannot be configured.
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

/// Clients connect to AWS's host names on the ports 80 and 443, which are free in the sandbox. The URL of the mock contains the loopback
/// address.
fn inside_the_sandbox(config: Config) -> MockEcrBuilder {
    let own = |port| (Ipv4Addr::LOCALHOST, port).into();
    let named = |port| (ADDRESS, port).into();
    MockEcr::from_config(config)
        .listen(own(80))
        .also_listen(own(443))
        .also_listen(named(80))
        .also_listen(named(443))
}

/// Sets the environment of a client's command.
///
/// Sets or removes `variables`, which [`Redirection::variables`] returns. If `home` is not `None`, also sets
/// [`TemporaryHome::variables`] and removes `REGISTRY_AUTH_FILE`, `DOCKER_AUTH_CONFIG` and `DOCKER_HOST`.
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
