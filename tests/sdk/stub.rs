//! A service that fails a number of times and counts its requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

pub(crate) struct Stub {
    pub(crate) url: String,
    n_requests: Arc<AtomicUsize>,
}

impl Stub {
    /// Starts a service that returns 503 for the first `failures` requests and an empty list for the others. Each response closes its
    /// connection.
    pub(crate) async fn failing(failures: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let n_requests = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&n_requests);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let succeeds = counter.fetch_add(1, Ordering::SeqCst) >= failures;
                response(stream, succeeds).await;
            }
        });
        Stub { url, n_requests }
    }

    pub(crate) fn n_requests(&self) -> usize {
        self.n_requests.load(Ordering::SeqCst)
    }
}

async fn response(mut stream: TcpStream, succeeds: bool) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n{}") {
        let mut chunk = [0; 1024];
        let length = stream.read(&mut chunk).await.unwrap();
        assert_ne!(length, 0, "the client closed the connection");
        request.extend(&chunk[..length]);
    }
    let (status, body) = match succeeds {
        true => ("200 OK", r#"{"authorizationData":[]}"#),
        false => ("503 Service Unavailable", r#"{"__type":"ServerException"}"#),
    };
    let length = body.len();
    let response =
        format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}");
    stream.write_all(response.as_bytes()).await.unwrap();
}
