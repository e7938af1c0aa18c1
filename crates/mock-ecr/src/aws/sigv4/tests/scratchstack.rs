//! Compares the verifier of the mock with `scratchstack-aws-signature`: both must return the same verdict with the same message.

use std::error::Error;
use std::future::ready;
use std::time::{Duration, SystemTime};

use http::{Request, Version};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use scratchstack_aws_signature::{
    GetSigningKeyRequest, GetSigningKeyResponse, KSecretKey, NO_ADDITIONAL_SIGNED_HEADERS,
    SignatureError, SignatureOptions, service_for_signing_key_fn, sigv4_validate_request,
};

use crate::aws::sigv4::SigV4Error;
use crate::aws::sigv4::authorization::Form;
use crate::aws::sigv4::tests::sdk_signer::{Draft, Payload, Signer, with_token};
use crate::aws::sigv4::tests::{MISMATCH, Mock, set_header};
use crate::clock::ClockStart;
use crate::config::{Config, SigV4Clock};
use crate::iam::principal::Principal;
use crate::types::secret::Secret;
use crate::types::timestamp::Timestamp;

proptest! {
    #[test]
    fn both_verifiers_return_the_same_verdict(draft in any_draft(), signer in any_signer(), seconds in any_seconds(), faults in vec(any_fault(), 0..3)) {
        let now = Timestamp::from_millis(signer.at.as_millis() + seconds * 1000);
        let mut request = signer.sign(&draft);
        for fault in &faults {
            fault.inject(&mut request);
        }
        prop_assert_eq!(mock_verdict(&request, &signer, now), scratchstack_verdict(request, &signer, now));
    }
}

/// Scratchstack escapes a path once, but the SDKs escape it twice. It also resolves dot segments differently, sorts `name=value` instead
/// of names, does not support unsigned bodies, and does not decode a credential in a query.
#[test]
fn the_mock_agrees_with_the_sdks_where_scratchstack_does_not() {
    let parts = "exactly 5 slash-delimited elements";
    for (target, form, payload, why) in [
        ("/a%20b", Form::Header, Payload::Hashed, MISMATCH),
        ("/../a", Form::Header, Payload::Hashed, "above root"),
        ("/a/.", Form::Header, Payload::Hashed, MISMATCH),
        ("/?a=1&a-=1", Form::Header, Payload::Hashed, MISMATCH),
        ("/?a=%zz", Form::Header, Payload::Hashed, "Illegal hex"),
        ("/", Form::Header, Payload::Unsigned, MISMATCH),
        ("/", Form::Query, Payload::Hashed, parts),
    ] {
        let draft = Draft {
            target: target.to_owned(),
            ..Draft::example()
        };
        let signer = Signer {
            form,
            payload,
            ..Signer::example()
        };
        let request = signer.sign(&draft);
        assert_eq!(
            mock_verdict(&request, &signer, signer.at),
            Ok(()),
            "{target}"
        );
        let rejection = scratchstack_verdict(request, &signer, signer.at).unwrap_err();
        assert!(rejection.contains(why), "{target} {rejection}");
    }
}

/// Returns the verdict of a mock with a host in the example Region.
fn mock_verdict(request: &Request<Vec<u8>>, signer: &Signer, now: Timestamp) -> Result<(), String> {
    let mut mock = Mock::new(&Config {
        principals: vec![signer.principal.clone()],
        clock: ClockStart::Frozen(now),
        sigv4_clock: SigV4Clock::Mock,
        ..Config::default()
    });
    mock.host_region = Some(Config::default().region);
    match mock.verify(request) {
        Ok(_) => Ok(()),
        // The message about a field is newer than that of scratchstack. The sentences about a scope end in a space, as recorded. Those of
        // scratchstack do not.
        Err(SigV4Error::Incomplete(text)) if text.contains(NO_PAIR) => Err(NO_PAIR.to_owned()),
        Err(SigV4Error::Incomplete(text) | SigV4Error::Invalid(text)) => {
            Err(text.trim_end().to_owned())
        }
        Err(error) => Err(error.to_string()),
    }
}

/// A part of the messages about a field without an equal sign.
const NO_PAIR: &str = "missing equal-sign";

/// Returns the verdict of scratchstack. The test provides the signing key, and the error for an unknown key.
fn scratchstack_verdict(
    request: Request<Vec<u8>>,
    signer: &Signer,
    now: Timestamp,
) -> Result<(), String> {
    let principal = signer.principal.clone();
    let region = Config::default().region;
    let key_provider =
        move |request: GetSigningKeyRequest| ready(signing_key_of(&principal, &request));
    let mut signing_key = service_for_signing_key_fn(key_provider);
    let verdict = sigv4_validate_request(
        request,
        region.as_str(),
        "ecr",
        &mut signing_key,
        SystemTime::from(now).into(),
        &NO_ADDITIONAL_SIGNED_HEADERS,
        SignatureOptions::default(),
    );
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let verdict = runtime.block_on(verdict);
    let text = |error: String| match error.contains(NO_PAIR) {
        true => NO_PAIR.to_owned(),
        false => error,
    };
    verdict.map(drop).map_err(|error| text(error.to_string()))
}

