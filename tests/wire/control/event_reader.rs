//! A client of the streams of events.

use mock_ecr::MockEcr;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::raw::RawRequest;

/// A client that reads a stream of events.
pub(crate) struct EventReader {
    stream: TcpStream,
    /// The text that was received and not yet returned.
    unread: String,
}

impl EventReader {
    pub(crate) async fn send(ecr: &MockEcr, bytes: &[u8]) -> Self {
        let mut stream = TcpStream::connect(ecr.address()).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        let unread = String::new();
        EventReader { stream, unread }
    }

    /// Opens a stream and reads it up to the comment after which no event is missed.
    pub(crate) async fn open(ecr: &MockEcr, request: &RawRequest) -> Self {
        let mut reader = EventReader::send(ecr, &request.bytes()).await;
        let head = reader.read_until(": listening\n\n").await;
        assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
        assert!(
            head.contains("Content-Type: text/event-stream\r\n"),
            "{head}"
        );
        reader
    }

    /// Reads up to and including a text.
    pub(crate) async fn read_until(&mut self, end: &str) -> String {
        loop {
            if let Some(start) = self.unread.find(end) {
                let rest = self.unread.split_off(start + end.len());
                return std::mem::replace(&mut self.unread, rest);
            }
            let mut more = Vec::new();
            let n = self.stream.read_buf(&mut more).await.unwrap();
            assert!(n > 0, "the connection ended after {:?}", self.unread);
            self.unread += str::from_utf8(&more).unwrap();
        }
    }

    /// Returns the ID and the JSON of the next event.
    pub(crate) async fn next_event(&mut self) -> (u64, Value) {
        let text = self.read_until("}\n\n").await;
        let value = |field: &str| {
            let mut lines = text.lines();
            let line = lines.find_map(|line| line.strip_prefix(field));
            line.unwrap_or_else(|| panic!("{field} in {text}"))
                .to_owned()
        };
        assert_eq!(value("event: "), "request");
        let data = serde_json::from_str(&value("data: ")).unwrap();
        (value("id: ").parse().unwrap(), data)
    }

    /// Returns the name and the data of the next event.
    pub(crate) async fn next_named(&mut self) -> (String, Value) {
        let text = self.read_until("}\n\n").await;
        let value = |field: &str| {
            let mut lines = text.lines();
            lines.find_map(|line| line.strip_prefix(field)).unwrap()
        };
        let data = serde_json::from_str(value("data: ")).unwrap();
        (value("event: ").to_owned(), data)
    }

    /// Returns the data of the next event, which has this name.
    pub(crate) async fn next_of(&mut self, name: &str) -> Value {
        let (found, data) = self.next_named().await;
        assert_eq!(found, name, "{data}");
        data
    }

    /// Returns the rest of a stream that the mock ends.
    pub(crate) async fn rest(mut self) -> String {
        loop {
            let mut more = Vec::new();
            let n = self.stream.read_buf(&mut more).await.unwrap();
            self.unread += str::from_utf8(&more).unwrap();
            if n == 0 || self.unread.ends_with("\r\n0\r\n\r\n") {
                return self.unread;
            }
        }
    }

    /// Stops the mock and returns the rest of the stream.
    pub(crate) async fn rest_while_stopping(mut self, ecr: MockEcr) -> String {
        let (_, read) = tokio::join!(ecr.stop(), self.stream.read_to_string(&mut self.unread));
        read.unwrap();
        self.unread
    }
}
