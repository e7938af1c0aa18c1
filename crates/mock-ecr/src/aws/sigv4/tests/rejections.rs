//! Tests of the message of each error, and of their order.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Request;
use proptest::prelude::*;
use sha2::{Digest as _, Sha256};

use crate::aws::sigv4::SigV4Error;
use crate::aws::sigv4::authorization::Form;
use crate::aws::sigv4::tests::sdk_signer::{Draft, Signer, with_token};
use crate::aws::sigv4::tests::{
    MISMATCH, Mock, frozen, frozen_config, incomplete, invalid, set_header,
};
use crate::config::{AuthMode, Config};
use crate::iam::principal::Principal;
use crate::types::timestamp::Timestamp;
use crate::types::{AccountId, PrincipalArn, Region};

const HOST: &str = "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.";

#[test]
fn a_request_without_a_signature_is_rejected() {
    // All parameters except X-Amz-Algorithm: mhart/kinesalite, test/connection.js.
    for target in [
        "/",
        "/?X-Amz-Credential=a&X-Amz-Signature=b&X-Amz-SignedHeaders=c&X-Amz-Date=d",
    ] {
        let request = Request::post(target).body(Vec::new()).unwrap();
        assert_eq!(
            frozen().verify(&request),
            Err(SigV4Error::Missing),
            "{target}"
        );
    }
}

/// The sentences were recorded from Kinesis: mhart/kinesalite, test/connection.js. The hash was recorded from Bedrock; see [`hash_of`].
#[test]
fn the_error_for_an_incomplete_header_names_the_missing_parts() {
    let all = "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
    let all = format!("{all}{}", hash_of("X"));
    let one = |text: &str| {
        let hash = hash_of(text);
        format!("Authorization header requires 'SignedHeaders' parameter. {hash}")
    };
    for target in ["/", "/?X-Amz-Algorith"] {
        let request = Request::post(target).header("authorization", "X");
        assert_eq!(rejection(request), incomplete(all.clone()), "{target}");
    }
    for text in [
        "AWS4- Signature=b Credential=a",
        "AWS4- Signature=b,Credential=a",
        "AWS4- Signature=b, Credential=a",
    ] {
        let request = Request::post("/").header("authorization", text);
        assert_eq!(
            rejection(request.header("date", "a")),
            incomplete(one(text))
        );
    }
}

/// The message was recorded from Bedrock, and its hash is that of `Bearer`: anthropics/claude-code#45128 (2026).
#[test]
fn the_error_for_an_incomplete_header_contains_its_hash() {
    let request = Request::post("/").header("authorization", "Bearer");
    let request = request.header("x-amz-date", "20151129T213053Z");
    let recorded = "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. (Hashed with SHA-256 and encoded with Base64) Authorization=cQ4NvdQimYUQF6TWcmXs0EbxtO23QVJZkqGmqPqAElg=";
    assert_eq!(rejection(request), incomplete(recorded));
}

/// Returns the end of a message about an incomplete header.
fn hash_of(text: &str) -> String {
    let hash = STANDARD.encode(Sha256::digest(text));
    format!("(Hashed with SHA-256 and encoded with Base64) Authorization={hash}")
}

/// Source of the message: awslabs/time-addressable-media-store#8 (2025).
#[test]
fn a_field_without_an_equal_sign_is_rejected() {
    let mut request = Signer::example().sign(&Draft::example());
    let text = authorization(&request);
    for text in [
        format!("{text}, Field"),
        text.replace("Credential=", "Credential= Field"),
        text.replace("AWS4-HMAC-SHA256 ", "AWS4-HMAC-SHA256 Field,,"),
    ] {
        set_header(&mut request, "authorization", &text);
        let hash = STANDARD.encode(Sha256::digest(&text));
        let message = format!(
            "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '{hash}'."
        );
        assert_eq!(frozen().verify(&request), Err(incomplete(message)));
    }
}

/// The last field is used even if it is empty, as in `scratchstack-aws-signature`.
#[test]
fn the_last_of_two_fields_with_one_name_is_used() {
    let mut request = Signer::example().sign(&Draft::example());
    let text = authorization(&request);
    set_header(
        &mut request,
        "authorization",
        &text.replace("Signature=", "Signature=a, Signature="),
    );
    assert!(frozen().verify(&request).is_ok());
    set_header(
        &mut request,
        "authorization",
        &format!("{text},Signature=a"),
    );
    assert_eq!(frozen().verify(&request), Err(invalid(MISMATCH)));
    let empty = format!("{text},Signature=");
    set_header(&mut request, "authorization", &empty);
    let hash = hash_of(&empty);
    let missing = format!("Authorization header requires 'Signature' parameter. {hash}");
    assert_eq!(frozen().verify(&request), Err(incomplete(missing)));
}

