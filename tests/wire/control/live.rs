//! `/_mock/requests/wait` and `/_mock/requests/stream`.

use mock_ecr::MockEcr;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::answer::Answer;
use crate::control::{ask, is_rejected, told};
use crate::raw::{RawRequest, frozen};

#[tokio::test]
async fn a_wait_is_answered_when_enough_has_come() {
    let ecr = frozen().await;
    RawRequest::ping("GET").to(&ecr).await;
    let wait = ask("GET", "requests/wait?status=401&count=2&timeout=10m");
    let (told, _) = tokio::join!(told(&wait, &ecr), async {
        RawRequest::new("GET", "/favicon.ico").to(&ecr).await;
        RawRequest::ping("HEAD").to(&ecr).await
    });
    assert_eq!(told["matched"], 2);
    assert_eq!(told["requests"][1]["method"], "HEAD");
}

#[tokio::test]
async fn a_wait_in_vain_is_rejected() {
    let wait = ask("GET", "requests/wait?timeout=1ms");
    let said = "received 0 of 1 expected requests within 1ms";
    is_rejected(&wait.answer().await, 504, "WAIT_TIMEOUT", None, said);
    let long = ask("GET", "requests/wait?timeout=11m").answer().await;
    is_rejected(&long, 400, "BAD_QUERY", Some("timeout"), "at most 10m");
}

#[tokio::test]
async fn a_mock_that_stops_ends_a_wait() {
    let ecr = frozen().await;
    // Whoever has the answer to the first of two requests in one packet knows that the second was read.
    let wait = ask("GET", "requests/wait?count=9&timeout=10m");
    let both = [RawRequest::ping("GET").bytes(), wait.bytes()].concat();
    let mut waiting = Listener::send(&ecr, &both).await;
    waiting.until("HTTP/1.1 401").await;
    let rest = waiting.last_words(ecr).await;
    let start = rest
        .find("HTTP/1.1 503")
        .unwrap_or_else(|| panic!("{rest}"));
    let answer = Answer::parse(&rest.as_bytes()[start..]);
    is_rejected(&answer, 503, "STOPPING", None, "the mock is stopping");
}

/// Someone who reads along.
struct Listener {
    stream: TcpStream,
    /// What has come and was not looked at.
    come: String,
}

impl Listener {
    async fn send(ecr: &MockEcr, bytes: &[u8]) -> Self {
        let mut stream = TcpStream::connect(ecr.address()).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        let come = String::new();
        Listener { stream, come }
    }

    /// Someone who misses nothing from now on.
    async fn listen(ecr: &MockEcr, request: &RawRequest) -> Self {
        let mut listener = Listener::send(ecr, &request.bytes()).await;
        let head = listener.until(": listening\n\n").await;
        assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
        assert!(
            head.contains("Content-Type: text/event-stream\r\n"),
            "{head}"
        );
        listener
    }

    /// What comes until a text, and with it.
    async fn until(&mut self, end: &str) -> String {
        loop {
            if let Some(start) = self.come.find(end) {
                let rest = self.come.split_off(start + end.len());
                return std::mem::replace(&mut self.come, rest);
            }
            let mut more = Vec::new();
            let n = self.stream.read_buf(&mut more).await.unwrap();
            assert!(n > 0, "it has ended after {:?}", self.come);
            self.come += str::from_utf8(&more).unwrap();
        }
    }

    /// The number and the JSON of the next event.
    async fn event(&mut self) -> (u64, Value) {
        let text = self.until("}\n\n").await;
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

    /// All that comes while the mock stops.
    async fn last_words(mut self, ecr: MockEcr) -> String {
        let (_, read) = tokio::join!(ecr.stop(), self.stream.read_to_string(&mut self.come));
        read.unwrap();
        self.come
    }
}

#[tokio::test]
async fn a_stream_tells_of_requests_as_they_come() {
    let ecr = frozen().await;
    RawRequest::ping("GET").to(&ecr).await;
    let mut stream = Listener::listen(&ecr, &ask("GET", "requests/stream?service=registry")).await;
    RawRequest::token_call().signed().to(&ecr).await;
    RawRequest::ping("HEAD").to(&ecr).await;
    let (first, entry) = stream.event().await;
    assert_eq!(
        (&entry["method"], &entry["status"]),
        (&"HEAD".into(), &401.into())
    );
    ecr.clear_requests();
    RawRequest::ping("GET").to(&ecr).await;
    let (second, entry) = stream.event().await;
    assert_eq!(entry["method"], "GET");
    assert_eq!(
        second,
        first + 1,
        "a request log that was cleared counts on"
    );
}

#[tokio::test]
async fn a_stream_goes_on_where_another_has_ended() {
    let ecr = frozen().await;
    let mut stream = Listener::listen(&ecr, &ask("GET", "requests/stream")).await;
    RawRequest::ping("GET").to(&ecr).await;
    let (id, _) = stream.event().await;
    drop(stream);
    RawRequest::ping("HEAD").to(&ecr).await;
    let again = ask("GET", "requests/stream").with("Last-Event-ID", &id.to_string());
    let mut stream = Listener::listen(&ecr, &again).await;
    let (_, entry) = stream.event().await;
    assert_eq!(entry["method"], "HEAD");

    let wrong = ask("GET", "requests/stream").with("Last-Event-ID", "x");
    is_rejected(
        &wrong.to(&ecr).await,
        400,
        "BAD_HEADER",
        None,
        "the ID of an event",
    );
}

#[tokio::test]
async fn a_stream_that_has_missed_requests_says_so() {
    let ecr = frozen().await;
    RawRequest::ping("GET").to(&ecr).await;
    RawRequest::ping("GET").to(&ecr).await;
    ecr.clear_requests();
    let late = ask("GET", "requests/stream").with("Last-Event-ID", "0");
    let mut stream = Listener::listen(&ecr, &late).await;
    let missed = stream.until("}\n\n").await;
    assert!(
        missed.contains("event: missed\ndata: {\"missed\":1}\n\n"),
        "{missed}"
    );
}

#[tokio::test]
async fn a_mock_that_stops_ends_a_stream_as_a_whole() {
    let ecr = frozen().await;
    let stream = Listener::listen(&ecr, &ask("GET", "requests/stream")).await;
    // The last chunk: what is cut has none.
    let rest = stream.last_words(ecr).await;
    assert_eq!(rest.trim_start(), "0\r\n\r\n");
}
