//! The credential of a signature before it is verified.

use http::request::Parts;
use serde::Serialize;

use crate::http::query;

/// The credential in the signature of a request. It is not verified, and the signature may be invalid.
///
/// The credential is parsed from every request that contains one, even if a fault is applied before the signature is
/// verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct SignatureClaim {
    /// The access key ID. It is not a secret.
    pub access_key_id: String,
    /// The Region in the credential scope.
    pub region: String,
    /// The service in the credential scope, such as `ecr`.
    pub service: String,
}

impl SignatureClaim {
    /// Parses `Credential=KEY/DATE/REGION/SERVICE/aws4_request` in the header, or `X-Amz-Credential` in the query.
    pub(crate) fn of(request: &Parts) -> Option<Self> {
        let header = request.headers.get(http::header::AUTHORIZATION);
        match header {
            Some(value) => {
                let text = value.to_str().ok()?.strip_prefix("AWS4-")?;
                let (_, rest) = text.split_once("Credential=")?;
                Self::parse(rest.split([',', ' ']).next()?)
            }
            None => Self::parse(&query::value(request.uri.query()?, "X-Amz-Credential")?),
        }
    }

    /// Parses a credential whose parts are words. Any other text could be a secret in the wrong place, and must not be logged.
    fn parse(credential: &str) -> Option<Self> {
        let parts: Vec<&str> = credential.split('/').collect();
        let &[access_key_id, _, region, service, _] = parts.as_slice() else {
            return None;
        };
        let is_word = |text: &&str| {
            (1..=MAX_PART_LENGTH).contains(&text.len())
                && text
                    .bytes()
                    .all(|c| c.is_ascii_alphanumeric() || c == b'-' || c == b'_')
        };
        let are_words = [access_key_id, region, service].iter().all(is_word);
        are_words.then(|| SignatureClaim {
            access_key_id: access_key_id.to_owned(),
            region: region.to_owned(),
            service: service.to_owned(),
        })
    }

    /// Returns the total length of its texts, in bytes.
    pub(crate) fn size(&self) -> usize {
        self.access_key_id.len() + self.region.len() + self.service.len()
    }
}

/// The maximum length of a part, in bytes. Source: the maximum length of `AccessKeyId` in IAM's service model.
const MAX_PART_LENGTH: usize = 128;
