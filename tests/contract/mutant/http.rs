//! Sends one request on a new connection, through a proxy and with TLS where required.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::HeaderMap;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::error::ClientError;
use crate::{proxy, trust};

#[derive(Clone, Debug)]
pub(crate) struct Url {
    pub(crate) is_https: bool,
    pub(crate) host: String,
    pub(crate) port: u16,
    /// The path with the query.
    pub(crate) path: String,
}

impl Url {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let is_https = match scheme {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let default = if is_https { 443 } else { 80 };
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok()?),
            _ => (authority, default),
        };
        Some(Url {
            is_https,
            host: host.to_ascii_lowercase(),
            port,
            path: if path.is_empty() { "/" } else { path }.to_owned(),
        })
    }

    /// Returns the value for the `Host` header.
    pub(crate) fn authority(&self) -> String {
        let is_default = self.port == if self.is_https { 443 } else { 80 };
        match is_default {
            true => self.host.clone(),
            false => format!("{}:{}", self.host, self.port),
        }
    }

    /// Resolves the `Location` of a redirect.
    pub(crate) fn join(&self, location: &str) -> Option<Url> {
        match location.starts_with('/') {
            true => Some(Url {
                path: location.to_owned(),
                ..self.clone()
            }),
            false => Url::parse(location),
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Request<'a> {
    pub(crate) method: &'static str,
    pub(crate) url: &'a Url,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl<'a> Request<'a> {
    pub(crate) fn new(method: &'static str, url: &'a Url) -> Self {
        Request {
            method,
            url,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// Adds a header. The name must be in lower case.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Response {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Sends a request, and waits at most `limit` for the whole response.
pub(crate) async fn send(request: Request<'_>, limit: Duration) -> Result<Response, ClientError> {
    let host = request.url.authority();
    match tokio::time::timeout(limit, send_request(request)).await {
        Ok(response) => response,
        Err(_) => Err(ClientError::Network(format!("{host}: timed out"))),
    }
}

async fn send_request(request: Request<'_>) -> Result<Response, ClientError> {
    let stream = connect(request.url).await?;
    if !request.url.is_https {
        return send_on(stream, request).await;
    }
    let host = request.url.host.clone();
    let name = ServerName::try_from(host)
        .map_err(|cause| ClientError::Other(format!("{}: {cause}", request.url.host)))?;
    let connector = TlsConnector::from(trust::config()?);
    let stream = connector.connect(name, stream).await;
    let stream = stream.map_err(|cause| untrusted(request.url, &cause))?;
    send_on(stream, request).await
}

/// An invalid certificate will not become valid soon, but a broken connection is worth a retry.
fn untrusted(url: &Url, cause: &io::Error) -> ClientError {
    let text = format!("{}: TLS: {cause}", url.host);
    match cause.kind() {
        io::ErrorKind::InvalidData => ClientError::Other(text),
        _ => ClientError::Network(text),
    }
}

async fn connect(url: &Url) -> Result<TcpStream, ClientError> {
    let Some(proxy) = proxy::of(url)? else {
        return dial(url).await;
    };
    let mut stream = dial(&proxy).await?;
    let target = format!("{}:{}", url.host, url.port);
    let tunnel = tunnel(&mut stream, &target).await;
    match tunnel.map_err(|cause| ClientError::other("the proxy", &cause))? {
        true => Ok(stream),
        false => Err(ClientError::Network(format!("the proxy rejected {target}"))),
    }
}

/// Requests a tunnel. Returns whether the proxy has opened it.
async fn tunnel(stream: &mut TcpStream, target: &str) -> io::Result<bool> {
    let request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut response = Vec::new();
    while !response.ends_with(b"\r\n\r\n") && response.len() < 8192 {
        response.push(stream.read_u8().await?);
    }
    Ok(response.starts_with(b"HTTP/1.1 200") || response.starts_with(b"HTTP/1.0 200"))
}

async fn dial(url: &Url) -> Result<TcpStream, ClientError> {
    let failed = |cause: &io::Error| ClientError::other(&url.host, cause);
    let network = |cause: &io::Error| ClientError::Network(failed(cause).to_string());
    let host = url.host.trim_matches(['[', ']']);
    let found = tokio::net::lookup_host((host, url.port)).await;
    let address = found
        .map_err(|cause| network(&cause))?
        .find(is_here)
        .ok_or_else(|| {
            ClientError::Other(format!(
                "{}: connections outside this machine are not allowed",
                url.host
            ))
        })?;
    let stream = TcpStream::connect(address).await;
    stream.map_err(|cause| network(&cause))
}

/// Returns whether an address belongs to a mock or to the metadata service.
fn is_here(address: &SocketAddr) -> bool {
    match address.ip() {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_documentation() || ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_loopback(),
    }
}

async fn send_on<S>(stream: S, request: Request<'_>) -> Result<Response, ClientError>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let failed =
        |cause: hyper::Error| ClientError::Network(format!("{}: {cause}", request.url.host));
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(failed)?;
    let connection = tokio::spawn(connection);
    let headers = request.headers.iter();
    let built = headers
        .fold(hyper::Request::builder(), |built, (name, value)| {
            built.header(name, value)
        })
        .method(request.method)
        .uri(&request.url.path)
        .header("host", request.url.authority())
        .header("user-agent", "mutant/1")
        .body(Full::new(Bytes::from(request.body.clone())))
        .map_err(|cause| ClientError::Other(format!("the request is invalid: {cause}")))?;
    let (parts, body) = sender
        .send_request(built)
        .await
        .map_err(failed)?
        .into_parts();
    let body = body.collect().await.map_err(failed)?.to_bytes();
    connection.abort();
    Ok(Response {
        status: parts.status.as_u16(),
        headers: parts.headers,
        body,
    })
}
