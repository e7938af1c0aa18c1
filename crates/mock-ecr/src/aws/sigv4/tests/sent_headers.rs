//! Tests of the canonical form of headers.

use http::{HeaderValue, Request, Version};

use crate::aws::sigv4::SigV4Error;
use crate::aws::sigv4::tests::sdk_signer::{Draft, Signer};
use crate::aws::sigv4::tests::{MISMATCH, frozen, incomplete, invalid};

#[test]
fn a_header_that_is_not_utf_8_is_not_treated_as_missing() {
    let opaque = || HeaderValue::from_bytes(b"\xFF").unwrap();
    let mut request = Signer::example().sign(&Draft::example());
    request
        .headers_mut()
        .insert("x-amz-security-token", opaque());
    assert_eq!(frozen().verify(&request), Err(SigV4Error::UnknownKey));
    request.headers_mut().insert("x-amz-date", opaque());
    let date = "Date must be in ISO-8601 'basic format'. Got '\u{FFFD}'. See http://en.wikipedia.org/wiki/ISO_8601";
    assert_eq!(frozen().verify(&request), Err(incomplete(date)));
    let both = Request::post("/?X-Amz-Algorithm").header("authorization", opaque());
    let both = both.body(Vec::new()).unwrap();
    assert!(matches!(
        frozen().verify(&both),
        Err(SigV4Error::Invalid(_))
    ));
}

/// S3 rejects a request if a header that was signed as empty is missing: s3fs-fuse/s3fs-fuse#555.
#[test]
fn a_header_that_was_signed_as_empty_must_be_present() {
    let mut draft = Draft::example();
    draft.headers.push(("x-empty".to_owned(), String::new()));
    let mut request = Signer::example().sign(&draft);
    assert!(frozen().verify(&request).is_ok());
    request.headers_mut().remove("x-empty");
    assert_eq!(frozen().verify(&request), Err(invalid(MISMATCH)));
}

#[test]
fn the_values_of_a_header_are_signed_in_order_and_without_extra_spaces() {
    let draft = |values: &[&str]| {
        let mut draft = Draft::example();
        let headers = values
            .iter()
            .map(|value| ("x-twice".to_owned(), (*value).to_owned()));
        draft.headers.extend(headers);
        draft
    };
    let signed = Signer::example().sign(&draft(&["b", "a  c"]));
    let verdict = |values: &[&str]| {
        let mut request = signed.clone();
        request.headers_mut().remove("x-twice");
        for value in values {
            request
                .headers_mut()
                .append("x-twice", value.parse().unwrap());
        }
        frozen().verify(&request).map(drop)
    };
    assert_eq!(verdict(&["b", "a  c"]), Ok(()));
    assert_eq!(verdict(&[" b ", "a c"]), Ok(()));
    assert_eq!(verdict(&["b,a c"]), Ok(()));
    for other in [&["a c", "b"][..], &["b", "ac"], &["b", "a\tc"], &["b"], &[]] {
        assert_eq!(verdict(other), Err(invalid(MISMATCH)), "{other:?}");
    }
}

#[test]
fn the_host_of_an_http_2_request_is_in_the_uri() {
    let draft = Draft {
        version: Version::HTTP_2,
        ..Draft::example()
    };
    let mut request = Signer::example().sign(&draft);
    assert!(request.headers().get("host").is_none());
    assert!(frozen().verify(&request).is_ok());
    *request.uri_mut() = "http://api.ecr.us-east-2.amazonaws.com/".parse().unwrap();
    assert_eq!(frozen().verify(&request), Err(invalid(MISMATCH)));
    *request.uri_mut() = "/".parse().unwrap();
    assert_eq!(frozen().verify(&request), Err(invalid(MISMATCH)));
}
