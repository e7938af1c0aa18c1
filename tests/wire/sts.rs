//! AWS STS: `GetCallerIdentity`.
//!
//! Source of the format: a recorded response and a recorded error of AssumeRoleWithWebIdentity in smithy-rs
//! (`web_identity_token_env`, `web_identity_token_invalid_jwt`); of the order of the members of GetCallerIdentity: an output of 2023.
//! Source of the redirects and of the errors about actions and versions: `crates/s3-tests/src/bin/sts_oracle.rs` of justincormack/argmin
//! (2026), which asserts the responses of STS.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mock_ecr::fault::Fault;
use mock_ecr::request_log::Service;
use mock_ecr::{MockEcr, Principal};

use crate::raw::{RawRequest, frozen_mock};
use crate::response::Response;
use crate::signer::Signer;

fn call(action: &str) -> RawRequest {
    let form = "application/x-www-form-urlencoded; charset=utf-8";
    RawRequest::new("POST", "/")
        .with("Content-Type", form)
        .body(format!("Action={action}&Version=2011-06-15"))
}

fn signer() -> Signer {
    Signer::default().for_service("sts")
}

/// The header of the first response: the base64 of `1:us-east-1:S:1448832653241:R:cqxsmZj5`. Source of the form: outputs of boto3 in public
/// repositories (2025 and 2026).
const EXTENDED_REQUEST_ID: &str =
    "X-Amz-Sts-Extended-Request-Id: MTp1cy1lYXN0LTE6UzoxNDQ4ODMyNjUzMjQxOlI6Y3F4c21aajU=";

#[track_caller]
fn assert_xml(response: &Response, status_line: &str, body: &str) {
    let headers = [
        &format!("Content-Length: {}", body.len()),
        "Content-Type: text/xml",
        "Date: Sun, 29 Nov 2015 21:30:53 GMT",
        EXTENDED_REQUEST_ID,
        "X-Amzn-Requestid: a061e3d2-891b-44f9-9472-4e969e1d74aa",
    ];
    response.assert_is(status_line, &headers, body);
}

#[track_caller]
fn assert_error(response: &Response, status: u16, code: &str, message: &str) {
    assert_eq!(response.status(), status, "{response:?}");
    let namespace = match code {
        "InvalidAction" => "http://webservices.amazon.com/AWSFault/2005-15-09",
        _ => "https://sts.amazonaws.com/doc/2011-06-15/",
    };
    assert!(response.has("x-amz-sts-extended-request-id"));
    let error = format!(
        "<ErrorResponse xmlns=\"{namespace}\">\n  <Error>\n    <Type>Sender</Type>\n    <Code>{code}</Code>\n    <Message>{message}</Message>\n  </Error>\n  <RequestId>"
    );
    assert!(response.body.starts_with(&error), "{}", response.body);
    assert!(response.body.ends_with("</RequestId>\n</ErrorResponse>\n"));
}

#[tokio::test]
async fn a_user_gets_its_identity() {
    let ecr = frozen_mock().await;
    let response = call("GetCallerIdentity")
        .signed_by(&signer())
        .to(&ecr)
        .await;
    assert_xml(
        &response,
        "HTTP/1.1 200 OK",
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">
  <GetCallerIdentityResult>
    <Arn>arn:aws:iam::123456789012:user/developer</Arn>
    <UserId>AIDADJ7FYBSMK44WEVLC7</UserId>
    <Account>123456789012</Account>
  </GetCallerIdentityResult>
  <ResponseMetadata>
    <RequestId>a061e3d2-891b-44f9-9472-4e969e1d74aa</RequestId>
  </ResponseMetadata>
</GetCallerIdentityResponse>
",
    );
    let requests = ecr.requests().service(Service::Sts).expect(1);
    let request = requests.last().unwrap();
    assert_eq!(request.operation, Some("GetCallerIdentity"));
    assert_eq!(request.input.as_deref(), Some("{}"));
    assert!(request.caller.is_some() && request.request_id.is_some());
}

