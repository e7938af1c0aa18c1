//! The mock writes no secret to its request log or its log.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use mock_ecr::request_log::Service;
use mock_ecr::token::{AuthorizationToken, Revocation};
use mock_ecr::{MockEcr, Principal};

use crate::http2::Http2;
use crate::log::Log;
use crate::raw::RawRequest;
use crate::signer::Signer;

const SECRET_KEY: &str = "s3cr3tK3y/OfNobodyElse";
const SESSION_TOKEN: &str = "s3ssionT0ken//OfNobodyElse==";
const OTHER_SECRET_KEY: &str = "0therS3cretKey";
const OTHER_SESSION_TOKEN: &str = "0therSessi0nToken";
const SWAPPED_KEY: &str = "s3cr3tK3yWithoutASlash";
const CONTROL_KEY: &str = "c0ntr0l-key-0f-this-m0ck";
const PLUS_TOKEN: &str = "plus+t0ken+0f-n0b0dy";
const PASSWORD: &str = "p4ssw0rd-of-nobody-else";

#[tokio::test]
async fn no_secret_is_in_the_request_log_or_the_log_at_trace_level() {
    let arn = "arn:aws:sts::123456789012:assumed-role/R/S";
    let principal = Principal::new(arn.parse().unwrap(), "ASIAIOSFODNN7EXAMPLE", SECRET_KEY)
        .session_token(SESSION_TOKEN);
    // The signer logs as well. Its log is not captured.
    let (accepted, rejected) = (accepted_calls(&principal), rejected_calls(&principal));
    let log = Log::default();
    let guards = log.capture();
    let ecr = MockEcr::builder().frozen().principal(principal);
    let ecr = ecr.start().await.unwrap();
    let token = ecr.issue_token();
    let registry_requests = registry_requests(&token);

    for call in &accepted {
        assert_eq!(call.to(&ecr).await.status(), 200, "{call:?}");
    }
    for call in &rejected {
        assert!(call.to(&ecr).await.status() >= 400, "{call:?}");
    }
    for request in &registry_requests {
        request.to(&ecr).await;
    }
    let mut http2 = Http2::connect(&ecr).await;
    for request in accepted.iter().chain(&registry_requests[..1]) {
        assert_eq!(http2.send(request).await.status(), 200, "{request:?}");
    }
    ecr.revoke(Revocation::Token(token.id())).unwrap();
    registry_requests[0].to(&ecr).await;

    let n_requests = 2 * accepted.len() + rejected.len() + registry_requests.len() + 2;
    assert_eq!(ecr.requests().count(), n_requests);
    let explained = explained(&ecr);
    assert!(explained.contains("token_revoked") && explained.contains("signature"));
    let values = format!("{:?}\n{token:?}\n{ecr:?}\n{explained}", ecr.requests());
    drop(http2);
    ecr.stop().await;
    drop(guards);
    let log = log.text();
    // The log has events of the mock and of the libraries below it.
    assert!(
        log.contains("mock_ecr::request_log") && log.contains("h2::"),
        "{log}"
    );
    for secret in secrets(&[accepted, rejected, registry_requests].concat(), &token) {
        assert!(!values.contains(&secret), "{secret} is in {values}");
        assert!(!log.contains(&secret), "{secret} is in {log}");
    }
}

#[tokio::test]
async fn a_secret_in_the_wrong_place_is_redacted() {
    let arn = || {
        "arn:aws:sts::123456789012:assumed-role/R/S"
            .parse()
            .unwrap()
    };
    let swapped = Principal::new(arn(), SWAPPED_KEY, "AKIAIOSFODNN7EXAMPLE");
    let swapped = RawRequest::token_call().signed_by(&Signer::new(&swapped));
    let log = Log::default();
    let guards = log.capture();
    let ecr = MockEcr::builder().frozen().control_key(CONTROL_KEY);
    let ecr = ecr.start().await.unwrap();
    let session = Principal::new(arn(), "ASIAIOSFODNN7EXAMPLE", SWAPPED_KEY);
    ecr.add_session(session.session_token(SESSION_TOKEN))
        .unwrap();
    let other = Principal::new(arn(), "ASIAOTHER", "x").session_token(PLUS_TOKEN);
    ecr.add_session(other).unwrap();
    let token = ecr.issue_token();
    let password = token.password();
    let escaped = CONTROL_KEY.replace('-', "%252D");
    let mut requests = misplaced(&token);
    requests.insert(0, swapped);
    for request in &requests {
        request.to(&ecr).await;
    }

    assert_eq!(ecr.requests().count(), requests.len());
    let first = ecr.requests().iter().next().unwrap().clone();
    let claim = first.claim.unwrap();
    assert_eq!(claim.access_key_id, "REDACTED");
    let of_control = ecr.requests().service(Service::Control);
    assert_eq!(of_control.count(), 2);
    let archive = RawRequest::new("GET", "/_mock/requests.har");
    let archive = archive.authorized(&format!("Bearer {CONTROL_KEY}"));
    let archive = archive.to(&ecr).await.body;
    let explained = explained(&ecr);
    let values = format!("{:?}{of_control:?}{archive}{explained}", ecr.requests());
    ecr.stop().await;
    drop(guards);
    for secret in [
        SWAPPED_KEY,
        CONTROL_KEY,
        PASSWORD,
        PLUS_TOKEN,
        "t0ken",
        &escaped,
        &password[..20],
        &password[1000..1050],
        &token.as_str()[..20],
    ] {
        assert!(!values.contains(secret), "{secret} is in {values}");
        let log = log.text();
        assert!(log.contains("mock_ecr::request_log"), "{log}");
        assert!(!log.contains(secret), "{secret} is in {log}");
    }
}