/// The first message was recorded from Kinesis: mhart/kinesalite, test/connection.js.
#[test]
fn the_error_for_an_incomplete_query_names_the_missing_parameters() {
    let must = |name: &str| format!("AWS query-string parameters must include '{name}'. ");
    let names = [
        "X-Amz-Algorithm",
        "X-Amz-Credential",
        "X-Amz-Signature",
        "X-Amz-SignedHeaders",
        "X-Amz-Date",
    ];
    let all: String = names.map(must).concat();
    for (target, missing) in [
        ("/?X-Amz-Algorithm", all),
        (
            "/?X-Amz-Algorithm=a&X-Amz-Credential=b&X-Amz-Signature=c&X-Amz-Date=d",
            must(names[3]),
        ),
    ] {
        let text = format!("{missing}Re-examine the query-string parameters.");
        assert_eq!(
            rejection(Request::post(target)),
            incomplete(text),
            "{target}"
        );
    }
}

/// All parts are wrong at first. Each correction leads to the next error.
#[test]
fn errors_are_returned_in_the_documented_order() {
    let mut attempt = Attempt {
        target: "/?X-Amz-Algorithm",
        algorithm: "AWS5",
        credential: "AKIANOBODY/20151128/Moon/ecs".to_owned(),
        signed_headers: "date",
        signature: "",
        date: "a",
    };
    assert_eq!(attempt.rejection(), invalid(BOTH));
    attempt.target = "/";
    assert!(matches!(attempt.rejection(), SigV4Error::Incomplete(text)
        if text.starts_with("Authorization header requires 'Signature' parameter. (Hashed")));
    attempt.signature = "a";
    assert_eq!(
        attempt.rejection(),
        incomplete("Unsupported AWS 'algorithm': 'AWS5'.")
    );
    attempt.algorithm = "AWS4-HMAC-SHA256";
    assert_eq!(attempt.rejection(), incomplete(NO_DATE));
    attempt.date = "20151128T213053Z";
    assert_eq!(attempt.rejection(), incomplete(FOUR_PARTS));
    attempt.credential += "/aws5";
    assert_eq!(attempt.rejection(), invalid(HOST));
    attempt.signed_headers = "host";
    assert_eq!(attempt.rejection(), invalid(EXPIRED));
    attempt.date = "20151129T213053Z";
    assert_eq!(attempt.rejection(), invalid(SCOPE));
    attempt.credential = "AKIANOBODY/20151129/us-east-1/ecr/aws4_request".to_owned();
    assert_eq!(attempt.rejection(), SigV4Error::UnknownKey);
    attempt.credential = attempt.credential.replace("NOBODY", "EXPIRED");
    assert_eq!(attempt.rejection(), SigV4Error::ExpiredCredentials);
    attempt.credential = attempt.credential.replace("EXPIRED", "VALID");
    assert_eq!(attempt.rejection(), invalid(MISMATCH));
}

/// Recorded from Kinesis: mhart/kinesalite, test/connection.js.
const BOTH: &str =
    "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.";
const NO_DATE: &str =
    "Date must be in ISO-8601 'basic format'. Got 'a'. See http://en.wikipedia.org/wiki/ISO_8601";
const FOUR_PARTS: &str = "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'AKIANOBODY/20151128/Moon/ecs'";
const EXPIRED: &str = "Signature expired: 20151128T213053Z is now earlier than 20151129T211553Z (20151129T213053Z - 15 min.)";
const SCOPE: &str = "Credential should be scoped to a valid region, not 'Moon'. Credential should be scoped to correct service: 'ecr'. Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5'. Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20151128' != '20151129', from '20151129T213053Z'. ";

/// The parts of a request with a signature in its header.
struct Attempt {
    target: &'static str,
    algorithm: &'static str,
    credential: String,
    signed_headers: &'static str,
    signature: &'static str,
    date: &'static str,
}

impl Attempt {
    /// Returns the error of a mock with two principals: the credentials of one expire now, those of the other a millisecond later.
    fn rejection(&self) -> SigV4Error {
        let principal = |name, id, expires| {
            let arn = PrincipalArn::user(AccountId::EXAMPLE, &Region::default(), name);
            Principal::new(arn, id, "S").expires(expires)
        };
        let now = Timestamp::AWS_EXAMPLE;
        let mock = Mock::new(&Config {
            principals: vec![
                principal("expired", "AKIAEXPIRED", now),
                principal("valid", "AKIAVALID", now + Duration::from_millis(1)),
            ],
            ..frozen_config()
        });
        let text = format!(
            "{} Credential={}, SignedHeaders={}, Signature={}",
            self.algorithm, self.credential, self.signed_headers, self.signature
        );
        let request = Request::post(self.target).header("authorization", text);
        let request = request.header("x-amz-date", self.date);
        mock.verify(&request.body(Vec::new()).unwrap()).unwrap_err()
    }
}

