//! A server with scripted reactions, one for each request. It records the requests.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::net::{AddressFamily, SocketType, bind, getsockname, socket};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// The server. It stops when it is dropped.
pub(crate) struct Stub {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
    stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// How the server reacts to a request. Then it closes the connection.
#[derive(Clone)]
pub(crate) enum Reaction {
    /// Sends these bytes.
    Send(Vec<u8>),
    /// Closes without a response.
    Close,
    /// Resets the connection.
    Reset,
    /// Sends these bytes, and then nothing until the client closes the connection.
    Stall(Vec<u8>),
    /// Sends these bytes after a delay.
    Delay(Duration, Vec<u8>),
}

/// A received request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Stub {
    /// Starts a server that responds to each request with 200 and this body.
    pub(crate) fn responding(body: &str) -> Self {
        Self::with([response(200, "", body)])
    }

    /// Starts a server with one reaction for each request. The last reaction is repeated.
    pub(crate) fn with(reactions: impl IntoIterator<Item = Reaction>) -> Self {
        Self::start(None, reactions.into_iter().collect())
    }

    /// Starts a server like [`Stub::with`] with TLS.
    pub(crate) fn with_tls(tls: Arc<ServerConfig>, reactions: Vec<Reaction>) -> Self {
        Self::start(Some(tls), reactions)
    }

    fn start(tls: Option<Arc<ServerConfig>>, reactions: Vec<Reaction>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let stopped = Arc::new(AtomicBool::new(false));
        let (request_log, stop_flag) = (Arc::clone(&requests), Arc::clone(&stopped));
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                let request = accept(&stream.unwrap(), tls.as_ref(), &reactions, &request_log);
                if request.is_none() && stop_flag.load(Ordering::SeqCst) {
                    break;
                }
            }
        });
        Self {
            address,
            requests,
            stopped,
            thread: Some(thread),
        }
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// Returns the only request.
    #[track_caller]
    pub(crate) fn request(&self) -> Request {
        let requests = self.requests();
        assert_eq!(requests.len(), 1, "{requests:?}");
        requests[0].clone()
    }

    /// Stops the server and returns the requests of clients that have exited.
    pub(crate) fn finish(mut self) -> Vec<Request> {
        self.stop();
        self.thread.take().unwrap().join().unwrap();
        self.requests()
    }

    fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
        // The server waits for a connection and stops at one without a request. Earlier connections are served first.
        drop(TcpStream::connect(self.address));
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        if self.thread.is_some() {
            self.stop();
        }
    }
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let (_, value) = headers.find(|(found, _)| found.eq_ignore_ascii_case(name))?;
        Some(value)
    }

    /// Returns `KEY/REGION/SERVICE` of the signature's scope.
    #[track_caller]
    pub(crate) fn signed_by(&self) -> String {
        self.scope().unwrap()
    }

    /// Returns the same, or `None` for a request without a signature.
    pub(crate) fn scope(&self) -> Option<String> {
        let (_, scope) = self.header("authorization")?.split_once("Credential=")?;
        let parts: Vec<_> = scope.split(',').next()?.split('/').collect();
        let [key, _date, region, service, _] = parts[..] else {
            return None;
        };
        Some(format!("{key}/{region}/{service}"))
    }
}

/// Binds a socket that does not listen: the system rejects connections, and no other program can use the port.
pub(crate) fn bind_port() -> (OwnedFd, SocketAddr) {
    let socket = socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
    bind(&socket, &SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap();
    let address = SocketAddr::try_from(getsockname(&socket).unwrap()).unwrap();
    (socket, address)
}

/// Returns a complete HTTP response. `headers` are complete lines.
pub(crate) fn response(status: u16, headers: &str, body: &str) -> Reaction {
    response_bytes(status, headers, body.as_bytes())
}

pub(crate) fn response_bytes(status: u16, headers: &str, body: &[u8]) -> Reaction {
    Reaction::Send([head(status, headers, body.len()).as_bytes(), body].concat())
}

/// Returns the head of an HTTP response.
pub(crate) fn head(status: u16, headers: &str, length: usize) -> String {
    format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n")
}

/// Returns an error response in the form of ECR.
pub(crate) fn error_response(status: u16, code: &str, message: &str) -> Reaction {
    let body = format!(r#"{{"__type":"{code}","message":"{message}"}}"#);
    response(
        status,
        "Content-Type: application/x-amz-json-1.1\r\n",
        &body,
    )
}

/// Authorization data of one registry in the form of ECR.
pub(crate) const ONE_REGISTRY: &str = r#"{"authorizationData":[{"authorizationToken":"QVdTOnBhc3N3b3Jk","expiresAt":1.448875853241E9,"proxyEndpoint":"https://012345678910.dkr.ecr.us-east-1.amazonaws.com"}]}"#;

/// Returns `None` if no request was received.
fn accept(
    socket: &TcpStream,
    tls: Option<&Arc<ServerConfig>>,
    reactions: &[Reaction],
    requests: &Mutex<Vec<Request>>,
) -> Option<()> {
    match tls {
        None => serve(socket, socket, reactions, requests),
        Some(config) => {
            let session = ServerConnection::new(Arc::clone(config)).unwrap();
            let stream = StreamOwned::new(session, socket);
            serve(socket, stream, reactions, requests)
        }
    }
}

fn serve(
    socket: &TcpStream,
    stream: impl Read + Write,
    reactions: &[Reaction],
    requests: &Mutex<Vec<Request>>,
) -> Option<()> {
    let mut stream = BufReader::new(stream);
    let request = read_request(&mut stream)?;
    let index = {
        let mut requests = requests.lock().unwrap();
        requests.push(request);
        requests.len() - 1
    };
    let reaction = reactions.get(index).or(reactions.last()).unwrap();
    // If the client has closed the connection, its output shows that.
    drop(react(reaction, socket, &mut stream));
    Some(())
}

fn react(
    reaction: &Reaction,
    socket: &TcpStream,
    stream: &mut BufReader<impl Read + Write>,
) -> io::Result<()> {
    match reaction {
        Reaction::Close => Ok(()),
        Reaction::Reset => Ok(rustix::net::sockopt::set_socket_linger(
            socket,
            Some(Duration::ZERO),
        )?),
        Reaction::Send(bytes) => stream.get_mut().write_all(bytes),
        Reaction::Stall(bytes) => {
            stream.get_mut().write_all(bytes)?;
            io::copy(stream, &mut io::sink()).map(drop)
        }
        Reaction::Delay(delay, bytes) => {
            socket.set_read_timeout(Some(*delay))?;
            match stream.fill_buf() {
                Ok(_) => Ok(()),
                Err(_) => stream.get_mut().write_all(bytes),
            }
        }
    }
}

fn read_request(reader: &mut impl BufRead) -> Option<Request> {
    // A TLS ClientHello has no line end to wait for.
    reader
        .fill_buf()
        .ok()?
        .first()
        .filter(|byte| byte.is_ascii_uppercase())?;
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
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
