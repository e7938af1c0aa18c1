//! `mock-ecr serve`: runs a mock until a signal stops it.

use std::ffi::OsStr;
use std::io::{self, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::ExitCode;

use mock_ecr::MockEcr;
use mock_ecr::config::{ProxyEndpoint, Secret};
use tokio::runtime::Runtime;

use crate::args::ServeOptions;
use crate::control_key;
#[cfg(unix)]
use crate::descriptors;
use crate::error::Error;
use crate::listen::listen;
use crate::signal::Signals;
use crate::start::start;

pub(crate) fn serve(options: ServeOptions) -> Result<ExitCode, Error> {
    let address = options.listen.address();
    let generated = generated_key(&options, address)?;
    let mut config = options.config.config()?;
    config.control_key = options.control.control_key.or(generated.clone());
    config.proxy_endpoint.get_or_insert(ProxyEndpoint::Mock);
    #[cfg(unix)]
    descriptors::prepare(&mut config.limits);
    let runtime = Runtime::new().map_err(Error::system("cannot start the async runtime"))?;
    runtime.block_on(async {
        let mut signals = Signals::stopping()?;
        let builder = listen(MockEcr::from_config(config), address);
        let ecr = start(builder, &mut signals).await?;
        announce(&ecr, generated.as_ref()).map_err(Error::system("cannot write to stdout"))?;
        signals.next().await;
        // A second signal ends the process without waiting for requests in flight, or for a database that does not respond.
        tokio::select! {
            () = ecr.stop() => Ok(ExitCode::SUCCESS),
            _ = signals.next() => std::process::exit(0),
        }
    })
}

/// Returns a random control key if the mock is reachable from other machines and no key is set.
fn generated_key(options: &ServeOptions, address: SocketAddr) -> Result<Option<Secret>, Error> {
    if options.control.control_key.is_some() || address.ip().is_loopback() {
        return Ok(None);
    }
    control_key::random().map(Some)
}

/// Prints the URL as the first line on stdout, and the next steps to stderr. The mock accepts connections before the
/// first line is printed.
fn announce(ecr: &MockEcr, generated: Option<&Secret>) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "mock-ecr listening on {}", ecr.url())?;
    stdout.flush()?;
    // If stderr is closed, the mock is still usable.
    let variable = std::env::var_os("MOCK_ECR_URL");
    let steps = next_steps(ecr.address(), generated, variable.as_deref());
    let _ = io::stderr().write_all(steps.as_bytes());
    Ok(())
}

/// Returns how to use the mock: the generated control key if there is one, how to redirect clients, and where the
/// console and the documentation are. A key of the user is not printed. `variable` is the value of `MOCK_ECR_URL`, which has precedence over the default value of `--url`.
fn next_steps(address: SocketAddr, generated: Option<&Secret>, variable: Option<&OsStr>) -> String {
    let host = reachable(address);
    let (key, url) = match generated {
        Some(key) => {
            let key = key.expose();
            let line = format!("control key:    export MOCK_ECR_URL=http://{key}@{host}\n");
            (line, String::new())
        }
        None if address == DEFAULT_ADDRESS && variable.is_none() => (String::new(), String::new()),
        None => (String::new(), format!(" --url http://{host}")),
    };
    // The page removes the key from the address, and a browser does not send this part of an address.
    let fragment = generated.map_or(String::new(), |key| format!("#key={}", key.expose()));
    format!(
        "{key}clients:        eval \"$(mock-ecr env{url})\"\n\
         console:        http://{host}/_mock/ui/{fragment}\n\
         documentation:  mock-ecr help\n"
    )
}

/// Returns an address of this machine on which a mock is reachable that listens on `address`.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    address
}

/// The address of the default value of `--url`.
const DEFAULT_ADDRESS: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 4566);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_steps_contain_an_address_that_clients_reach() {
        let steps = |address: &str| next_steps(address.parse().unwrap(), None, None);
        assert!(steps("127.0.0.1:4566").contains("$(mock-ecr env)"));
        let other = OsStr::new("http://127.0.0.1:1");
        let overridden = next_steps(DEFAULT_ADDRESS, None, Some(other));
        assert!(overridden.contains("$(mock-ecr env --url http://127.0.0.1:4566)"));
        for (address, url) in [
            ("127.0.0.1:1", "http://127.0.0.1:1"),
            ("0.0.0.0:4566", "http://127.0.0.1:4566"),
            ("[::]:4566", "http://[::1]:4566"),
            ("192.0.2.1:1", "http://192.0.2.1:1"),
        ] {
            let steps = steps(address);
            let command = format!("$(mock-ecr env --url {url})");
            assert!(steps.contains(&command), "{steps}");
            assert!(steps.contains(&format!(" {url}/_mock/ui/\n")), "{steps}");
        }
    }

    #[test]
    fn the_next_steps_contain_a_generated_key_for_commands_and_for_the_console() {
        let key = Secret::from("k3y".to_owned());
        let steps = next_steps(([0, 0, 0, 0], 4566).into(), Some(&key), None);
        let export = "control key:    export MOCK_ECR_URL=http://k3y@127.0.0.1:4566\n";
        assert!(steps.starts_with(export), "{steps}");
        let console = "console:        http://127.0.0.1:4566/_mock/ui/#key=k3y\n";
        assert!(steps.contains(console), "{steps}");
        assert_eq!(steps.matches("k3y").count(), 2);
        assert!(steps.contains("$(mock-ecr env)"), "{steps}");
    }
}