#[test]
fn a_query_is_rejected_for_the_same_reasons() {
    let query = |credential: &str, date: &str, signed: &str, more: &str| {
        let fixed = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=a";
        format!(
            "/?{fixed}&X-Amz-Credential={credential}&X-Amz-Date={date}&X-Amz-SignedHeaders={signed}{more}"
        )
    };
    let (good, now) = (
        "AKIAIOSFODNN7EXAMPLE/20151129/us-east-1/ecr/aws4_request",
        "20151129T213053Z",
    );
    let expires_in = |expires_in: &str| {
        format!(
            "X-Amz-Expires must be a number of seconds between 1 and 604800. Got '{expires_in}'."
        )
    };
    let date = "Date must be in ISO-8601 'basic format'. Got '2015112éT21305Z'. See http://en.wikipedia.org/wiki/ISO_8601";
    for (target, expected) in [
        ("/?X-Amz-Algorithm=AWS5&X-Amz-Signature=a&X-Amz-Credential=a&X-Amz-Date=a&X-Amz-SignedHeaders=a".to_owned(), incomplete("Unsupported AWS 'algorithm': 'AWS5'.")),
        // Sixteen bytes. The eighth and the ninth are one character.
        (query(good, "2015112%C3%A9T21305Z", "host", ""), incomplete(date)),
        (query("AKIA", now, "host", ""), incomplete("Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'AKIA'")),
        (query(good, now, "host", "&X-Amz-Expires=0"), incomplete(expires_in("0"))),
        (query(good, now, "host", "&X-Amz-Expires=604801"), incomplete(expires_in("604801"))),
        (query(good, now, "host", "&X-Amz-Expires=a"), incomplete(expires_in("a"))),
        (query(good, now, "host", "&X-Amz-Expires="), incomplete(expires_in(""))),
        (query(good, now, "host", "&X-Amz-Expires"), incomplete(expires_in(""))),
        (query(good, now, "host", "&X-Amz-Expires=%2B60"), incomplete(expires_in("+60"))),
        (query(good, now, "host", "&X-Amz-Expires=+60"), incomplete(expires_in(" 60"))),
        (query(good, now, "date", ""), invalid(HOST)),
        (query(good, now, "host", "&X-Amz-Security-Token=a"), SigV4Error::UnknownKey),
        (query(good, now, "host", "&X-Amz-Security-Token="), SigV4Error::UnknownKey),
        (query(good, now, "host", "&X-Amz-Security-Token=%FF"), SigV4Error::UnknownKey),
        (query(good, now, "host", "&X-Amz-Expires=604800"), invalid(MISMATCH)),
    ] {
        assert_eq!(rejection(Request::post(&target)), expected, "{target}");
    }
}

/// Each sentence ends in a space, as recorded from EMR: aws/aws-sdk-ruby#431.
#[test]
fn a_scope_of_another_region_and_service_is_rejected_for_both() {
    let signer = Signer {
        region: "eu-west-1".to_owned(),
        service: "ecs",
        ..Signer::example()
    };
    let request = signer.sign(&Draft::example());
    let service = "Credential should be scoped to correct service: 'ecr'. ";
    let region = "Credential should be scoped to a valid region, not 'eu-west-1'. ";
    let mut mock = frozen();
    assert_eq!(mock.verify(&request), Err(invalid(service)));
    mock.host_region = Some(Region::default());
    assert_eq!(
        mock.verify(&request),
        Err(invalid(format!("{region}{service}")))
    );
}

#[test]
fn a_host_of_a_region_rejects_signatures_for_other_regions() {
    let request = Signer::example().sign(&Draft::example());
    let verdict = |region: Option<&str>| {
        let mut mock = frozen();
        mock.host_region = region.map(|region| region.parse().unwrap());
        mock.verify(&request).map(drop)
    };
    assert_eq!(verdict(None), Ok(()));
    assert_eq!(verdict(Some("us-east-1")), Ok(()));
    let region = "Credential should be scoped to a valid region, not 'us-east-1'. ";
    assert_eq!(verdict(Some("us-east-2")), Err(invalid(region)));
}

#[test]
fn an_unknown_region_is_rejected() {
    let signer = Signer {
        region: "us-eest-1".to_owned(),
        ..Signer::example()
    };
    let region = "Credential should be scoped to a valid region, not 'us-eest-1'. ";
    let verdict = frozen().verify(&signer.sign(&Draft::example()));
    assert_eq!(verdict, Err(invalid(region)));
}

