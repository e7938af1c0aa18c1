//! Tests of the date of a signature, under the clock of the mock and the system clock.

use std::time::Duration;

use http::Request;
use sha2::{Digest as _, Sha256};

use crate::aws::sigv4::authorization::Form;
use crate::aws::sigv4::canonical;
use crate::aws::sigv4::tests::sdk_signer::{Draft, Signer};
use crate::aws::sigv4::tests::{
    MISMATCH, Mock, frozen, frozen_config, incomplete, invalid, set_header,
};
use crate::clock::Clock;
use crate::clock::ClockStart;
use crate::config::{Config, SigV4Clock};
use crate::iam::principal::Principal;
use crate::types::timestamp::Timestamp;

/// The first message is ECR's: upmc-enterprises/registry-creds#47. A difference of exactly 15 minutes is valid.
#[test]
fn a_date_must_be_within_15_minutes_of_the_clock() {
    let verdict = |seconds: i64| {
        let at = Timestamp::from_millis(Timestamp::AWS_EXAMPLE.as_millis() + seconds * 1000);
        let signer = Signer {
            at,
            ..Signer::example()
        };
        frozen().verify(&signer.sign(&Draft::example())).map(drop)
    };
    let expired = "Signature expired: 20151129T211552Z is now earlier than 20151129T211553Z (20151129T213053Z - 15 min.)";
    let not_yet_current = "Signature not yet current: 20151129T214554Z is still later than 20151129T214553Z (20151129T213053Z + 15 min.)";
    assert_eq!(verdict(-901), Err(invalid(expired)));
    assert_eq!(verdict(-900), Ok(()));
    assert_eq!(verdict(900), Ok(()));
    assert_eq!(verdict(901), Err(invalid(not_yet_current)));
}

/// `X-Amz-Expires` shortens the 15 minutes, and never extends them. `[ASSUME]`
#[test]
fn a_signature_in_a_query_expires_after_x_amz_expires() {
    let expired = |date, earliest, expires_in| {
        invalid(format!(
            "Signature expired: {date} is now earlier than {earliest} (20151129T213053Z - {expires_in}.)"
        ))
    };
    for (expires_in, age, expected) in [
        (60, 60, Ok(())),
        (
            60,
            61,
            Err(expired("20151129T212952Z", "20151129T212953Z", "1 min")),
        ),
        (
            90,
            100,
            Err(expired("20151129T212913Z", "20151129T212923Z", "90 sec")),
        ),
        (604_800, 900, Ok(())),
        (
            604_800,
            901,
            Err(expired("20151129T211552Z", "20151129T211553Z", "15 min")),
        ),
    ] {
        let signer = Signer {
            at: Timestamp::AWS_EXAMPLE - Duration::from_secs(age),
            form: Form::Query,
            expires_in: Duration::from_secs(expires_in),
            ..Signer::example()
        };
        let verdict = frozen().verify(&signer.sign(&Draft::example())).map(drop);
        assert_eq!(verdict, expected, "{expires_in} {age}");
    }
}

#[test]
fn a_client_with_the_system_time_is_accepted_under_a_moved_clock_only_if_the_config_allows_it() {
    let real = Clock::new(ClockStart::System).now();
    let signer = Signer {
        at: real,
        ..Signer::example()
    };
    let request = signer.sign(&Draft::example());
    let verdict = |clock, sigv4_clock| {
        let config = Config {
            clock,
            sigv4_clock,
            ..Config::default()
        };
        Mock::new(&config).verify(&request).map(drop)
    };
    let frozen = ClockStart::FROZEN;
    let not_yet_current = format!(
        "Signature not yet current: {} is still later than 20151129T214553Z (20151129T213053Z + 15 min.)",
        real.to_basic()
    );
    assert_eq!(verdict(frozen, SigV4Clock::Either), Ok(()));
    assert_eq!(
        verdict(frozen, SigV4Clock::Mock),
        Err(invalid(not_yet_current))
    );
    assert_eq!(verdict(ClockStart::System, SigV4Clock::Mock), Ok(()));
}

#[test]
fn the_error_for_a_date_that_fits_no_clock_names_the_time_of_the_mock() {
    let at = Timestamp::AWS_EXAMPLE - Duration::from_secs(3600);
    let signer = Signer {
        at,
        ..Signer::example()
    };
    let expired = "Signature expired: 20151129T203053Z is now earlier than 20151129T211553Z (20151129T213053Z - 15 min.)";
    let mock = Mock::new(&Config {
        sigv4_clock: SigV4Clock::Either,
        ..frozen_config()
    });
    assert_eq!(
        mock.verify(&signer.sign(&Draft::example())),
        Err(invalid(expired))
    );
}

/// The test contains the canonical request, because no SDK signs a request without `X-Amz-Date`.
#[test]
fn the_date_header_is_used_if_x_amz_date_is_missing() {
    let (host, date) = (
        "api.ecr.us-east-1.amazonaws.com",
        "Sun, 29 Nov 2015 21:30:53 GMT",
    );
    let body_hash = hash("{}");
    let canonical_hash = hash(&format!(
        "POST\n/\n\ndate:{date}\nhost:{host}\n\ndate;host\n{body_hash}"
    ));
    let scope = "20151129/us-east-1/ecr/aws4_request";
    let string_to_sign = format!("AWS4-HMAC-SHA256\n20151129T213053Z\n{scope}\n{canonical_hash}");
    let key = aws_sigv4::sign::v4::generate_signing_key(
        Principal::EXAMPLE_SECRET_ACCESS_KEY,
        Timestamp::AWS_EXAMPLE.into(),
        "us-east-1",
        "ecr",
    );
    let signature = aws_sigv4::sign::v4::calculate_signature(key, string_to_sign.as_bytes());
    let id = Principal::EXAMPLE_ACCESS_KEY_ID;
    let mut request = Request::post("/")
        .header("host", host)
        .header("date", date)
        .header("authorization", format!("AWS4-HMAC-SHA256 Credential={id}/{scope}, SignedHeaders=date;host, Signature={signature}"))
        .body(b"{}".to_vec())
        .unwrap();
    assert!(frozen().verify(&request).is_ok());
    set_header(&mut request, "x-amz-date", "20151129T213054Z");
    assert_eq!(frozen().verify(&request), Err(invalid(MISMATCH)));
    request.headers_mut().remove("x-amz-date");
    set_header(&mut request, "date", "yesterday");
    let wrong = "Date must be in ISO-8601 'basic format'. Got 'yesterday'. See http://en.wikipedia.org/wiki/ISO_8601";
    assert_eq!(frozen().verify(&request), Err(incomplete(wrong)));
}

fn hash(text: &str) -> String {
    let mut hash = Vec::new();
    canonical::push_hex(&mut hash, &Sha256::digest(text));
    String::from_utf8(hash).unwrap()
}
