//! What a signature says of itself, before anything about it is verified.

use http::request::Parts;
use serde::Serialize;

use crate::http::query;

/// What a request claims by its signature, right or wrong.
///
/// It is read of every request, those included that a fault answers before anything is verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct SignatureClaim {
    /// Whose key it says that it was made with; the id of a key is no secret.
    pub access_key_id: String,
    /// The region that it was made for.
    pub region: String,
    /// The service that it was made for, such as `ecr`.
    pub service: String,
}

impl SignatureClaim {
    /// `Credential=KEY/DATE/REGION/SERVICE/aws4_request` in the header, or `X-Amz-Credential` in the query.
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

    /// Words alone: what is none of them could be a secret that has got into the wrong place.
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

    /// How many bytes its texts take.
    pub(crate) fn size(&self) -> usize {
        self.access_key_id.len() + self.region.len() + self.service.len()
    }
}

/// Source: the longest `AccessKeyId` of IAM's service model.
const MAX_PART_LENGTH: usize = 128;
