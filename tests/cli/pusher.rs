//! A client that pushes and pulls images of one layer, byte for byte.

use std::io::{BufRead as _, BufReader, Read as _, Result, Write};
use std::net::TcpStream;

use sha2::{Digest as _, Sha256};

use crate::mock::Mock;

/// An answer of the registry.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// An image whose one layer follows from its tag.
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

/// One connection to the repository `app`, and the token that opens it.
pub(crate) struct Pusher {
    stream: TcpStream,
    token: String,
    /// Called after every piece that is sent, with its length.
    sent: Box<dyn FnMut(usize) + Send>,
}

impl Pusher {
    pub(crate) fn new(mock: &Mock, token: &str) -> Self {
        let stream = mock.connect();
        // What is sent in pieces would wait for each to be acknowledged.
        stream.set_nodelay(true).unwrap();
        Pusher {
            stream,
            token: token.to_owned(),
            sent: Box::new(|_| ()),
        }
    }

    pub(crate) fn watched(mut self, sent: impl FnMut(usize) + Send + 'static) -> Self {
        self.sent = Box::new(sent);
        self
    }

    pub(crate) fn request(&mut self, method: &str, path: &str, body: &[u8]) -> Result<Answer> {
        let head = format!(
            "{method} /v2/app/{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {}\r\nContent-Length: {}\r\n\r\n",
            self.token,
            body.len()
        );
        let bytes = [head.as_bytes(), body].concat();
        for piece in bytes.chunks(1000) {
            self.stream.write_all(piece)?;
            (self.sent)(piece.len());
        }
        read_answer(&self.stream)
    }

    /// Pushes an image; true once the registry has said that it has it.
    pub(crate) fn push(&mut self, image: &Image) -> Result<Answer> {
        let layer = format!("blobs/uploads/?digest={}", digest(&image.layer));
        self.request("POST", &layer, &image.layer)?;
        let path = format!("manifests/{}", image.tag);
        self.request("PUT", &path, image.manifest().as_bytes())
    }

    /// Asserts that an image is there, whole.
    #[track_caller]
    pub(crate) fn has(&mut self, image: &Image) {
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

    /// All tags.
    pub(crate) fn tags(&mut self) -> Vec<String> {
        let list = self.request("GET", "tags/list", b"").unwrap();
        let list = String::from_utf8(list.body).unwrap();
        let (_, tags) = list.split_once(r#""tags":["#).unwrap();
        let tags = tags.split('"').skip(1).step_by(2);
        tags.map(str::to_owned).collect()
    }
}

fn read_answer(stream: &TcpStream) -> Result<Answer> {
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
    Ok(Answer {
        status: head.split(' ').nth(1).unwrap().parse().unwrap(),
        body,
    })
}
