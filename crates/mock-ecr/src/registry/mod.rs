//! Steps 3' and 4' on the registry: Docker Registry v2 and OCI Distribution under `/v2/`.
//!
//! Every route has the same door, [`auth`]; behind it there is the ping alone so far.

mod auth;
mod error;

use bytes::Bytes;
use http::request::Parts;
use http::{Method, Response, header};

use crate::ecr::Ecr;
use crate::host::Host;
use crate::journal::Exchange;
use crate::route::RegistryPath;
use crate::timestamp::Timestamp;

use error::RegistryError;
pub(crate) use error::not_found;

/// A call of the registry.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) request: &'a Parts,
    pub(crate) host: &'a Host,
    pub(crate) path: RegistryPath,
    pub(crate) now: Timestamp,
}

/// Answers a call, and notes in the exchange what came of it.
pub(crate) fn answer(ecr: &Ecr, call: &Call<'_>, exchange: &mut Exchange) -> Response<Bytes> {
    run(ecr, call, exchange).unwrap_or_else(|error| {
        exchange.error = Some(error.code());
        error.into_response(&realm(ecr, call.host))
    })
}

fn run(
    ecr: &Ecr,
    call: &Call<'_>,
    exchange: &mut Exchange,
) -> Result<Response<Bytes>, RegistryError> {
    exchange.caller = Some(auth::authenticate(ecr, call, exchange)?);
    let is_read = matches!(call.request.method, Method::GET | Method::HEAD);
    match call.path {
        RegistryPath::Ping if is_read => Ok(ping()),
        RegistryPath::Ping | RegistryPath::Other => Err(RegistryError::NotFound),
    }
}

/// That the answer has no body is `[ASSUME]`: none was recorded.
fn ping() -> Response<Bytes> {
    Response::builder()
        .header(error::API_VERSION, "registry/2.0")
        .header(header::CONTENT_TYPE, error::PLAIN_TEXT)
        .header(header::CONTENT_LENGTH, 0)
        .body(Bytes::new())
        .expect("the headers are constants")
}

/// The registry that a challenge names: the one of the host, or on a bare address the default account's.
fn realm(ecr: &Ecr, host: &Host) -> String {
    let world = &ecr.world;
    match host {
        Host::Registry { account, region } => ecr.proxy_endpoint(*account, region),
        _ => ecr.proxy_endpoint(world.default_account(), &world.region),
    }
}