#[tokio::test]
async fn a_session_gets_its_identity_even_if_a_policy_denies_it() {
    // Source: GetCallerIdentity in the API reference of AWS STS.
    let arn = "arn:aws:sts::123456789012:assumed-role/ci/job-1"
        .parse()
        .unwrap();
    let session = Principal::new(arn, "ASIAIOSFODNN7EXAMPLE", "secret")
        .session_token("token")
        .deny(["*"]);
    let ecr = MockEcr::builder().frozen().principal(session.clone());
    let ecr = ecr.start().await.unwrap();
    let signer = Signer::new(&session).for_service("sts");
    let response = call("GetCallerIdentity").signed_by(&signer).to(&ecr).await;
    assert_eq!(response.status(), 200, "{response:?}");
    let ids = "<Arn>arn:aws:sts::123456789012:assumed-role/ci/job-1</Arn>\n    <UserId>AROA";
    assert!(response.body.contains(ids), "{}", response.body);
    assert!(
        response.body.contains(":job-1</UserId>"),
        "{}",
        response.body
    );
}

#[tokio::test]
async fn a_call_can_be_in_the_query_and_for_any_host_of_sts() {
    let ecr = frozen_mock().await;
    let target = "/?Action=GetCallerIdentity&Version=2011-06-15";
    let get = RawRequest::new("GET", target);
    assert_eq!(
        get.clone().signed_by(&signer()).to(&ecr).await.status(),
        200
    );
    let presigned = get.presigned_by(&signer()).to(&ecr).await;
    assert_eq!(presigned.status(), 200, "{presigned:?}");
    for host in [
        "sts.amazonaws.com",
        "sts.us-east-1.amazonaws.com",
        "sts-fips.us-east-1.amazonaws.com",
        "sts.us-east-1.api.aws",
    ] {
        let call = call("GetCallerIdentity").on_host(host);
        let response = call.signed_by(&signer()).to(&ecr).await;
        assert_eq!(response.status(), 200, "{host}: {response:?}");
    }
}

#[tokio::test]
async fn unverified_callers_are_rejected_in_xml() {
    let ecr = frozen_mock().await;
    let identity = || call("GetCallerIdentity");
    let unsigned = identity().to(&ecr).await;
    let text = "Request is missing Authentication Token";
    assert_error(&unsigned, 403, "MissingAuthenticationToken", text);

    // Sources: apache/hadoop#6544, hashicorp/terraform#23701.
    let arn = "arn:aws:iam::123456789012:user/nobody".parse().unwrap();
    let nobody = Signer::new(&Principal::new(arn, "AKIANOBODY", "secret")).for_service("sts");
    let unknown = identity().signed_by(&nobody).to(&ecr).await;
    let text = "The security token included in the request is invalid.";
    assert_error(&unknown, 403, "InvalidClientTokenId", text);
    let mut other = ecr.config().default_principal();
    other.secret_access_key = "other".into();
    let forged = identity().signed_by(&Signer::new(&other).for_service("sts"));
    let text = "The request signature we calculated does not match the signature you provided.";
    let forged = forged.to(&ecr).await;
    assert!(forged.body.contains(text), "{}", forged.body);
    assert!(forged.body.contains("<Code>SignatureDoesNotMatch</Code>"));

    let signed_for_ecr = identity().on_host("sts.us-east-1.amazonaws.com");
    let signed_for_ecr = signed_for_ecr.signed_by(&Signer::default()).to(&ecr).await;
    let text = "Credential should be scoped to correct service: 'sts'. ";
    assert_error(&signed_for_ecr, 403, "SignatureDoesNotMatch", text);
}

#[tokio::test]
async fn expired_credentials_are_rejected() {
    // Source: pulumi/pulumi-aws#3866 (2024); the text has no full stop.
    let arn = "arn:aws:sts::123456789012:assumed-role/ci/job-1"
        .parse()
        .unwrap();
    let session = Principal::new(arn, "ASIAIOSFODNN7EXAMPLE", "secret").session_token("token");
    let ecr = frozen_mock().await;
    let ended = session.clone().expires(ecr.clock().now());
    ecr.add_session(ended).unwrap();
    let signer = Signer::new(&session).for_service("sts");
    let response = call("GetCallerIdentity").signed_by(&signer).to(&ecr).await;
    let text = "The security token included in the request is expired";
    assert_error(&response, 403, "ExpiredToken", text);
}

