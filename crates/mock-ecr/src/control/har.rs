//! The request log as an HTTP Archive, which browsers and proxies can show. Source: <http://www.softwareishard.com/blog/har-12-spec/>.

use serde::Serialize;

use crate::control::request_view::RequestView;
use crate::http::query;
use crate::request_log::ReceivedRequest;

/// An HTTP Archive of version 1.2.
///
/// What the request log does not keep is left out as the format has it: sizes are -1, and the version of HTTP is not known.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Har {
    log: Log,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Log {
    version: &'static str,
    creator: Creator,
    entries: Vec<Entry>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Creator {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct Entry {
    started_date_time: String,
    /// Milliseconds.
    time: f64,
    request: Request,
    response: Response,
    cache: Cache,
    timings: Timings,
    /// All that the request log knows of the request.
    #[serde(rename = "_received_request")]
    entry: serde_json::Value,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct Request {
    method: String,
    url: String,
    http_version: &'static str,
    cookies: [Pair; 0],
    headers: Vec<Pair>,
    query_string: Vec<Pair>,
    #[serde(skip_serializing_if = "Option::is_none")]
    post_data: Option<PostData>,
    headers_size: i8,
    body_size: i8,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct PostData {
    mime_type: &'static str,
    text: String,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct Response {
    status: u16,
    status_text: &'static str,
    http_version: &'static str,
    cookies: [Pair; 0],
    headers: [Pair; 0],
    content: Body,
    #[serde(rename = "redirectURL")]
    redirect_url: &'static str,
    headers_size: i8,
    body_size: i8,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct Body {
    size: u8,
    mime_type: &'static str,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Pair {
    name: String,
    value: String,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Cache {}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Timings {
    send: f64,
    wait: f64,
    receive: f64,
}

const UNKNOWN: &str = "unknown";

impl Har {
    pub(super) fn of<'a>(entries: impl Iterator<Item = &'a ReceivedRequest>) -> Self {
        Har {
            log: Log {
                version: "1.2",
                creator: Creator {
                    name: "mock-ecr",
                    version: env!("CARGO_PKG_VERSION"),
                },
                entries: entries.map(Entry::of).collect(),
            },
        }
    }
}

impl Entry {
    fn of(entry: &ReceivedRequest) -> Self {
        let time = entry.took.as_secs_f64() * 1000.0;
        let view = RequestView::from(entry);
        Entry {
            started_date_time: entry.received.to_string(),
            time,
            request: Request::of(entry),
            response: Response::of(entry),
            cache: Cache {},
            timings: Timings {
                send: 0.0,
                wait: time,
                receive: 0.0,
            },
            entry: serde_json::to_value(view).unwrap_or_default(),
        }
    }
}

impl Request {
    fn of(entry: &ReceivedRequest) -> Self {
        let (scheme, host, target) = (entry.ingress.scheme(), &entry.host, &entry.target);
        let input = entry.input.clone();
        Request {
            method: entry.method.clone(),
            url: format!("{scheme}://{host}{target}"),
            http_version: UNKNOWN,
            cookies: [],
            headers: headers(entry),
            query_string: parameters(target),
            post_data: input.map(|text| PostData {
                mime_type: "application/x-amz-json-1.1",
                text,
            }),
            headers_size: -1,
            body_size: -1,
        }
    }
}

/// Those that the request log keeps.
fn headers(entry: &ReceivedRequest) -> Vec<Pair> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let kept = [
        ("Host", entry.host.clone()),
        ("User-Agent", entry.user_agent.clone()),
        ("X-Amz-Target", text(&entry.amz_target)),
        ("Content-Type", text(&entry.content_type)),
    ];
    let sent = kept.into_iter().filter(|(_, value)| !value.is_empty());
    sent.map(|(name, value)| Pair {
        name: name.to_owned(),
        value,
    })
    .collect()
}

fn parameters(target: &str) -> Vec<Pair> {
    let query = target.split_once('?').map_or("", |(_, query)| query);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let parameters = query::parse(query);
    parameters
        .map(|parameter| Pair {
            name: text(&parameter.name),
            value: text(&parameter.value),
        })
        .collect()
}

impl Response {
    fn of(entry: &ReceivedRequest) -> Self {
        Response {
            status: entry.status.as_u16(),
            status_text: entry.status.canonical_reason().unwrap_or_default(),
            http_version: UNKNOWN,
            cookies: [],
            headers: [],
            content: Body {
                size: 0,
                mime_type: "",
            },
            redirect_url: "",
            headers_size: -1,
            body_size: -1,
        }
    }
}
