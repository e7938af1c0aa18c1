//! A minimal server on hyper as a baseline for `GetAuthorizationToken`: it reads the request and sends a constant response.
//!
//! `scripts/bench` compares `mock-ecr serve` with it. The runtime, the headers and the length of the response are those of the mock.

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
    let body = response_body();
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(serve(stream, body.clone()));
    }
}

async fn serve(stream: TcpStream, body: Bytes) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| respond(request, body.clone()));
    let connection = http1::Builder::new()
        .title_case_headers(true)
        .serve_connection(TokioIo::new(stream), service);
    // An error means that the client has closed the connection.
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
    Ok(response.expect("valid headers"))
}

/// Returns the body of the response of a mock with the default configuration.
fn response_body() -> Bytes {
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
