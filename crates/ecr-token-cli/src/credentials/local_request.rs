//! Requests to the metadata services of containers and instances.

use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use http::Uri;

use crate::error::Error;
use crate::network_error::network_error;
use crate::transport::Transport;

/// A request without a body.
#[derive(Debug)]
pub(super) struct LocalRequest<'a> {
    pub(super) method: &'static str,
    pub(super) url: String,
    pub(super) headers: Vec<(&'static str, &'a str)>,
    /// The timeout for the connection, and for each part of the response.
    pub(super) timeout: Duration,
}

/// A response. Bytes that are not UTF-8 are replaced.
#[derive(Debug)]
pub(super) struct LocalResponse {
    pub(super) status: u16,
    pub(super) body: String,
}

impl LocalRequest<'_> {
    /// Sends the request.
    ///
    /// # Errors
    /// Returns an error if there is no complete response.
    pub(super) async fn send(&self, transport: &Transport) -> Result<LocalResponse, Error> {
        let uri: Uri = self
            .url
            .parse()
            .map_err(|_| Error::InvalidEndpoint(self.url.clone()))?;
        let mut request = http::Request::builder()
            .method(self.method)
            .uri(uri.clone());
        for (name, value) in &self.headers {
            request = request.header(*name, *value);
        }
        let request = request.body(SdkBody::empty());
        let request = request.map_err(|error| Error::Request(error.to_string()))?;
        let request = HttpRequest::try_from(request);
        let request = request.map_err(|error| Error::Request(error.to_string()))?;
        let timeout = Some(self.timeout);
        let response = transport.send(request, timeout, timeout).await;
        let response = response.map_err(|error| network_error(&error, &uri))?;
        let body = response.body().bytes().unwrap_or_default();
        Ok(LocalResponse {
            status: response.status().as_u16(),
            body: String::from_utf8_lossy(body).into_owned(),
        })
    }
}