#[test]
fn a_session_token_must_belong_to_the_access_key() {
    let example = || Signer::example().principal;
    for form in [Form::Header, Form::Query] {
        for (expected, sent) in [
            (None, None),
            (Some("right"), Some("right")),
            (Some("right"), None),
            (Some("right"), Some("wrong")),
            (Some("right"), Some("")),
            (None, Some("extra")),
            (None, Some("")),
        ] {
            let mock = Mock::new(&Config {
                principals: vec![with_token(example(), expected)],
                ..frozen_config()
            });
            let principal = with_token(example(), sent);
            let signer = Signer {
                principal,
                form,
                ..Signer::example()
            };
            let verdict = mock.verify(&signer.sign(&Draft::example())).map(drop);
            let expected_verdict = if expected == sent {
                Ok(())
            } else {
                Err(SigV4Error::UnknownKey)
            };
            assert_eq!(verdict, expected_verdict, "{form:?} {expected:?} {sent:?}");
        }
    }
}

#[test]
fn a_lenient_mock_accepts_the_claimed_caller() {
    let mock = Mock::new(&Config {
        auth: AuthMode::Lenient,
        ..frozen_config()
    });
    let verdict = |credential: &str| {
        let text = format!(
            "AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=wrong"
        );
        let request = Request::post("/").header("authorization", text);
        let request = request
            .header("x-amz-date", "19700101T000000Z")
            .body(Vec::new());
        mock.verify(&request.unwrap())
            .map(|(arn, region)| format!("{arn} {region}"))
    };
    for (key, region, caller) in [
        (
            Principal::EXAMPLE_ACCESS_KEY_ID,
            "eu-west-1",
            "arn:aws:iam::123456789012:user/developer eu-west-1",
        ),
        (
            "AKIANOBODY",
            "eu-west-1",
            "arn:aws:iam::123456789012:root eu-west-1",
        ),
        (
            "210987654321",
            "eu-west-1",
            "arn:aws:iam::210987654321:root eu-west-1",
        ),
        (
            "210987654321",
            "cn-north-1",
            "arn:aws-cn:iam::210987654321:root cn-north-1",
        ),
        (
            "21098765432",
            "us-east-1",
            "arn:aws:iam::123456789012:root us-east-1",
        ),
    ] {
        let credential = format!("{key}/19700101/{region}/ecr/aws4_request");
        assert_eq!(verdict(&credential).as_deref(), Ok(caller), "{credential}");
    }
    let region = "Credential should be scoped to a valid region, not 'EU'. ";
    assert_eq!(
        verdict("AKIA/19700101/EU/ecr/aws4_request"),
        Err(invalid(region))
    );
    assert!(matches!(verdict("AKIA"), Err(SigV4Error::Incomplete(_))));
    let unsigned = Request::post("/").body(Vec::new()).unwrap();
    assert_eq!(mock.verify(&unsigned), Err(SigV4Error::Missing));
}

proptest! {
    #[test]
    fn any_text_is_verified_without_panic(
        authorization in prop::option::of(".{0,100}|AWS4-HMAC-SHA256 Credential=[/a]{0,9},SignedHeaders=.{0,9},Signature=.{0,9}"),
        date in ".{0,20}|[0-9]{7}é[0-9TZ]{7}|[0-9]{8}T[0-9]{6}Z",
        query in "(X-Amz-(Algorithm(=AWS4-HMAC-SHA256)?|Credential=[/a]{0,9}|Signature=a|SignedHeaders=[a-z%0]{0,9}|Expires=[0-9]{0,30}|Date=[0-9]{7}%C3%A9[0-9TZ]{7})&){0,8}",
        lenient: bool,
    ) {
        let auth = if lenient { AuthMode::Lenient } else { AuthMode::Strict };
        let mut request = Request::builder().uri(format!("/?{query}")).body(Vec::new()).unwrap();
        let values = [("authorization", authorization), ("x-amz-date", Some(date))];
        for (name, value) in values {
            if let Some(value) = value.and_then(|value| value.parse().ok()) {
                request.headers_mut().insert(name, value);
            }
        }
        let mock = Mock::new(&Config { auth, ..frozen_config() });
        let is_rejected = mock.verify(&request).is_err();
        prop_assert!(is_rejected || lenient);
    }
}

fn rejection(request: http::request::Builder) -> SigV4Error {
    frozen()
        .verify(&request.body(Vec::new()).unwrap())
        .unwrap_err()
}

fn authorization(request: &Request<Vec<u8>>) -> String {
    request.headers()["authorization"]
        .to_str()
        .unwrap()
        .to_owned()
}
