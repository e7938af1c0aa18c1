//! `/_mock/`: what the mock tells of itself, and nobody but those on its own machine.

use std::collections::BTreeMap;
use std::path::Path;

use bytes::Bytes;
use http::request::Parts;
use http::uri::Authority;
use http::{HeaderName, Method, Response, StatusCode, header};

use crate::ecr::Ecr;
use crate::environment::{self, Redirect};
use crate::journal::Exchange;
use crate::query;
use crate::route::authority;
use crate::tls::Tls;
use crate::token::Claims;

/// The path that it begins with.
pub(crate) const PREFIX: &str = "/_mock/";

/// Answers a request about the mock itself.
pub(crate) fn answer(ecr: &Ecr, request: &Parts, exchange: &mut Exchange) -> Response<Bytes> {
    match run(ecr, request) {
        Ok(response) => response,
        Err(refusal) => {
            exchange.error = Some(refusal.code());
            refusal.into_response()
        }
    }
}

fn run(ecr: &Ecr, request: &Parts) -> Result<Response<Bytes>, Refusal> {
    admit(ecr, request)?;
    let path = request.uri.path();
    let resource = path.strip_prefix(PREFIX).unwrap_or_default();
    match (&request.method, resource) {
        (&Method::GET, "ca.pem") => certificate(ecr),
        (&Method::GET, "environment") => environment(ecr, request),
        (&Method::POST, "tokens") => Ok(mint(ecr)),
        (_, "ca.pem" | "environment" | "tokens") => Err(Refusal::MethodNotAllowed),
        _ => Err(Refusal::NotFound),
    }
}

/// Lets in who calls the mock from its own machine, by a name that can mean nothing else, and not from a page of somebody's.
fn admit(ecr: &Ecr, request: &Parts) -> Result<(), Refusal> {
    let host = authority(request).parse::<Authority>();
    let is_loopback = host.is_ok_and(|host| is_loopback(host.host()));
    if !is_loopback
        || !ecr
            .addresses()
            .iter()
            .all(|address| address.ip().is_loopback())
    {
        return Err(Refusal::NotLocal);
    }
    let site = request.headers.get(SEC_FETCH_SITE);
    let crosses = site.is_some_and(|site| site != "same-origin" && site != "none");
    if crosses || request.headers.contains_key(header::ORIGIN) {
        return Err(Refusal::CrossSite);
    }
    Ok(())
}

/// A name under `localhost` is one of the machine's own (RFC 6761, section 6.3).
fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    let is_address = |address: std::net::IpAddr| address.is_loopback();
    let name = host.to_ascii_lowercase();
    address.parse().is_ok_and(is_address) || name == "localhost" || name.ends_with(".localhost")
}

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

fn certificate(ecr: &Ecr) -> Result<Response<Bytes>, Refusal> {
    let pem = ecr.tls.as_ref().map(Tls::certificate);
    let pem = pem.ok_or(Refusal::NoTls)?.to_owned();
    Ok(respond(StatusCode::OK, "application/x-pem-file", pem))
}

/// The variables that lead a client here, as JSON; null stands for those that must be removed.
fn environment(ecr: &Ecr, request: &Parts) -> Result<Response<Bytes>, Refusal> {
    let query = request.uri.query().unwrap_or_default();
    let redirect = query::value(query, "redirect");
    let url = format!("http://{}", authority(request));
    let certificate = query::value(query, "certificate");
    let named = |redirect| {
        let certificate = certificate.as_deref().ok_or(Refusal::NoCertificate)?;
        let certificate = Path::new(certificate);
        Ok(environment::by_name(
            &ecr.world,
            &url,
            redirect,
            certificate,
        ))
    };
    let variables = match redirect.as_deref() {
        None | Some("env") => environment::of(&ecr.world, &url),
        Some("proxy") => named(Redirect::Proxy)?,
        Some("hosts") => named(Redirect::Hosts)?,
        Some(_) => return Err(Refusal::UnknownRedirect),
    };
    let variables: BTreeMap<_, _> = variables.into_iter().collect();
    let json = serde_json::to_string(&variables).expect("texts are JSON");
    Ok(respond(StatusCode::OK, JSON, json))
}

/// A token of the first principal, as if it had asked for one now.
fn mint(ecr: &Ecr) -> Response<Bytes> {
    let claims = Claims::new(
        ecr.world.default_principal().arn,
        ecr.world.region.clone(),
        ecr.clock.now(),
        ecr.world.token_life,
    );
    let token = ecr.tokens.mint(&claims);
    let json = serde_json::json!({ "authorizationToken": token.as_str() });
    respond(StatusCode::OK, JSON, json.to_string())
}

const JSON: &str = "application/json";

enum Refusal {
    NotLocal,
    CrossSite,
    MethodNotAllowed,
    NotFound,
    NoTls,
    NoCertificate,
    UnknownRedirect,
}

impl Refusal {
    fn code(&self) -> &'static str {
        match self {
            Refusal::NotLocal => "NOT_LOCAL",
            Refusal::CrossSite => "CROSS_SITE",
            Refusal::MethodNotAllowed => "METHOD_NOT_ALLOWED",
            Refusal::NotFound => "NOT_FOUND",
            Refusal::NoTls => "NO_TLS",
            Refusal::NoCertificate | Refusal::UnknownRedirect => "BAD_QUERY",
        }
    }

    fn into_response(self) -> Response<Bytes> {
        let (status, text) = match self {
            Refusal::NotLocal => (
                StatusCode::FORBIDDEN,
                "the mock tells of itself only where it listens on a loopback address, and by the name of one",
            ),
            Refusal::CrossSite => (StatusCode::FORBIDDEN, "pages of a browser are not told"),
            Refusal::MethodNotAllowed => (
                StatusCode::METHOD_NOT_ALLOWED,
                "this is read with GET, and made with POST",
            ),
            Refusal::NotFound => (
                StatusCode::NOT_FOUND,
                "under /_mock/ there are ca.pem, environment and tokens",
            ),
            Refusal::NoTls => (
                StatusCode::NOT_FOUND,
                "the mock speaks no TLS; start it with --tls",
            ),
            Refusal::NoCertificate => (
                StatusCode::BAD_REQUEST,
                "certificate=PATH is missing: the file that clients are to trust",
            ),
            Refusal::UnknownRedirect => {
                (StatusCode::BAD_REQUEST, "redirect is env, proxy or hosts")
            }
        };
        let json = serde_json::json!({ "error": text }).to_string();
        respond(status, JSON, json)
    }
}

fn respond(status: StatusCode, content_type: &'static str, text: String) -> Response<Bytes> {
    Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, content_type)
        .header(header::CONTENT_LENGTH, text.len())
        .header(header::CACHE_CONTROL, "no-store")
        .body(text.into())
        .expect("the headers are constants")
}
