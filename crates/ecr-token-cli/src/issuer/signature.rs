//! Signs requests to STS.

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign as signature};
use aws_sigv4::sign::v4::SigningParams;
use aws_smithy_types::body::SdkBody;
use ecr_token_source::{Clock as _, SystemClock};
use http::Request;

use crate::error::{Error, with_causes};

/// The credentials and the region that sign a request to STS.
pub(super) struct Signer<'a> {
    pub(super) credentials: &'a Credentials,
    pub(super) region: &'a str,
}

impl Signer<'_> {
    /// Adds the headers of a signature.
    ///
    /// # Errors
    /// Returns an error if a header is not text.
    pub(super) fn sign(&self, request: &mut Request<SdkBody>, body: &str) -> Result<(), Error> {
        let failed = |error: &(dyn std::error::Error + 'static)| Error::Request(with_causes(error));
        let identity = self.credentials.clone().into();
        let params = SigningParams::builder()
            .identity(&identity)
            .region(self.region)
            .name("sts")
            .time(SystemClock.now())
            .settings(SigningSettings::default())
            .build()
            .map_err(|error| failed(&error))?;
        let headers = request.headers().iter();
        let headers =
            headers.filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
        let uri = request.uri().to_string();
        let signable = SignableRequest::new(
            request.method().as_str(),
            uri,
            headers,
            SignableBody::Bytes(body.as_bytes()),
        )
        .map_err(|error| failed(&error))?;
        let signed = signature(signable, &params.into()).map_err(|error| failed(&error))?;
        let (instructions, _) = signed.into_parts();
        instructions.apply_to_request_http1x(request);
        Ok(())
    }
}
