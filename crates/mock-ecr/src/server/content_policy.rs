//! Prevents a browser from running the content of a response.
//!
//! In the dialect `oci`, an image can have any media type, such as `text/html`. A browser that opened its manifest would run its scripts in the
//! origin of the console, where they could read the control key.

use http::Response;
use http::header::{CONTENT_SECURITY_POLICY, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use http::request::Parts;

use crate::server::router;

/// Adds the headers with which a browser runs no script of a response, unless the response has a policy of its own. Responses to requests that no browser
/// has sent do not get the headers, because those of ECR have none.
pub(super) fn add<B>(request: &Parts, response: &mut Response<B>) {
    let headers = response.headers_mut();
    if !router::is_of_browser(request) || headers.contains_key(CONTENT_SECURITY_POLICY) {
        return;
    }
    let policy = HeaderValue::from_static("default-src 'none'; sandbox");
    headers.insert(CONTENT_SECURITY_POLICY, policy);
    let no_sniffing = HeaderValue::from_static("nosniff");
    headers.insert(X_CONTENT_TYPE_OPTIONS, no_sniffing);
}
