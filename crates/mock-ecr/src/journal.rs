//! Every exchange, recorded before its first byte leaves, and without any secret.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::StatusCode;
use http::request::Parts;

use crate::fault::FaultId;
use crate::name::PrincipalArn;
use crate::principal::Caller;
use crate::query;
use crate::route::authority;
use crate::timestamp::Timestamp;
use crate::token::{TokenError, TokenId};
use crate::way::Way;

/// A request and how it was answered.
///
/// Neither headers nor bodies are kept, but for the ones named here; signatures and session tokens in a query string are
/// blotted out. Every text is cut at 1 KiB, the input at 4 KiB.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Exchange {
    /// When the mock read the request, on its own clock.
    pub received: Timestamp,
    /// How long the answer took to make, in real time.
    pub took: Duration,
    /// Whether it was for the API or the registry.
    pub plane: Plane,
    /// How it came; `host` is the name by which.
    pub way: Way,
    /// The HTTP method.
    pub method: String,
    /// The host that was asked for.
    pub host: String,
    /// Path and query.
    pub target: String,
    /// What the client calls itself; empty if nothing.
    pub user_agent: String,
    /// The API operation, such as `GetAuthorizationToken`.
    pub operation: Option<&'static str>,
    /// The input of the operation, as JSON, once the caller was known.
    pub input: Option<String>,
    /// Who has proved who they are.
    pub caller: Option<Caller>,
    /// The token that was issued, or shown.
    pub token: Option<TokenId>,
    /// The status of the answer.
    pub status: StatusCode,
    /// The error that was answered: an AWS error such as `InvalidParameterException`, or an OCI one such as `DENIED`.
    pub error: Option<&'static str>,
    /// What was wrong with the token that was shown to the registry, which learns its bearer less.
    pub token_error: Option<TokenError>,
    /// The faults that shaped the answer, in their order.
    pub faults: Vec<FaultId>,
    /// What the API calls this request in `x-amzn-RequestId`.
    pub request_id: Option<String>,
}

/// The two halves of ECR, which meet in the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Plane {
    /// The AWS API, which issues tokens.
    Api,
    /// The registry, which tokens open.
    Registry,
    /// Neither, but a tunnel to one of them, or to another host.
    Proxy,
    /// None of these, but the mock itself.
    Control,
    /// None: nothing is there.
    Unknown,
}

impl Exchange {
    /// The error of a tunnel to a host that the mock is not.
    pub(crate) const OTHER_HOST: &str = "OTHER_HOST";

    pub(crate) fn open(request: &Parts, plane: Plane, way: Way, received: Timestamp) -> Self {
        let user_agent = request.headers.get(http::header::USER_AGENT);
        Exchange {
            received,
            took: Duration::ZERO,
            plane,
            way,
            method: cut(request.method.as_str(), LONGEST_TEXT),
            host: cut(authority(request), LONGEST_TEXT),
            target: cut(&redacted_target(request), LONGEST_TEXT),
            user_agent: cut(
                user_agent
                    .and_then(|value| value.to_str().ok())
                    .unwrap_or_default(),
                LONGEST_TEXT,
            ),
            operation: None,
            input: None,
            caller: None,
            token: None,
            status: StatusCode::OK,
            error: None,
            token_error: None,
            faults: Vec::new(),
            request_id: None,
        }
    }

    pub(crate) fn keep_input(&mut self, input: &[u8]) {
        self.input = Some(cut(&String::from_utf8_lossy(input), LONGEST_INPUT));
    }

    fn size(&self) -> usize {
        let texts = [&self.method, &self.host, &self.target, &self.user_agent];
        let texts: usize = texts.iter().map(|text| text.len()).sum();
        size_of::<Exchange>() + texts + self.input.as_ref().map_or(0, String::len)
    }
}

fn redacted_target(request: &Parts) -> String {
    let path = request.uri.path();
    let Some(query) = request.uri.query() else {
        return path.to_owned();
    };
    let parameters: Vec<String> = query::parse(query)
        .map(|parameter| {
            let secret = SECRET_PARAMETERS
                .iter()
                .any(|secret| parameter.name.eq_ignore_ascii_case(secret.as_bytes()));
            let value = if secret {
                b"REDACTED"
            } else {
                &parameter.value[..]
            };
            format!(
                "{}={}",
                query::encode(&parameter.name),
                query::encode(value)
            )
        })
        .collect();
    format!("{path}?{}", parameters.join("&"))
}

const SECRET_PARAMETERS: [&str; 2] = ["X-Amz-Signature", "X-Amz-Security-Token"];
const LONGEST_TEXT: usize = 1024;
const LONGEST_INPUT: usize = 4096;

/// Cuts a text at a limit, which lies between two characters.
fn cut(text: &str, limit: usize) -> String {
    text[..text.floor_char_boundary(limit)].to_owned()
}

/// The latest exchanges: at most 10,000, and at most 16 MiB of them.
#[derive(Debug, Default)]
pub(crate) struct Journal(Mutex<Pages>);

#[derive(Debug, Default)]
struct Pages {
    exchanges: VecDeque<Arc<Exchange>>,
    size: usize,
    forgotten: u64,
}

