//! The console: a page for a browser that shows the requests of a running mock and controls it through the control API.
//!
//! Its files are in the folder `console`, as a browser receives them: there is no build step. They contain no secret, so a request for
//! them needs no control key. The page sends the key with its requests to the control API.

mod assets;

use bytes::Bytes;
use http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    IF_NONE_MATCH, LOCATION, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use http::request::Parts;
use http::response::Builder;
use http::{HeaderMap, HeaderName, Method, Response, StatusCode};

use crate::request_log::ReceivedRequest;
use crate::web::assets::Asset;

/// The path of the page. The other files are below it.
pub(crate) const CONSOLE: &str = "/_mock/ui/";

/// Returns whether a path belongs to the console.
pub(crate) fn is_console(path: &str) -> bool {
    path.starts_with(CONSOLE) || path == without_slash()
}

/// Returns the response to a request for a file of the console. Only the methods `GET` and `HEAD` are allowed.
pub(crate) fn answer(request: &Parts, log_entry: &mut ReceivedRequest) -> Response<Bytes> {
    if ![Method::GET, Method::HEAD].contains(&request.method) {
        return method_not_allowed(log_entry);
    }
    match request.uri.path().strip_prefix(CONSOLE) {
        None => redirect(),
        Some(path) => match assets::find(path) {
            None => not_found(log_entry),
            Some(asset) if has_current(&request.headers, asset) => not_modified(asset),
            Some(asset) => file(asset),
        },
    }
}

/// Returns the response that redirects a browser to the console.
pub(crate) fn redirect() -> Response<Bytes> {
    let response = respond(StatusCode::SEE_OTHER).header(LOCATION, CONSOLE);
    finish(response.header(CONTENT_LENGTH, 0), &[])
}

fn without_slash() -> &'static str {
    CONSOLE.trim_end_matches('/')
}

fn file(asset: &'static Asset) -> Response<Bytes> {
    let response = respond(StatusCode::OK)
        .header(CONTENT_TYPE, asset.content_type)
        .header(CONTENT_LENGTH, asset.bytes.len())
        .header(ETAG, asset.etag.as_str());
    finish(response, asset.bytes)
}

fn not_modified(asset: &Asset) -> Response<Bytes> {
    let response = respond(StatusCode::NOT_MODIFIED).header(ETAG, asset.etag.as_str());
    finish(response, &[])
}

/// Returns whether a browser has the current version of a file. The comparison is weak. Source: RFC 9110, section 13.1.2.
fn has_current(headers: &HeaderMap, asset: &Asset) -> bool {
    let values = headers.get_all(IF_NONE_MATCH).iter();
    let mut tags = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim);
    tags.any(|tag| tag == "*" || tag.trim_start_matches("W/") == *asset.etag)
}

fn not_found(log_entry: &mut ReceivedRequest) -> Response<Bytes> {
    log_entry.error = Some("NOT_FOUND");
    text(
        respond(StatusCode::NOT_FOUND),
        "mock-ecr: the console has no file with this path\n",
    )
}

fn method_not_allowed(log_entry: &mut ReceivedRequest) -> Response<Bytes> {
    log_entry.error = Some("METHOD_NOT_ALLOWED");
    let response = respond(StatusCode::METHOD_NOT_ALLOWED).header(ALLOW, "GET, HEAD");
    text(
        response,
        "mock-ecr: method not allowed: expected GET or HEAD\n",
    )
}

fn text(response: Builder, text: &'static str) -> Response<Bytes> {
    let response = response
        .header(CONTENT_TYPE, "text/plain; charset=utf-8")
        .header(CONTENT_LENGTH, text.len());
    finish(response, text.as_bytes())
}

/// Begins a response with the headers that every response of the console has. `no-cache` makes a browser validate a stored file before
/// each use, because the program can be updated.
fn respond(status: StatusCode) -> Builder {
    Response::builder()
        .status(status)
        .header(CACHE_CONTROL, "no-cache")
        .header(CONTENT_SECURITY_POLICY, POLICY)
        .header(X_CONTENT_TYPE_OPTIONS, "nosniff")
        .header(REFERRER_POLICY, "no-referrer")
        .header(CROSS_ORIGIN_OPENER_POLICY, "same-origin")
}

/// With the value `same-origin`, a page that opened the console cannot change its address, whose fragment can contain a control key. Source:
/// HTML, "Cross-origin opener policies".
const CROSS_ORIGIN_OPENER_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-opener-policy");

/// The page loads only the files of the console, calls only this mock, and cannot be part of another page. It cannot convert a text to HTML, so the
/// browser does not parse a text of a request as HTML.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

fn finish(response: Builder, body: &'static [u8]) -> Response<Bytes> {
    let response = response.body(Bytes::from_static(body));
    response.expect("the headers are constants")
}
