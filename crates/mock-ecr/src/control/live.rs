//! `requests/wait` and `requests/stream`: exchanges as they come. Both sleep until the journal grows.

use std::fmt::Write as _;
use std::pin::{Pin, pin};
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt as _;
use http::{HeaderName, Method, Response, StatusCode, header};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::control::asked::Asked;
use crate::control::exchange::ExchangeView;
use crate::control::filters::{Filters, duration, parsed};
use crate::control::refusal::Refusal;
use crate::control::reply;
use crate::control::reply::Outcome;
use crate::control::requests::RequestsView;
use crate::control::routes::{Content, Route, fields, schema};
use crate::http::body;
use crate::request_log::{Choice, Journal, News, TooFew};

pub(super) const ROUTES: [Route; 2] = [
    Route {
        method: Method::GET,
        path: "requests/wait",
        summary: "Answers when there are enough such exchanges, those of before included; or with 504 when it has waited long enough.",
        query: &[fields::<Filters>(), fields::<Patience>()],
        body: None,
        answer: Content::Json(schema::<RequestsView<'_>>()),
        run: |asked| wait(asked).boxed(),
    },
    Route {
        method: Method::GET,
        path: "requests/stream",
        summary: "Exchanges as they come, as server-sent events of JSON; a header Last-Event-ID goes on where a stream has ended.",
        query: &[fields::<Filters>()],
        body: None,
        answer: Content::Text(EVENTS),
        run: |asked| async move { stream(&asked) }.boxed(),
    },
];

/// How many exchanges to wait for, and how long.
#[derive(Deserialize, JsonSchema)]
struct Patience {
    /// How many to wait for; 1 if left out.
    #[serde(default, deserialize_with = "parsed")]
    #[schemars(with = "usize", example = 1)]
    count: Option<usize>,
    /// How long to wait, in real time; `30s` if left out, and at most `10m`.
    #[serde(default, deserialize_with = "duration")]
    #[schemars(with = "String", example = &"10s")]
    timeout: Option<Duration>,
}

async fn wait(asked: Asked<'_>) -> Outcome {
    let (filters, patience) = (asked.query::<Filters>()?, asked.query::<Patience>()?);
    let timeout = patience.timeout.unwrap_or(USUAL_WAIT);
    if timeout > LONGEST_WAIT {
        return Err(Refusal::query(
            "timeout",
            "it is too long; expected at most 10m",
        ));
    }
    let requests = asked.ecr.journal.chosen(filters.choice());
    tokio::select! {
        waited = requests.wait(patience.count.unwrap_or(1), timeout) => {
            reply::json(&RequestsView::of(&waited.map_err(|too_few| not_in_time(&too_few))?, None))
        }
        () = asked.ecr.stopped() => Err(Refusal::stopping()),
    }
}

fn not_in_time(too_few: &TooFew) -> Refusal {
    let text = format!("{too_few}; GET requests tells which, and what came instead");
    Refusal::new(StatusCode::GATEWAY_TIMEOUT, "NOT_IN_TIME", text)
}

const USUAL_WAIT: Duration = Duration::from_secs(30);
const LONGEST_WAIT: Duration = Duration::from_secs(600);

fn stream(asked: &Asked<'_>) -> Outcome {
    let choice = asked.query::<Filters>()?.choice();
    let journal = asked.ecr.journal.clone();
    let reader = Reader {
        place: last_event(asked)?.map_or_else(|| journal.place(), |last| last.saturating_add(1)),
        greeted: false,
        stopped: Box::pin(asked.ecr.stopped()),
        journal,
        choice,
    };
    let events = futures_util::stream::unfold(reader, |mut reader| async {
        let event = reader.next().await?;
        Some((event, reader))
    });
    let response = Response::builder()
        .header(header::CONTENT_TYPE, EVENTS)
        .header(header::CACHE_CONTROL, "no-store")
        .body(body::live(events));
    Ok(response.expect("the headers are constants"))
}

fn last_event(asked: &Asked<'_>) -> Result<Option<u64>, Refusal> {
    let Some(last) = asked.request.headers.get(LAST_EVENT_ID) else {
        return Ok(None);
    };
    let last = last.to_str().ok().and_then(|last| last.parse().ok());
    let text = "Last-Event-ID is the number of an event, as a stream gave it";
    last.map(Some)
        .ok_or_else(|| Refusal::new(StatusCode::BAD_REQUEST, "BAD_HEADER", text))
}

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
const EVENTS: &str = "text/event-stream";

/// Someone who reads along, and where they are.
struct Reader {
    journal: Journal,
    choice: Choice,
    place: u64,
    greeted: bool,
    stopped: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Reader {
    /// What to send next; nothing when the mock is told to stop, which a stream must not delay.
    async fn next(&mut self) -> Option<Bytes> {
        if !std::mem::replace(&mut self.greeted, true) {
            return Some(GREETING);
        }
        loop {
            let mut next = pin!(self.journal.next());
            // What is recorded between the look and the wait must end the wait.
            next.as_mut().enable();
            let news = self.journal.since(self.place);
            self.place = news.place;
            let events = events(&news, &self.choice);
            if !events.is_empty() {
                return Some(events.into());
            }
            tokio::select! {
                () = next => {}
                () = &mut self.stopped => return None,
                () = tokio::time::sleep(HEARTBEAT) => return Some(STILL_HERE),
            }
        }
    }
}

/// Whoever has read this misses nothing that follows.
const GREETING: Bytes = Bytes::from_static(b": listening\n\n");
/// A line now and then finds out that the other side is gone, and keeps what lies between from hanging up.
const STILL_HERE: Bytes = Bytes::from_static(b": still here\n\n");
const HEARTBEAT: Duration = Duration::from_secs(15);

fn events(news: &News, choice: &Choice) -> String {
    let mut events = String::new();
    if news.missed > 0 {
        let json = serde_json::json!({ "missed": news.missed });
        write!(events, "event: missed\ndata: {json}\n\n").expect("a String takes any text");
    }
    let first = news.place - news.exchanges.len() as u64;
    for (id, exchange) in (first..).zip(&news.exchanges) {
        if choice.fits(exchange) {
            let json = serde_json::to_string(&ExchangeView::from(&**exchange));
            let json = json.expect("an exchange is JSON");
            write!(events, "id: {id}\nevent: request\ndata: {json}\n\n")
                .expect("a String takes any text");
        }
    }
    events
}
