//! The server of a case: the scripted one, or a port that takes no connection.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::net::{AddressFamily, SocketType, bind, getsockname, listen, socket};

use super::case::{Answer, Case, Listen, Manner, OwnAnswer};
use super::fixtures::Shared;
use super::tls::Authority;
use crate::stub::{Reaction, Request, Stub, head, reply};

pub(super) enum Server {
    Answering(Stub),
    /// The socket holds the port, and those on the other side its queue.
    Deaf {
        port: u16,
        _socket: OwnedFd,
        _queue: Vec<TcpStream>,
    },
}

impl Server {
    pub(super) fn start(case: &Case, shared: &Shared, authority: &Authority) -> Self {
        let answers = case.answers.iter();
        let reactions: Vec<_> = answers.map(|answer| reaction(answer, shared)).collect();
        match (case.listen, case.tls) {
            (Listen::Refused, _) => refusing(),
            (Listen::Full, _) => full(),
            (Listen::Open, None) => Self::Answering(Stub::with(reactions)),
            (Listen::Open, Some(host)) => {
                Self::Answering(Stub::with_tls(authority.server(host), reactions))
            }
        }
    }

    pub(super) fn port(&self) -> u16 {
        match self {
            Self::Answering(stub) => stub.port(),
            Self::Deaf { port, .. } => *port,
        }
    }

    pub(super) fn finish(self) -> Vec<Request> {
        match self {
            Self::Answering(stub) => stub.finish(),
            Self::Deaf { .. } => Vec::new(),
        }
    }
}

/// Without a listener, the system refuses connections.
fn refusing() -> Server {
    let (socket, address) = bound();
    Server::Deaf {
        port: address.port(),
        _socket: socket,
        _queue: Vec::new(),
    }
}

/// Without room in the listener's queue, the system leaves connections unanswered.
fn full() -> Server {
    let (socket, address) = bound();
    listen(&socket, 0).unwrap();
    let patience = Duration::from_millis(200);
    let queue = std::iter::from_fn(|| TcpStream::connect_timeout(&address, patience).ok());
    Server::Deaf {
        port: address.port(),
        _queue: queue.collect(),
        _socket: socket,
    }
}

/// A socket that keeps others off its port.
fn bound() -> (OwnedFd, SocketAddr) {
    let socket = socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
    bind(&socket, &SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap();
    let address = SocketAddr::try_from(getsockname(&socket).unwrap()).unwrap();
    (socket, address)
}

fn reaction(answer: &Answer, shared: &Shared) -> Reaction {
    match answer {
        Answer::Shared(name) => reply(200, CONTENT_TYPE, &shared.answers[name]),
        Answer::Own(answer) => own_reaction(answer, shared),
    }
}

fn own_reaction(answer: &OwnAnswer, shared: &Shared) -> Reaction {
    let body = answer
        .body
        .filled(|text| text.replace("{one}", &shared.answers["one"]));
    let whole = || [head_of(answer, body.len()).as_bytes(), &body].concat();
    match answer.manner {
        Manner::Reset => Reaction::Reset,
        Manner::Closed => Reaction::Close,
        Manner::Silent => Reaction::Stall(Vec::new()),
        Manner::Half => {
            let mut bytes = whole();
            bytes.truncate(bytes.len() - body.len() / 2);
            Reaction::Stall(bytes)
        }
        Manner::Raw => Reaction::Send(body),
        Manner::Whole if answer.delay > 0 => {
            Reaction::Late(Duration::from_secs(answer.delay), whole())
        }
        Manner::Whole => Reaction::Send(whole()),
    }
}

fn head_of(answer: &OwnAnswer, length: usize) -> String {
    let own = answer.headers.iter();
    let mut lines: String = own
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    if !answer.headers.contains_key("Content-Type") {
        lines += CONTENT_TYPE;
    }
    head(answer.status, &lines, length + answer.missing)
}

const CONTENT_TYPE: &str = "Content-Type: application/x-amz-json-1.1\r\n";
