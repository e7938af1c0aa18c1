//! The requested host.

use http::request::Parts;

/// The host that was asked for: in the URI of HTTP/2, in a header of HTTP/1.
///
/// A user and a password before it are no part of it, and must not be seen.
pub(crate) fn authority(request: &Parts) -> &str {
    let header = request.headers.get(http::header::HOST);
    let in_uri = request.uri.authority().map(|authority| authority.as_str());
    let text = in_uri.or_else(|| header?.to_str().ok()).unwrap_or_default();
    text.rsplit_once('@').map_or(text, |(_, host)| host)
}