/// Returns requests with secrets in places that are recorded.
fn misplaced(token: &AuthorizationToken) -> Vec<RawRequest> {
    let password = token.password();
    let escaped = CONTROL_KEY.replace('-', "%252D");
    let get = |target: String| RawRequest::new("GET", target);
    vec![
        get(format!("/_mock/tokens?key={CONTROL_KEY}")),
        get(format!("/_mock/{CONTROL_KEY}")),
        get(format!("/v2/?k=v{escaped}v")),
        get(format!("/v2/?X-Amz-Security-Token%20={PASSWORD}")),
        get(format!("/v2/?access_token={PASSWORD}&service=x")),
        get(format!("/v2/?a=1&client%5Fsecret={PASSWORD}")),
        get(format!("/?password={PASSWORD}")),
        get(format!("/v2/?x={PLUS_TOKEN}")),
        RawRequest::new("POST", "/")
            .with("Content-Type", "application/x-www-form-urlencoded")
            .body(format!("Action={PLUS_TOKEN}&Version={PLUS_TOKEN}")),
        get(format!("/v2/?token={}", token.as_str())),
        get(format!("/v2/{}/manifests/1", &password[..60])),
        get(format!("/v2/?tail={}", &password[1000..])),
        get("/v2/".to_owned()).with("User-Agent", &format!("x/{SWAPPED_KEY}")),
        get("/v2/".to_owned()).on_host(&format!("{CONTROL_KEY}@localhost")),
    ]
}

/// Returns the messages and the explanations of all requests.
fn explained(ecr: &MockEcr) -> String {
    let requests = ecr.requests();
    let texts = requests.iter().map(|entry| {
        let explanation = entry.explanation();
        let kind = explanation.as_ref().map(|one| one.kind.name());
        format!("{:?} {kind:?} {explanation:?}\n", entry.message)
    });
    texts.collect()
}

fn accepted_calls(principal: &Principal) -> Vec<RawRequest> {
    let call = RawRequest::token_call();
    let signer = Signer::new(principal);
    vec![call.clone().signed_by(&signer), call.presigned_by(&signer)]
}

fn rejected_calls(principal: &Principal) -> Vec<RawRequest> {
    let mut wrong_key = principal.clone();
    wrong_key.secret_access_key = OTHER_SECRET_KEY.into();
    let wrong_session = principal.clone().session_token(OTHER_SESSION_TOKEN);
    let [signer, wrong_key, wrong_session] =
        [principal, &wrong_key, &wrong_session].map(Signer::new);

    let call = RawRequest::token_call();
    let signed = call.clone().signed_by(&signer);
    let presigned = call.clone().presigned_by(&signer);
    vec![
        call.clone().signed_by(&wrong_key),
        call.clone().signed_by(&wrong_session),
        call.presigned_by(&wrong_session),
        signed.clone().body("{ }"),
        signed.clone().body("hello"),
        signed.clone().body(r#"{"registryIds":["7"]}"#),
        signed.clone().at("/?X-Amz-Algorithm"),
        signed.clone().without("Content-Type"),
        signed.without("X-Amz-Date"),
        presigned.clone().with("Content-Type", "text/plain"),
        presigned.authorized("X"),
    ]
}

fn registry_requests(token: &AuthorizationToken) -> Vec<RawRequest> {
    let ping = RawRequest::ping("GET");
    let wrong = BASE64_STANDARD.encode(format!("AWS:{PASSWORD}"));
    vec![
        ping.clone().with_token(token),
        RawRequest::ping("HEAD").with_token(token),
        ping.clone().with_token(token).at("/v2/app/tags/list"),
        RawRequest::new("GET", "/elsewhere").with_token(token),
        ping.clone().authorized(&format!("Basic {wrong}")),
        ping.clone()
            .authorized(&format!("Bearer {}", token.as_str())),
        ping.clone().on_host(&format!("AWS:{PASSWORD}@localhost")),
        ping.at(&format!("http://AWS:{PASSWORD}@localhost/v2/")),
    ]
}

/// Returns all secrets of these requests, in each form in which they are sent.
fn secrets(requests: &[RawRequest], token: &AuthorizationToken) -> Vec<String> {
    let mut secrets = vec![token.as_str().to_owned(), token.password()];
    for secret in [
        SECRET_KEY,
        OTHER_SECRET_KEY,
        SESSION_TOKEN,
        OTHER_SESSION_TOKEN,
        PASSWORD,
    ] {
        let encoded = secret.replace('/', "%2F").replace('=', "%3D");
        secrets.extend([secret.to_owned(), encoded]);
    }
    for request in requests {
        let authorization = request.header("Authorization").unwrap_or_default();
        // The credentials after the scheme. A single letter is not a secret.
        if let Some((_, credentials)) = authorization.split_once(' ') {
            secrets.push(credentials.to_owned());
        }
        secrets.extend(after(authorization, "Signature="));
        secrets.extend(after(request.target(), "X-Amz-Signature="));
    }
    secrets
}

fn after(text: &str, name: &str) -> Option<String> {
    let (_, value) = text.split_once(name)?;
    value.split('&').next().map(str::to_owned)
}
