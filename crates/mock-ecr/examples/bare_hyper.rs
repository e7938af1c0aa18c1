//! The fastest that a server on hyper could answer `GetAuthorizationToken`: it reads the request and sends bytes that it already has.
//!
//! `scripts/bench` holds `mock-ecr serve` against it. Runtime, headers and length of the answer are the mock's.

use std::convert::Infallible;
use std::error::Error;
use std::io::{self, Write as _};
use std::net::Ipv4Addr;

use bytes::Bytes;
use http::{Request, Response, header};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use mock_ecr::Config;
use mock_ecr::token::{Claims, TokenIssuer};
use tokio::net::{TcpListener, TcpStream};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let mut stdout = io::stdout();
    writeln!(
        stdout,
        "bare hyper listening on http://{}",
        listener.local_addr()?
    )?;
    let body = answer();
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(converse(stream, body.clone()));
    }
}

async fn converse(stream: TcpStream, body: Bytes) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| respond(request, body.clone()));
    let connection = http1::Builder::new()
        .title_case_headers(true)
        .serve_connection(TokioIo::new(stream), service);
    // A client that goes away is no concern of this server's.
    let _ = connection.await;
}

async fn respond(
    request: Request<Incoming>,
    body: Bytes,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let _ = request.into_body().collect().await;
    let response = Response::builder()
        .header(header::CONTENT_LENGTH, body.len())
        .header(header::CONTENT_TYPE, "application/x-amz-json-1.1")
        .header("x-amzn-requestid", "0fc51d3b-5a1c-4e5b-9d1f-6f5d0c5a2b1e")
        .body(Full::new(body));
    Ok(response.expect("these are headers"))
}

/// The body that a mock of the empty configuration answers with, to one registry id.
fn answer() -> Bytes {
    let config = Config::default();
    let principal = config.default_principal().arn;
    let region = config.region.clone();
    let issued = mock_ecr::Clock::new(config.clock).now();
    let token =
        TokenIssuer::new(&config).issue(&Claims::new(principal, region, issued, config.token_ttl));
    let token = token.as_str();
    format!(
        r#"{{"authorizationData":[{{"authorizationToken":"{token}","expiresAt":1.448875853241E9,"proxyEndpoint":"https://123456789012.dkr.ecr.us-east-1.amazonaws.com"}}]}}"#
    )
    .into()
}