#[tokio::test]
async fn unimplemented_and_unknown_operations_are_errors_in_xml() {
    let ecr = frozen_mock().await;
    for action in ["AssumeRole", "GetSessionToken"] {
        let response = call(action).signed_by(&signer()).to(&ecr).await;
        assert_eq!(response.status(), 501, "{response:?}");
        let text = format!("<Message>mock-ecr does not implement the operation {action} of sts<");
        assert!(response.body.contains(&text), "{}", response.body);
        assert!(response.body.contains("<Type>Receiver</Type>"));
    }
    let unsigned = call("AssumeRoleWithWebIdentity").to(&ecr).await;
    assert_eq!(unsigned.status(), 501, "{unsigned:?}");
    let unimplemented = ecr.requests().operation("AssumeRoleWithWebIdentity");
    assert_eq!(unimplemented.error("NotImplemented").count(), 1);

    for action in ["Explode", ""] {
        let response = call(action).signed_by(&signer()).to(&ecr).await;
        let text = format!("Could not find operation {action} for version 2011-06-15");
        assert_error(&response, 400, "InvalidAction", &text);
    }
}

#[tokio::test]
async fn a_request_without_an_action_is_redirected() {
    let identity = || call("GetCallerIdentity");
    let version = "Version=2011-06-15";
    for (request, location) in [
        (identity().body(version), "https://aws.amazon.com/iam"),
        // Without a content type, the body is not a form.
        (
            identity().without("Content-Type"),
            "https://aws.amazon.com/iam",
        ),
        (
            RawRequest::new("GET", "/?Version=2011-06-15"),
            "https://aws.amazon.com/iam?Version=2011-06-15",
        ),
    ] {
        let ecr = frozen_mock().await;
        let response = request.signed_by(&signer()).to(&ecr).await;
        let location = format!("Location: {location}");
        let headers = [
            "Content-Length: 0",
            "Date: Sun, 29 Nov 2015 21:30:53 GMT",
            &location,
            EXTENDED_REQUEST_ID,
            "X-Amzn-Requestid: a061e3d2-891b-44f9-9472-4e969e1d74aa",
        ];
        response.assert_is("HTTP/1.1 302 Found", &headers, "");
        let redirected = ecr.requests().error("MissingAction");
        assert_eq!(redirected.last().unwrap().operation, None);
    }
}

#[tokio::test]
async fn the_first_of_two_parameters_with_one_name_is_used() {
    let ecr = frozen_mock().await;
    let action = "Action=GetCallerIdentity&Version=2011-06-15";
    for (body, status) in [
        (
            format!("{action}&Action=NoSuchAction&Version=2000-01-01"),
            200,
        ),
        (format!("Action=NoSuchAction&{action}"), 400),
        (format!("Version=2000-01-01&{action}"), 400),
        (format!("{action}&Unknown=value"), 200),
    ] {
        let response = call("").body(body.as_str()).signed_by(&signer());
        assert_eq!(response.to(&ecr).await.status(), status, "{body}");
    }
}

