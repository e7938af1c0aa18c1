//! `environment`: what leads a client here.

use std::collections::BTreeMap;
use std::path::PathBuf;

use futures_util::FutureExt as _;
use http::Method;
use serde::Deserialize;

use crate::client_env;
use crate::config::Redirect;
use crate::control::error::ControlError;
use crate::control::request::ControlRequest;
use crate::control::response;
use crate::control::response::Outcome;
use crate::control::route::{Content, Route, fields, schema};
use crate::http::authority::authority;

pub(super) const ROUTES: [Route; 1] = [Route {
    method: Method::GET,
    path: "environment",
    summary: "The variables that lead clients here; null stands for one that must be removed.",
    query: &[fields::<EnvironmentParams>()],
    body: None,
    response: Content::Json(schema::<BTreeMap<String, Option<String>>>()),
    run: |request| async move { environment(&request) }.boxed(),
}];

/// How clients are led here.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct EnvironmentParams {
    /// By the variables that name endpoints, through the mock as their proxy, or by the names of hosts.
    #[serde(default)]
    redirect: RedirectName,
    /// The file that clients are to trust; needed by `proxy` and `hosts`.
    certificate: Option<PathBuf>,
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
    } = request.query()?;
    let (config, url) = (
        &request.ecr.config,
        format!("http://{}", authority(request.parts)),
    );
    let by_name = |redirect| {
        let text = "certificate=PATH is missing: the file that clients are to trust";
        let certificate = certificate.as_deref();
        let certificate = certificate.ok_or_else(|| ControlError::query("certificate", text))?;
        Ok(client_env::by_name(config, &url, redirect, certificate))
    };
    let variables = match redirect {
        RedirectName::Env => client_env::by_endpoint(config, &url),
        RedirectName::Proxy => by_name(Redirect::Proxy)?,
        RedirectName::Hosts => by_name(Redirect::Hosts)?,
    };
    let variables: BTreeMap<_, _> = variables.into_iter().collect();
    response::json(&variables)
}
