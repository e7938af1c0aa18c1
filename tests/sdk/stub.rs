//! A service that is unwell: it answers as it is told, and counts.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

pub(crate) struct Stub {
    pub(crate) url: String,
    answered: Arc<AtomicUsize>,
}

impl Stub {
    /// Answers the first `failures` requests with 503, the others with an empty list; each on its own connection.
    pub(crate) async fn failing(failures: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let answered = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&answered);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let is_well = counter.fetch_add(1, Ordering::SeqCst) >= failures;
                answer(stream, is_well).await;
            }
        });
        Stub { url, answered }
    }

    pub(crate) fn answered(&self) -> usize {
        self.answered.load(Ordering::SeqCst)
    }
}

async fn answer(mut stream: TcpStream, is_well: bool) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n{}") {
        let mut chunk = [0; 1024];
        let length = stream.read(&mut chunk).await.unwrap();
        assert_ne!(length, 0, "the client hung up");
        request.extend(&chunk[..length]);
    }
    let (status, body) = match is_well {
        true => ("200 OK", r#"{"authorizationData":[]}"#),
        false => ("503 Service Unavailable", r#"{"__type":"ServerException"}"#),
    };
    let length = body.len();
    let answer =
        format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}");
    stream.write_all(answer.as_bytes()).await.unwrap();
}