impl Journal {
    pub(crate) fn record(&self, exchange: Exchange) {
        tracing::debug!(
            method = exchange.method,
            target = exchange.target,
            operation = exchange.operation,
            status = exchange.status.as_u16(),
            error = exchange.error,
            "answered"
        );
        let mut pages = self.pages();
        pages.size += exchange.size();
        pages.exchanges.push_back(Arc::new(exchange));
        while pages.exchanges.len() > MOST_EXCHANGES || pages.size > MOST_BYTES {
            let Some(oldest) = pages.exchanges.pop_front() else {
                break;
            };
            pages.size -= oldest.size();
            pages.forgotten += 1;
        }
    }

    pub(crate) fn requests(&self) -> Requests {
        let pages = self.pages();
        Requests {
            exchanges: pages.exchanges.iter().cloned().collect(),
            forgotten: pages.forgotten,
        }
    }

    pub(crate) fn clear(&self) {
        *self.pages() = Pages::default();
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const MOST_EXCHANGES: usize = 10_000;
const MOST_BYTES: usize = 16 << 20;

/// Exchanges in the order in which they were answered, and the means to choose among them.
///
/// ```
/// # use mock_ecr::{MockEcr, Plane};
/// # async fn example(ecr: MockEcr) {
/// let refused = ecr.requests().plane(Plane::Registry).status(403);
/// assert_eq!(refused.count(), 1);
/// assert!(refused.iter().all(|exchange| exchange.token_error.is_some()));
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Requests {
    exchanges: Vec<Arc<Exchange>>,
    forgotten: u64,
}

impl Requests {
    /// Those that called an operation of the API.
    #[must_use]
    pub fn operation(self, name: &str) -> Self {
        self.matching(|exchange| exchange.operation == Some(name))
    }

    /// Those for one plane.
    #[must_use]
    pub fn plane(self, plane: Plane) -> Self {
        self.matching(|exchange| exchange.plane == plane)
    }

    /// Those answered with a status.
    #[must_use]
    pub fn status(self, status: u16) -> Self {
        self.matching(|exchange| exchange.status == status)
    }

    /// Those answered with an error.
    #[must_use]
    pub fn error(self, code: &str) -> Self {
        self.matching(|exchange| exchange.error == Some(code))
    }

    /// Those that wanted a tunnel to a host which the mock is not, and were refused: your client tried to reach `host`.
    #[must_use]
    pub fn strayed(self) -> Self {
        self.error(Exchange::OTHER_HOST)
    }

    /// Those of one caller.
    #[must_use]
    pub fn caller(self, arn: &PrincipalArn) -> Self {
        let is_it = |caller: &Caller| caller.arn() == arn;
        self.matching(|exchange| exchange.caller.as_ref().is_some_and(is_it))
    }

    /// Those that a fault shaped.
    #[must_use]
    pub fn fault(self, id: FaultId) -> Self {
        self.matching(|exchange| exchange.faults.contains(&id))
    }

    /// Those that issued or showed one token.
    #[must_use]
    pub fn token(self, id: TokenId) -> Self {
        self.matching(|exchange| exchange.token == Some(id))
    }

    /// Those that a closure chooses.
    #[must_use]
    pub fn matching(mut self, choose: impl Fn(&Exchange) -> bool) -> Self {
        self.exchanges.retain(|exchange| choose(exchange));
        self
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.exchanges.len()
    }

    /// How many older ones the journal had to forget, whichever they were.
    pub fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// The exchanges, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Exchange> {
        self.exchanges.iter().map(AsRef::as_ref)
    }

    /// The newest one.
    pub fn last(&self) -> Option<&Exchange> {
        self.iter().next_back()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(target: &str) -> Exchange {
        let request = http::Request::builder().uri(target).body(()).unwrap();
        let (request, ()) = request.into_parts();
        Exchange::open(&request, Plane::Api, Way::Http, Timestamp::AWS_EXAMPLE)
    }

    #[test]
    fn what_is_secret_in_a_query_is_blotted_out() {
        let exchange = exchange("/?a=1&X-Amz-Signature=s3cr3t&x-amz-security-token=t0k3n&b=%2F");
        assert_eq!(
            exchange.target,
            "/?a=1&X-Amz-Signature=REDACTED&x-amz-security-token=REDACTED&b=%2F"
        );
    }

    #[test]
    fn the_oldest_are_forgotten_and_counted() {
        let journal = Journal::default();
        for index in 0..=MOST_EXCHANGES {
            journal.record(exchange(&format!("/{index}")));
        }
        let requests = journal.requests();
        assert_eq!(
            (requests.count(), requests.forgotten()),
            (MOST_EXCHANGES, 1)
        );
        assert_eq!(requests.iter().next().unwrap().target, "/1");
    }

    #[test]
    fn its_memory_is_bounded_whatever_clients_send() {
        let journal = Journal::default();
        for _ in 0..MOST_EXCHANGES {
            let mut exchange = exchange(&format!("/{}", "x".repeat(9000)));
            exchange.keep_input("é".repeat(9000).as_bytes());
            assert!(exchange.size() <= size_of::<Exchange>() + 4 * LONGEST_TEXT + LONGEST_INPUT);
            journal.record(exchange);
        }
        assert!(journal.pages().size <= MOST_BYTES);
        assert!(journal.requests().forgotten() > 0);
    }
}
