//! Returns the requested host of a request.

use http::request::Parts;

/// Returns the requested host and port: from the URI in HTTP/2, from the `Host` header in HTTP/1.
///
/// User name and password are removed, because the result is logged.
pub(crate) fn authority(request: &Parts) -> &str {
    let header = request.headers.get(http::header::HOST);
    let in_uri = request.uri.authority().map(|authority| authority.as_str());
    let text = in_uri.or_else(|| header?.to_str().ok()).unwrap_or_default();
    text.rsplit_once('@').map_or(text, |(_, host)| host)
}
