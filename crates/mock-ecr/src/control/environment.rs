//! `environment`: returns the environment variables that redirect a client to the mock.

use std::collections::BTreeMap;
use std::path::PathBuf;

use futures_util::FutureExt as _;
use http::Method;
use serde::Deserialize;

use crate::client_env;
use crate::config::{Redirect, Variable};
use crate::control::error::ControlError;
use crate::control::request::ControlRequest;
use crate::control::response;
use crate::control::response::Outcome;
use crate::control::route::{Content, Route, fields, schema};
use crate::http::authority::authority;
use crate::types::Service;

pub(super) const ROUTES: [Route; 1] = [Route {
    method: Method::GET,
    path: "environment",
    summary: "Returns the environment variables that redirect a client to the mock. A variable with the value null must be removed.",
    query: &[fields::<EnvironmentParams>()],
    body: None,
    response: Content::Json(schema::<BTreeMap<String, Option<String>>>()),
    run: |request| async move { environment(&request) }.boxed(),
}];

/// How clients are redirected to the mock.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct EnvironmentParams {
    /// How requests reach the mock. `env`: endpoint variables contain the URL of the mock. `proxy`: the mock is the
    /// HTTPS proxy of the clients. `hosts`: the system resolves the AWS host names to the mock, as in a sandbox of
    /// `mock-ecr run`; this route does not configure the system. The default is `env`.
    #[serde(default)]
    redirect: RedirectName,
    /// The path of the file with the certificate that clients trust. Required if `redirect` is `proxy` or `hosts`.
    certificate: Option<PathBuf>,
    /// Returns only the endpoint variable of this service. Use it for clients that also call another emulator. The mock
    /// must implement an operation of the service, and `redirect` must be `env`.
    only: Option<Service>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
enum RedirectName {
    #[default]
    Env,
    Proxy,
    Hosts,
}

fn environment(request: &ControlRequest<'_>) -> Outcome {
    let EnvironmentParams {
        redirect,
        certificate,
        only,
    } = request.query()?;
    let (config, url) = (
        &request.state.config,
        format!("http://{}", authority(request.parts)),
    );
    let by_name = |redirect| {
        let text = "missing parameter: expected certificate=PATH, the file with the certificate that clients trust";
        let certificate = certificate.as_deref();
        let certificate = certificate.ok_or_else(|| ControlError::query("certificate", text))?;
        Ok(client_env::by_name(config, &url, redirect, certificate))
    };
    let variables = match (redirect, only) {
        (RedirectName::Env, None) => client_env::by_endpoint(config, &url),
        (RedirectName::Env, Some(service)) => vec![endpoint_of(service, &url)?],
        (_, Some(_)) => return Err(ControlError::query("only", "expected redirect=env")),
        (RedirectName::Proxy, None) => by_name(Redirect::Proxy)?,
        (RedirectName::Hosts, None) => by_name(Redirect::Hosts)?,
    };
    let variables: BTreeMap<_, _> = variables.into_iter().collect();
    response::json(&variables)
}

fn endpoint_of(service: Service, url: &str) -> Result<Variable, ControlError> {
    client_env::by_endpoint_of(service, url).ok_or_else(|| {
        let text = format!("the mock implements no operation of {service}");
        ControlError::query("only", text)
    })
}