#[tokio::test]
async fn the_region_of_the_signature_is_in_the_extended_request_id() {
    let ecr = frozen_mock().await;
    let other = Signer::default().for_service("sts").in_region("eu-west-1");
    for (request, region) in [
        (call("GetCallerIdentity").signed_by(&other), "eu-west-1"),
        (
            call("GetCallerIdentity").on_host("sts.eu-west-1.amazonaws.com"),
            "eu-west-1",
        ),
        (call("GetCallerIdentity"), "us-east-1"),
    ] {
        let response = request.to(&ecr).await;
        let header = response.header("x-amz-sts-extended-request-id");
        let text = String::from_utf8(STANDARD.decode(header).unwrap()).unwrap();
        let id = text.strip_prefix(&format!("1:{region}:S:1448832653241:R:"));
        let id = id.unwrap_or_else(|| panic!("{text}"));
        assert!(id.len() == 8 && id.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    }
}

#[tokio::test]
async fn a_fault_matches_the_action_in_the_body() {
    let ecr = frozen_mock().await;
    for toml in [
        "match = { operation = 'GetCallerIdentity', times = 1 }\naction = { error = 'ThrottlingException' }",
        "match = { service = 'ecr' }\naction = { error = 'ServerException' }",
    ] {
        ecr.faults().add(Fault::from_toml(toml).unwrap()).unwrap();
    }
    let identity = || call("GetCallerIdentity").signed_by(&signer());
    let throttled = identity().to(&ecr).await;
    assert_error(&throttled, 400, "Throttling", "Rate exceeded");
    assert_eq!(identity().to(&ecr).await.status(), 200);
    assert_eq!(
        RawRequest::token_call().signed().to(&ecr).await.status(),
        500
    );
}

#[tokio::test]
async fn parameters_may_be_in_the_query_of_a_post() {
    let ecr = frozen_mock().await;
    let target = "/?Action=GetCallerIdentity&Version=2011-06-15";
    let post = RawRequest::new("POST", target).signed_by(&signer());
    assert_eq!(post.to(&ecr).await.status(), 200);
}

#[tokio::test]
async fn an_operation_of_another_version_does_not_exist() {
    let ecr = frozen_mock().await;
    for (body, version) in [
        ("Action=GetCallerIdentity&Version=2099-01-01", "2099-01-01"),
        ("Action=GetCallerIdentity", "NO_VERSION_SPECIFIED"),
        ("Action=GetCallerIdentity&Version=", ""),
    ] {
        let call = call("").body(body).signed_by(&signer()).to(&ecr).await;
        let text = format!("Could not find operation GetCallerIdentity for version {version}");
        assert_error(&call, 400, "InvalidAction", &text);
    }
}

#[tokio::test]
async fn unsigned_requests_of_sts_reach_it_on_a_bare_address() {
    let ecr = frozen_mock().await;
    let get = "/?Action=AssumeRoleWithWebIdentity&Version=2011-06-15&WebIdentityToken=s3cret";
    assert_eq!(RawRequest::new("GET", get).to(&ecr).await.status(), 501);
    let request = ecr.requests();
    let target = &request.last().unwrap().target;
    assert!(!target.contains("s3cret"), "{target}");

    let form = RawRequest::new("POST", "/")
        .with("Content-Type", "Application/X-WWW-Form-Urlencoded")
        .body("Action=AssumeRoleWithSAML&Version=2011-06-15");
    assert_eq!(form.to(&ecr).await.status(), 501);
    let mangled = call("GetCallerIdentity").authorized("AWS4-HMAC-SHA256 nothing");
    let response = mangled.to(&ecr).await;
    assert!(
        response.body.contains("<Code>IncompleteSignature</Code>"),
        "{response:?}"
    );
}

#[tokio::test]
async fn an_action_is_echoed_in_part_and_as_well_formed_xml() {
    let ecr = frozen_mock().await;
    let action = format!("x%08{}", "y".repeat(1000));
    let response = call(&action).signed_by(&signer()).to(&ecr).await;
    let echoed = format!("operation x\u{FFFD}{} for", "y".repeat(98));
    assert!(response.body.contains(&echoed), "{}", response.body);
}

/// Sources: jlevers/selling-partner-api#278 (2022), aws/aws-sdk-go-v2#2481 (2024).
#[tokio::test]
async fn a_fault_has_the_code_of_sts() {
    let ecr = frozen_mock().await;
    for (code, name, status) in [
        ("ThrottlingException", "Throttling", 400),
        ("AccessDeniedException", "AccessDenied", 400),
        ("IDPRejectedClaim", "IDPRejectedClaim", 403),
    ] {
        let fault = format!("action = {{ error = {{ code = '{code}', message = 'm' }} }}");
        ecr.faults().add(Fault::from_toml(&fault).unwrap()).unwrap();
        let response = call("GetCallerIdentity")
            .signed_by(&signer())
            .to(&ecr)
            .await;
        assert_error(&response, status, name, "m");
        assert_eq!(ecr.requests().last().unwrap().error, Some(name));
        ecr.faults().clear();
    }
}
