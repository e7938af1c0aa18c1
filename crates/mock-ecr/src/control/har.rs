//! Converts requests of the request log to an HTTP Archive, which browsers and proxies can display. Source:
//! <http://www.softwareishard.com/blog/har-12-spec/>.

use serde::Serialize;

use crate::control::request_view::RequestView;
use crate::http::query;
use crate::request_log::ReceivedRequest;

/// An HTTP Archive of version 1.2.
///
/// Values that the request log does not contain have the placeholders of the format: sizes are -1, and HTTP versions
/// are `unknown`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Har {
    log: HarLog,
}

/// The log of an HTTP Archive.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct HarLog {
    version: &'static str,
    creator: HarCreator,
    entries: Vec<HarEntry>,
}

/// The program that created the archive.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct HarCreator {
    name: &'static str,
    version: &'static str,
}

/// A request and its response.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct HarEntry {
    started_date_time: String,
    /// The time that the mock took to produce the response, in milliseconds.
    time: f64,
    request: HarRequest,
    response: HarResponse,
    cache: HarCache,
    timings: HarTimings,
    /// The explanation of the response, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
    /// The request in the format of `GET /_mock/requests`.
    #[serde(rename = "_received_request")]
    entry: serde_json::Value,
}

/// A request.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct HarRequest {
    method: String,
    url: String,
    http_version: &'static str,
    cookies: [HarPair; 0],
    headers: Vec<HarPair>,
    query_string: Vec<HarPair>,
    #[serde(skip_serializing_if = "Option::is_none")]
    post_data: Option<HarPostData>,
    headers_size: i8,
    body_size: i8,
}

/// The body of a request: the input of the API operation, if it is in the request log.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct HarPostData {
    mime_type: &'static str,
    text: String,
}

/// A response.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct HarResponse {
    status: u16,
    status_text: &'static str,
    http_version: &'static str,
    cookies: [HarPair; 0],
    headers: [HarPair; 0],
    content: HarBody,
    #[serde(rename = "redirectURL")]
    redirect_url: &'static str,
    headers_size: i8,
    body_size: i8,
}

/// The body of a response. It is not in the request log.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct HarBody {
    size: u8,
    mime_type: &'static str,
}

/// A header or a query parameter.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct HarPair {
    name: String,
    value: String,
}

/// The cache usage, which is empty.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct HarCache {}

/// The phases of the request, in milliseconds.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct HarTimings {
    send: f64,
    wait: f64,
    receive: f64,
}

const UNKNOWN: &str = "unknown";

impl Har {
    /// Returns an archive without entries.
    pub(super) fn empty() -> Self {
        Har {
            log: HarLog {
                version: "1.2",
                creator: HarCreator {
                    name: "mock-ecr",
                    version: env!("CARGO_PKG_VERSION"),
                },
                entries: Vec::new(),
            },
        }
    }
}

/// Appends a request as an entry of an archive.
pub(super) fn append_entry(entry: &ReceivedRequest, json: &mut Vec<u8>) {
    let written = serde_json::to_writer(json, &HarEntry::of(entry));
    written.expect("an entry is JSON");
}

impl HarEntry {
    fn of(entry: &ReceivedRequest) -> Self {
        let time = entry.took.as_secs_f64() * 1000.0;
        let view = RequestView::from(entry);
        HarEntry {
            started_date_time: entry.received.to_string(),
            time,
            request: HarRequest::of(entry),
            response: HarResponse::of(entry),
            cache: HarCache {},
            timings: HarTimings {
                send: 0.0,
                wait: time,
                receive: 0.0,
            },
            comment: entry.explanation().map(|explanation| explanation.text),
            entry: serde_json::to_value(view).unwrap_or_default(),
        }
    }
}

impl HarRequest {
    fn of(entry: &ReceivedRequest) -> Self {
        let (scheme, host, target) = (entry.ingress.scheme(), &entry.host, &entry.target);
        let input = entry.input.clone();
        HarRequest {
            method: entry.method.clone(),
            url: format!("{scheme}://{host}{target}"),
            http_version: UNKNOWN,
            cookies: [],
            headers: headers(entry),
            query_string: parameters(target),
            post_data: input.map(|text| HarPostData {
                mime_type: "application/x-amz-json-1.1",
                text,
            }),
            headers_size: -1,
            body_size: -1,
        }
    }
}

/// Returns the headers that the request log contains.
fn headers(entry: &ReceivedRequest) -> Vec<HarPair> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let recorded = [
        ("Host", entry.host.clone()),
        ("User-Agent", entry.user_agent.clone()),
        ("X-Amz-Target", text(&entry.amz_target)),
        ("Content-Type", text(&entry.content_type)),
    ];
    let sent = recorded.into_iter().filter(|(_, value)| !value.is_empty());
    sent.map(|(name, value)| HarPair {
        name: name.to_owned(),
        value,
    })
    .collect()
}

fn parameters(target: &str) -> Vec<HarPair> {
    let query = target.split_once('?').map_or("", |(_, query)| query);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let parameters = query::parse(query);
    parameters
        .map(|parameter| HarPair {
            name: text(&parameter.name),
            value: text(&parameter.value),
        })
        .collect()
}

impl HarResponse {
    fn of(entry: &ReceivedRequest) -> Self {
        HarResponse {
            status: entry.status.as_u16(),
            status_text: entry.status.canonical_reason().unwrap_or_default(),
            http_version: UNKNOWN,
            cookies: [],
            headers: [],
            content: HarBody {
                size: 0,
                mime_type: "",
            },
            redirect_url: "",
            headers_size: -1,
            body_size: -1,
        }
    }
}
