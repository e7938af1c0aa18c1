//! A minimal HTTP client, so that the demo prints requests and responses as they were sent.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use crate::Error;

pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    pub(crate) target: &'a str,
    pub(crate) host: &'a str,
    pub(crate) token: Option<&'a str>,
    /// The media type of the body and its bytes.
    pub(crate) body: Option<(&'a str, &'a [u8])>,
}

pub(crate) struct Response {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Request<'_> {
    pub(crate) fn send(&self, to: SocketAddr) -> Result<Response, Error> {
        let mut stream = TcpStream::connect(to)?;
        stream.write_all(self.head().as_bytes())?;
        let (_, body) = self.body.unwrap_or_default();
        stream.write_all(body)?;
        let mut response = Vec::new();
        stream.read_to_end(&mut response)?;
        Response::parse(&response)
    }

    fn head(&self) -> String {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        head += &format!("Host: {}\r\nConnection: close\r\n", self.host);
        if let Some(token) = self.token {
            head += &format!("Authorization: Basic {token}\r\n");
        }
        if let Some((media_type, body)) = self.body {
            let length = body.len();
            head += &format!("Content-Type: {media_type}\r\nContent-Length: {length}\r\n");
        }
        head + "\r\n"
    }
}

impl Response {
    fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        let end = end.ok_or("the response has no end of its headers")?;
        Ok(Response {
            head: String::from_utf8(bytes[..end].to_vec())?,
            body: bytes[end + 4..].to_vec(),
        })
    }

    pub(crate) fn has_status(&self, status: u16) -> bool {
        self.head.starts_with(&format!("HTTP/1.1 {status} "))
    }

    pub(crate) fn status_line(&self) -> &str {
        self.head.lines().next().unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.head.lines().skip(1).flat_map(|l| l.split_once(": "));
        let found = headers.find(|(is, _)| is.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value)
    }
}
