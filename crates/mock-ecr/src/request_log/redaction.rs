//! Redacts secrets in the texts of the request log.

use std::ops::Range;
use std::sync::Arc;

use http::request::Parts;

use crate::aws::sigv4::SignatureClaim;
use crate::config::Config;
use crate::http::query;
use crate::iam::identity_store::IdentityStore;
use crate::request_log::escapes::Unescaped;
use crate::request_log::secret_forms::{long_tokens, looks_like_secret_key, tokens_of_ecr};
use crate::request_log::secret_parameters::is_secret_parameter;
use crate::types::Region;
use crate::types::secret::Secret;
use crate::types::secret_index::SecretIndex;
use crate::upstream::access_token;

/// Replaces secrets by `REDACTED`: the secrets of the configuration and of sessions, and texts that look like a token.
#[derive(Debug)]
pub(crate) struct Redactor {
    principals: Arc<IdentityStore>,
    /// The secrets of the configuration that do not belong to a principal.
    other: SecretIndex,
}

impl Redactor {
    pub(crate) fn new(config: &Config, principals: Arc<IdentityStore>) -> Self {
        let mut other = SecretIndex::default();
        let bucket = config.s3_access.as_ref();
        let key = bucket.map(|access| &access.secret_access_key);
        let token = bucket.and_then(|access| access.session_token.as_ref());
        let secrets: [Option<&Secret>; 3] = [config.control_key.as_ref(), key, token];
        let secrets = secrets.into_iter().flatten();
        secrets.for_each(|secret| other.insert(secret));
        for stored in &config.secrets {
            let token = access_token(&stored.value);
            other.insert(&token.unwrap_or_else(|| stored.value.clone()));
        }
        Redactor { principals, other }
    }

    /// Redacts secrets in a text and in its decoded forms, and truncates the text to `limit` bytes.
    pub(super) fn redact(&self, text: &str, limit: usize) -> String {
        self.redact_with(text, limit, Self::secrets_and_long_tokens)
    }

    /// Redacts secrets as [`Redactor::redact`] does, but keeps long base64 texts. The input of an API operation can contain a layer in this
    /// form, and a long path has the characters of base64.
    pub(super) fn redact_known(&self, text: &str, limit: usize) -> String {
        self.redact_with(text, limit, Self::secrets)
    }

    fn redact_with(
        &self,
        text: &str,
        limit: usize,
        find: fn(&Self, &[u8]) -> Vec<Range<usize>>,
    ) -> String {
        let scanned = truncate(text, scanned(limit));
        let mut found = find(self, scanned.as_bytes());
        let mut decoded = Unescaped::of(scanned.as_bytes());
        for _ in 0..MAX_LEVELS {
            let Some(level) = decoded else { break };
            let ranges = find(self, level.bytes());
            found.extend(ranges.into_iter().map(|range| level.original(range)));
            decoded = level.again();
        }
        let visible = truncate(scanned, limit);
        match found.is_empty() {
            true => visible.to_owned(),
            false => truncate(&replace(visible, found), limit).to_owned(),
        }
    }

    /// Redacts the secrets in the path and the query of a request.
    pub(super) fn target(&self, request: &Parts, limit: usize) -> String {
        let path = request.uri.path();
        let Some(query) = request.uri.query() else {
            return self.redact_known(path, limit);
        };
        let parameters = query::parse(query).map(|parameter| {
            let name = self.value(&parameter.name);
            let value = match is_secret_parameter(&parameter) {
                true => REDACTED.to_owned(),
                false => self.value(&parameter.value),
            };
            let (name, value) = (name.as_bytes(), value.as_bytes());
            format!("{}={}", query::encode(name), query::encode(value))
        });
        let parameters: Vec<String> = parameters.collect();
        let path = self.redact_known(path, usize::MAX);
        // A secret can also contain the characters that separate parameters.
        self.redact_known(&format!("{path}?{}", parameters.join("&")), limit)
    }

    /// Redacts the parts of a claim that are secrets, for example if a client confuses the two keys of a pair.
    pub(super) fn claim(&self, claim: SignatureClaim) -> SignatureClaim {
        let is_known = self.is_access_key_id(claim.access_key_id.as_bytes());
        SignatureClaim {
            access_key_id: match is_known {
                true => claim.access_key_id,
                false => self.part_of_claim(&claim.access_key_id),
            },
            region: self.part_of_claim(&claim.region),
            service: self.part_of_claim(&claim.service),
        }
    }

    fn part_of_claim(&self, part: &str) -> String {
        match looks_like_secret_key(part) {
            true => REDACTED.to_owned(),
            false => self.value(part.as_bytes()),
        }
    }

