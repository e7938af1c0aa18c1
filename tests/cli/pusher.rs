//! A client that pushes and pulls images with one layer over a socket.

use std::io::{BufRead as _, BufReader, Read as _, Result, Write};
use std::net::TcpStream;

use sha2::{Digest as _, Sha256};

use crate::mock::Mock;

/// A response of the registry.
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// An image with one layer, which is derived from the tag.
pub(crate) struct Image {
    pub(crate) tag: String,
    pub(crate) layer: Vec<u8>,
}

impl Image {
    pub(crate) fn tagged(tag: &str, size: usize) -> Self {
        let line = format!("{tag}\n");
        let layer = line.bytes().cycle().take(size).collect();
        Image {
            tag: tag.to_owned(),
            layer,
        }
    }

    pub(crate) fn manifest(&self) -> String {
        let digest = digest(&self.layer);
        let size = self.layer.len();
        format!(r#"{{"layers":[{{"digest":"{digest}","size":{size}}}]}}"#)
    }
}

pub(crate) fn digest(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

/// A connection for requests to the repository `app`, and a token.
pub(crate) struct Pusher {
    stream: TcpStream,
    token: String,
    /// Called with the length of every chunk after it was sent.
    sent: Box<dyn FnMut(usize) + Send>,
}

impl Pusher {
    pub(crate) fn new(mock: &Mock, token: &str) -> Self {
        let stream = mock.connect();
        // Otherwise each chunk waits for the acknowledgement of the previous one.
        stream.set_nodelay(true).unwrap();
        Pusher {
            stream,
            token: token.to_owned(),
            sent: Box::new(|_| ()),
        }
    }

    pub(crate) fn on_sent(mut self, sent: impl FnMut(usize) + Send + 'static) -> Self {
        self.sent = Box::new(sent);
        self
    }

    pub(crate) fn request(&mut self, method: &str, path: &str, body: &[u8]) -> Result<Response> {
        let head = format!(
            "{method} /v2/app/{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {}\r\nContent-Length: {}\r\n\r\n",
            self.token,
            body.len()
        );
        let bytes = [head.as_bytes(), body].concat();
        for chunk in bytes.chunks(1000) {
            self.stream.write_all(chunk)?;
            (self.sent)(chunk.len());
        }
        read_response(&self.stream)
    }

    /// Pushes an image and returns the response to its manifest.
    pub(crate) fn push(&mut self, image: &Image) -> Result<Response> {
        let layer = format!("blobs/uploads/?digest={}", digest(&image.layer));
        self.request("POST", &layer, &image.layer)?;
        let path = format!("manifests/{}", image.tag);
        self.request("PUT", &path, image.manifest().as_bytes())
    }

    /// Asserts that an image exists and is complete.
    #[track_caller]
    pub(crate) fn assert_has(&mut self, image: &Image) {
        let manifest = format!("manifests/{}", image.tag);
        let manifest = self.request("GET", &manifest, b"").unwrap();
        assert_eq!(manifest.status, 200, "{}", image.tag);
        assert_eq!(manifest.body, image.manifest().as_bytes(), "{}", image.tag);
        let layer = format!("blobs/{}", digest(&image.layer));
        let layer = self.request("GET", &layer, b"").unwrap();
        assert!(
            layer.status == 200 && layer.body == image.layer,
            "{}",
            image.tag
        );
    }

    /// Returns all tags.
    pub(crate) fn tags(&mut self) -> Vec<String> {
        let list = self.request("GET", "tags/list", b"").unwrap();
        let list = String::from_utf8(list.body).unwrap();
        let (_, tags) = list.split_once(r#""tags":["#).unwrap();
        let tags = tags.split('"').skip(1).step_by(2);
        tags.map(str::to_owned).collect()
    }
}

fn read_response(stream: &TcpStream) -> Result<Response> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
    let head = head.to_lowercase();
    let length = head.split("content-length: ").nth(1).unwrap();
    let length: usize = length.split("\r\n").next().unwrap().parse().unwrap();
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Response {
        status: head.split(' ').nth(1).unwrap().parse().unwrap(),
        body,
    })
}