fn signing_key_of(
    principal: &Principal,
    request: &GetSigningKeyRequest,
) -> Result<GetSigningKeyResponse, Box<dyn Error + Send + Sync>> {
    let token = principal.session_token.as_ref().map(Secret::expose);
    if (request.access_key(), request.session_token()) != (&principal.access_key_id, token) {
        let unknown = SigV4Error::UnknownKey.to_string();
        return Err(SignatureError::InvalidClientTokenId(unknown).into());
    }
    let secret: KSecretKey = principal.secret_access_key.expose().parse()?;
    let key = secret.to_ksigning(request.request_date(), request.region(), request.service());
    Ok(GetSigningKeyResponse::builder().signing_key(key).build()?)
}

/// A defect of a signature.
#[derive(Clone, Debug)]
enum Fault {
    /// Replaces one of the five parts of the credential.
    Credential(usize, String),
    Signature,
    /// Adds a field with another name, which both verifiers ignore.
    UnknownField,
    /// Adds a field without an equal sign.
    NoPair,
    HostUnsigned,
    SessionToken(String),
    Body,
}

fn any_fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        4 => (0..5_usize, "[a-z0-9]{0,6}").prop_map(|(part, text)| Fault::Credential(part, text)),
        1 => Just(Fault::Signature),
        1 => Just(Fault::UnknownField),
        1 => Just(Fault::NoPair),
        1 => Just(Fault::HostUnsigned),
        1 => "[a-z]{0,3}".prop_map(Fault::SessionToken),
        1 => Just(Fault::Body),
    ]
}

impl Fault {
    fn inject(&self, request: &mut Request<Vec<u8>>) {
        let text = request.headers()["authorization"].to_str().unwrap();
        let (before, rest) = text.split_once("Credential=").unwrap();
        let (credential, after) = rest.split_once(',').unwrap();
        let text = match self {
            Fault::Credential(part, new) => {
                let mut parts: Vec<&str> = credential.split('/').collect();
                parts[*part] = new;
                format!("{before}Credential={},{after}", parts.join("/"))
            }
            Fault::Signature => format!("{text}0"),
            Fault::UnknownField => format!("{text}, Field=value"),
            Fault::NoPair => format!("{text}, Field"),
            Fault::HostUnsigned => text.replace("host;", ""),
            Fault::SessionToken(token) => {
                return set_header(request, "x-amz-security-token", token);
            }
            Fault::Body => return request.body_mut().push(b'!'),
        };
        set_header(request, "authorization", &text);
    }
}

/// Generates offsets around the 15 minutes in which a signature is valid.
fn any_seconds() -> impl Strategy<Value = i64> {
    let edges = [-901, -900, 900, 901];
    prop_oneof![-1000..1000_i64, prop::sample::select(edges.to_vec())]
}

fn any_draft() -> impl Strategy<Value = Draft> {
    let header = ("x-[ab]|content-type", "( {0,3}[!-~é]{1,2}){0,4} {0,2}");
    let headers = vec(header, 0..4);
    let body = vec(any::<u8>(), 0..50);
    ("GET|POST", any_path(), any_query(), headers, body).prop_map(
        |(method, path, query, headers, body)| Draft {
            version: Version::HTTP_11,
            method,
            host: "localhost:4566".to_owned(),
            target: format!("{path}?{query}"),
            headers,
            body,
        },
    )
}

/// Generates paths of unreserved characters, without dot segments at the end or above the root.
fn any_path() -> impl Strategy<Value = String> {
    let name = || "[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,4}";
    let segment = prop_oneof![4 => name(), 1 => "[.]?", 1 => "[a-z]{1,3}/[.][.]"];
    let last = prop_oneof![name(), Just(String::new())];
    (vec(segment, 0..5), last).prop_map(|(mut segments, last)| {
        segments.push(last);
        format!("/{}", segments.join("/"))
    })
}

/// Generates queries. All names have the same length, so that no name is a prefix of another.
fn any_query() -> impl Strategy<Value = String> {
    let value = "([A-Za-z0-9._~-]|%[2-7][0-9A-Fa-f]|%C3%A9|[+!$'()*,;:@/?=]){0,4}";
    let parameter = prop_oneof![
        "",
        "[ab]{3}",
        ("[ab]{3}", value).prop_map(|(n, v)| format!("{n}={v}"))
    ];
    vec(parameter, 0..4).prop_map(|parameters| parameters.join("&"))
}

/// Generates signers. Scratchstack accepts only secrets of forty characters.
fn any_signer() -> impl Strategy<Value = Signer> {
    let token = option::of("[!-~]{1,20}");
    let region = prop_oneof![4 => Just("us-east-1"), 1 => Just("eu-west-1")];
    let service = prop_oneof![4 => Just("ecr"), 1 => Just("ecs")];
    let payload = prop_oneof![Just(Payload::Hashed), Just(Payload::Declared)];
    let second = 0..4_000_000_000_i64;
    (
        "[A-Z0-9]{16,20}",
        "[!-~]{40}",
        token,
        region,
        service,
        payload,
        second,
    )
        .prop_map(|(id, secret, token, region, service, payload, second)| {
            let arn = Signer::example().principal.arn;
            Signer {
                principal: with_token(Principal::new(arn, id, secret), token.as_deref()),
                region: region.to_owned(),
                service,
                at: Timestamp::from_millis(second * 1000),
                form: Form::Header,
                payload,
                expires_in: Duration::ZERO,
            }
        })
}