    /// Redacts secrets in a value, and the value itself if it is a short secret.
    pub(super) fn value(&self, value: &[u8]) -> String {
        match self.is_secret(value) {
            true => REDACTED.to_owned(),
            false => self.redact(&String::from_utf8_lossy(value), usize::MAX),
        }
    }

    /// Returns a Region, or `redacted` if it contains a secret: the host of a request can name any Region.
    pub(crate) fn region(&self, region: Region) -> Region {
        match self.value(region.as_str().as_bytes()) == region.as_str() {
            true => region,
            false => "redacted".parse().expect("the name is a label"),
        }
    }

    /// Returns whether a whole value is a secret. An access key ID is no secret, even if a secret key has the same value.
    fn is_secret(&self, value: &[u8]) -> bool {
        let is_secret = self.other.contains(value) || self.principals.is_secret(value);
        is_secret && !self.is_access_key_id(value)
    }

    fn is_access_key_id(&self, value: &[u8]) -> bool {
        let text = str::from_utf8(value).ok();
        text.is_some_and(|text| self.principals.with_access_key_id(text).is_some())
    }

    fn secrets_and_long_tokens(&self, text: &[u8]) -> Vec<Range<usize>> {
        let mut found = self.secrets(text);
        found.extend(long_tokens(text));
        found
    }

    fn secrets(&self, text: &[u8]) -> Vec<Range<usize>> {
        let mut found = self.principals.find_secrets(text);
        found.extend(self.other.find(text));
        found.extend(tokens_of_ecr(text));
        found
    }
}

/// Returns how many bytes of a text are searched for secrets, if the text is truncated to `limit` bytes. A secret that begins before the limit
/// can end after it.
pub(super) fn scanned(limit: usize) -> usize {
    limit.saturating_add(SCANNED_AFTER_LIMIT)
}

/// Replaces the ranges of a text, which may overlap and may begin after its end.
fn replace(text: &str, mut ranges: Vec<Range<usize>>) -> String {
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut result = Vec::with_capacity(text.len());
    let mut end = 0;
    for range in ranges {
        if range.start >= text.len() {
            break;
        }
        if range.start >= end {
            result.extend_from_slice(&text.as_bytes()[end..range.start]);
            result.extend_from_slice(REDACTED.as_bytes());
        }
        end = end.max(range.end);
    }
    result.extend_from_slice(text.as_bytes().get(end..).unwrap_or_default());
    String::from_utf8_lossy(&result).into_owned()
}

/// Returns at most the first `limit` bytes of a text, and ends between two characters.
fn truncate(text: &str, limit: usize) -> &str {
    // `str::floor_char_boundary` needs Rust 1.91.
    let mut ends = (0..=limit.min(text.len())).rev();
    let end = ends.find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or_default()]
}

/// The maximum size of a recorded text, in bytes.
pub(super) const MAX_TEXT_SIZE: usize = 1024;

const REDACTED: &str = "REDACTED";

/// The number of times that escapes are decoded.
const MAX_LEVELS: usize = 3;

