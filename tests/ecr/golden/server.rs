//! The server of a case: a scripted one, or a port that accepts no connection.

use std::net::TcpStream;
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::net::listen;

use super::case::{Case, CustomResponse, Listen, Manner, Response};
use super::fixtures::Shared;
use super::tls::CertificateAuthority;
use crate::stub::{Reaction, Request, Stub, bind_port, head, response};

pub(super) enum Server {
    Responding(Stub),
    /// The socket reserves the port. The streams fill its queue.
    Unresponsive {
        port: u16,
        _socket: OwnedFd,
        _queue: Vec<TcpStream>,
    },
}

impl Server {
    pub(super) fn start(case: &Case, shared: &Shared, ca: &CertificateAuthority) -> Self {
        let responses = case.answers.iter();
        let reactions: Vec<_> = responses
            .map(|scripted| reaction(scripted, shared))
            .collect();
        match (case.listen, case.tls) {
            (Listen::Refused, _) => refuse_connections(),
            (Listen::Full, _) => full_queue(),
            (Listen::Open, None) => Self::Responding(Stub::with(reactions)),
            (Listen::Open, Some(host)) => {
                Self::Responding(Stub::with_tls(ca.server(host), reactions))
            }
        }
    }

    pub(super) fn port(&self) -> u16 {
        match self {
            Self::Responding(stub) => stub.port(),
            Self::Unresponsive { port, .. } => *port,
        }
    }

    pub(super) fn finish(self) -> Vec<Request> {
        match self {
            Self::Responding(stub) => stub.finish(),
            Self::Unresponsive { .. } => Vec::new(),
        }
    }
}

/// Binds a port without a listener: the system rejects connections.
fn refuse_connections() -> Server {
    let (socket, address) = bind_port();
    Server::Unresponsive {
        port: address.port(),
        _socket: socket,
        _queue: Vec::new(),
    }
}

/// Fills the queue of a listener: the system does not respond to further connections.
fn full_queue() -> Server {
    let (socket, address) = bind_port();
    listen(&socket, 0).unwrap();
    let timeout = Duration::from_millis(200);
    let queue = std::iter::from_fn(|| TcpStream::connect_timeout(&address, timeout).ok());
    Server::Unresponsive {
        port: address.port(),
        _queue: queue.collect(),
        _socket: socket,
    }
}

fn reaction(scripted: &Response, shared: &Shared) -> Reaction {
    match scripted {
        Response::Shared(name) => response(200, CONTENT_TYPE, &shared.answers[name]),
        Response::Custom(scripted) => custom_reaction(scripted, shared),
    }
}

fn custom_reaction(scripted: &CustomResponse, shared: &Shared) -> Reaction {
    let body = scripted
        .body
        .bytes(|text| text.replace("{one}", &shared.answers["one"]));
    let whole = || [response_head(scripted, body.len()).as_bytes(), &body].concat();
    match scripted.manner {
        Manner::Reset => Reaction::Reset,
        Manner::Closed => Reaction::Close,
        Manner::Silent => Reaction::Stall(Vec::new()),
        Manner::Half => {
            let mut bytes = whole();
            bytes.truncate(bytes.len() - body.len() / 2);
            Reaction::Stall(bytes)
        }
        Manner::Raw => Reaction::Send(body),
        Manner::Whole if scripted.delay > 0 => {
            Reaction::Delay(Duration::from_secs(scripted.delay), whole())
        }
        Manner::Whole => Reaction::Send(whole()),
    }
}

fn response_head(scripted: &CustomResponse, length: usize) -> String {
    let own = scripted.headers.iter();
    let mut lines: String = own
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    if !scripted.headers.contains_key("Content-Type") {
        lines += CONTENT_TYPE;
    }
    head(scripted.status, &lines, length + scripted.missing)
}

const CONTENT_TYPE: &str = "Content-Type: application/x-amz-json-1.1\r\n";
