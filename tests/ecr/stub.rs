//! A server that gives scripted answers, one to each connection, and keeps what it was asked.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// The server; it lives as long as the test process.
pub(crate) struct Stub {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
}

/// What the server does with a connection once it has read the request.
#[derive(Clone)]
pub(crate) enum Reaction {
    /// Sends these bytes and closes.
    Send(Vec<u8>),
    /// Closes without a word.
    Close,
}

/// One request as it came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Stub {
    /// Answers every request with 200 and this body.
    pub(crate) fn answering(body: &str) -> Self {
        Self::with([reply(200, "", body)])
    }

    /// Answers the connections in turn; the last reaction is for all that follow.
    pub(crate) fn with(reactions: impl IntoIterator<Item = Reaction>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let reactions: Vec<_> = reactions.into_iter().collect();
        let seen = Arc::clone(&requests);
        thread::spawn(move || {
            for (index, stream) in listener.incoming().enumerate() {
                let reaction = reactions.get(index).or(reactions.last()).unwrap();
                serve(&stream.unwrap(), reaction, &seen);
            }
        });
        Self { address, requests }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// The one request that was made.
    #[track_caller]
    pub(crate) fn request(&self) -> Request {
        let requests = self.requests();
        assert_eq!(requests.len(), 1, "{requests:?}");
        requests[0].clone()
    }
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let (_, value) = headers.find(|(found, _)| found.eq_ignore_ascii_case(name))?;
        Some(value)
    }

    /// `KEY/REGION/SERVICE` of the signature's scope.
    #[track_caller]
    pub(crate) fn signed_by(&self) -> String {
        let authorization = self.header("authorization").unwrap();
        let (_, scope) = authorization.split_once("Credential=").unwrap();
        let parts: Vec<_> = scope.split(',').next().unwrap().split('/').collect();
        format!("{}/{}/{}", parts[0], parts[2], parts[3])
    }
}

/// An HTTP response; `headers` are whole lines.
pub(crate) fn reply(status: u16, headers: &str, body: &str) -> Reaction {
    reply_bytes(status, headers, body.as_bytes())
}

pub(crate) fn reply_bytes(status: u16, headers: &str, body: &[u8]) -> Reaction {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n"
    );
    Reaction::Send([head.as_bytes(), body].concat())
}

/// An error as ECR sends it.
pub(crate) fn refusal(status: u16, code: &str, message: &str) -> Reaction {
    let body = format!(r#"{{"__type":"{code}","message":"{message}"}}"#);
    reply(
        status,
        "Content-Type: application/x-amz-json-1.1\r\n",
        &body,
    )
}

/// Authorization data of one registry, in the form in which ECR sends it.
pub(crate) const ONE_REGISTRY: &str = r#"{"authorizationData":[{"authorizationToken":"QVdTOnBhc3N3b3Jk","expiresAt":1.448875853241E9,"proxyEndpoint":"https://012345678910.dkr.ecr.us-east-1.amazonaws.com"}]}"#;

fn serve(mut stream: &TcpStream, reaction: &Reaction, requests: &Mutex<Vec<Request>>) {
    let mut reader = BufReader::new(stream);
    let Some(request) = read_request(&mut reader) else {
        return;
    };
    requests.lock().unwrap().push(request);
    match reaction {
        // A client that has hung up shows in what it printed.
        Reaction::Send(bytes) => drop(stream.write_all(bytes)),
        Reaction::Close => {}
    }
}

fn read_request(reader: &mut impl BufRead) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|&read| read > 0)?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, target) = (words.next()?, words.next()?);
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        match line.trim_end().split_once(':') {
            Some((name, value)) => headers.push((name.to_owned(), value.trim().to_owned())),
            None => break,
        }
    }
    let mut request = Request {
        method,
        target,
        headers,
        body: String::new(),
    };
    let length = request.header("content-length").unwrap_or("0");
    let mut body = vec![0; length.parse().ok()?];
    reader.read_exact(&mut body).ok()?;
    request.body = String::from_utf8(body).ok()?;
    Some(request)
}