/// The length of the longest secret that is found if it begins directly before the limit.
const SCANNED_AFTER_LIMIT: usize = 8192;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Principal;

    const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    const LIMIT: usize = 1024;

    fn redactor() -> Redactor {
        let arn = || "arn:aws:iam::123456789012:user/x".parse().unwrap();
        let config = Config {
            control_key: Some("c0ntr0l key".into()),
            principals: vec![
                Principal::new(arn(), "AKIDEXAMPLE", SECRET_KEY).session_token("se55ion+token=="),
                Principal::new(arn(), "test", "test"),
            ],
            ..Config::default()
        };
        let principals = Arc::new(config.identity_store());
        Redactor::new(&config, principals)
    }

    fn target(target: &str) -> String {
        let request = http::Request::builder().uri(target).body(()).unwrap();
        redactor().target(&request.into_parts().0, LIMIT)
    }

    #[test]
    fn the_parameters_with_secrets_are_redacted() {
        let found = target(
            "/?a=1&X-Amz-Signature=s3cr3t&x-amz-security-token=t0k3n&b=%2F&X-Amz-Security-Token+=t&x_amz_security_token[]=t&access_token=t",
        );
        let expected = "/?a=1&X-Amz-Signature=REDACTED&x-amz-security-token=REDACTED&b=%2F&X-Amz-Security-Token%20=REDACTED&x_amz_security_token%5B%5D=REDACTED&access_token=REDACTED";
        assert_eq!(found, expected);
    }

    #[test]
    fn known_secrets_are_redacted_wherever_they_are() {
        assert_eq!(target("/?key=c0ntr0l+key"), "/?key=REDACTED");
        assert_eq!(target("/?c0ntr0l%20key"), "/?REDACTED=");
        assert_eq!(target("/v2/c0ntr0l%20key/x"), "/v2/REDACTED/x");
        assert_eq!(
            target(&format!("/{SECRET_KEY}x?a=b{SECRET_KEY}")),
            "/REDACTEDx?a=bREDACTED"
        );
        let twice = "%2577JalrXUtnFEMI%252FK7MDENG%252fbPxRfiCYEXAMPLEKEY";
        assert_eq!(target(&format!("/?a=-{twice}-")), "/?a=-REDACTED-");
        assert_eq!(target("/se55ion%2Btoken%3D%3D/"), "/REDACTED/");
        for value in [
            "se55ion+token==",
            "se55ion%20token%3D%3D",
            "xse55ion+token==",
        ] {
            let found = target(&format!("/v2/?a={value}&b=1"));
            assert!(found.ends_with("REDACTED&b=1"), "{found}");
        }
    }

    #[test]
    fn a_short_secret_is_redacted_as_a_whole_value_unless_it_is_an_access_key_id() {
        assert_eq!(target("/test?test=test"), "/test?test=test");
        let config = Config {
            control_key: Some("k".into()),
            ..Config::default()
        };
        let redactor = Redactor::new(&config, Arc::new(config.identity_store()));
        let request = http::Request::builder().uri("/kk?k=kk&a=k&b=xk");
        let (request, ()) = request.body(()).unwrap().into_parts();
        let found = redactor.target(&request, LIMIT);
        assert_eq!(found, "/kk?REDACTED=kk&a=REDACTED&b=xk");
    }

    #[test]
    fn tokens_are_redacted_whole_and_in_parts() {
        let config = Config::default();
        let claims = crate::token::Claims::new(
            config.default_principal().arn,
            config.region.clone(),
            crate::types::timestamp::Timestamp::AWS_EXAMPLE,
            config.token_ttl,
        );
        let token = crate::token::TokenIssuer::new(&config).issue(&claims);
        let password = token.password();
        for text in [
            token.as_str(),
            &password,
            &password[..40],
            &password[700..1200],
        ] {
            let found = redactor().redact(&format!("a {text} b"), 4096);
            assert_eq!(found, "a REDACTED b");
            assert_eq!(target(&format!("/?x={text}&y=1")), "/?x=REDACTED&y=1");
        }
        let encoded = query::encode(password.as_bytes());
        assert_eq!(target(&format!("/v2/{encoded}?z")), "/v2/REDACTED?z=");
    }

    #[test]
    fn a_secret_at_the_limit_is_redacted_before_the_text_is_truncated() {
        let before = "x ".repeat(LIMIT / 2 - 5);
        let found = redactor().redact(&format!("{before}{SECRET_KEY}"), LIMIT);
        assert_eq!(found, format!("{before}REDACTED"));
        let found = redactor().redact("abé", 3);
        assert_eq!(found, "ab");
    }

    #[test]
    fn names_and_digests_are_kept() {
        let digest = "a1".repeat(64);
        for text in [
            format!("/v2/{}/blobs/sha512:{digest}", "team-1/".repeat(36)),
            format!("/v2/app/manifests/{}", "Tag_1.0-".repeat(16)),
        ] {
            assert_eq!(target(&text), text);
        }
    }

    #[test]
    fn a_secret_in_the_input_is_redacted_and_a_layer_is_kept() {
        let escaped = SECRET_KEY.replace('/', "\\/");
        let input = format!(r#"{{"a":"{escaped}","b":"{}"}}"#, "aB1/".repeat(100));
        let found = redactor().redact_known(&input, 4096);
        assert_eq!(found, input.replace(&escaped, REDACTED));
    }

    #[test]
    fn a_swapped_key_is_redacted_in_the_claim() {
        let claim = |id: &str| {
            let request = http::Request::builder().header(
                "authorization",
                format!("AWS4-HMAC-SHA256 Credential={id}/20150830/us-east-1/ecr/aws4_request"),
            );
            let (request, ()) = request.body(()).unwrap().into_parts();
            redactor().claim(SignatureClaim::of(&request).unwrap())
        };
        for (id, expected) in [
            ("AKIDEXAMPLE", "AKIDEXAMPLE"),
            ("AKIDUNKNOWN", "AKIDUNKNOWN"),
            ("test", "test"),
            ("ab1CD2ef3GH4ij5KL6mn7OP8qr9ST0uv1WX2yz3A", "REDACTED"),
        ] {
            assert_eq!(claim(id).access_key_id, expected);
        }
        let mut moved = claim("AKIDEXAMPLE");
        moved.region = "ab1CD2ef3GH4ij5KL6mn7OP8qr9ST0uv1WX2yz3A".to_owned();
        assert_eq!(redactor().claim(moved).region, "REDACTED");
    }
}
