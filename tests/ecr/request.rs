//! The content of requests, and the settings that determine it.

use crate::command::{Ecr, KEY_ID, Outcome};
use crate::stub::{ONE_REGISTRY, Request, Stub};

/// Runs against a server and returns the only request that it received.
#[track_caller]
fn sent_request(arguments: &[&str], change: impl FnOnce(Ecr) -> Ecr) -> Request {
    let stub = Stub::responding(ONE_REGISTRY);
    let ecr = Ecr::new(&[&["get-authorization-token"], arguments].concat()).endpoint(&stub);
    change(ecr).run().success();
    stub.request()
}

#[test]
fn the_call_is_a_signed_post_with_an_empty_object() {
    let request = sent_request(&[], |ecr| ecr);
    assert_eq!(
        (request.method.as_str(), request.target.as_str()),
        ("POST", "/")
    );
    assert_eq!(request.body, "{}");
    let target = "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken";
    assert_eq!(request.header("x-amz-target"), Some(target));
    let content_type = request.header("content-type");
    assert_eq!(content_type, Some("application/x-amz-json-1.1"));
    assert_eq!(request.signed_by(), format!("{KEY_ID}/us-east-1/ecr"));
}

#[test]
fn registry_ids_are_sent_in_order_without_validation() {
    let ids = ["--registry-ids", "123456789012", "abc", "-1", "abc"];
    let expected = r#"{"registryIds":["123456789012","abc","-1","abc"]}"#;
    assert_eq!(sent_request(&ids, |ecr| ecr).body, expected);
}

#[test]
fn an_endpoint_keeps_its_path_and_query() {
    for (path, target) in [
        ("", "/"),
        ("/", "/"),
        ("/base", "/base"),
        ("/base/?x=1", "/base/?x=1"),
    ] {
        let stub = Stub::responding(ONE_REGISTRY);
        let url = format!("{}{path}", stub.url());
        let ecr = Ecr::new(&["get-authorization-token", "--endpoint-url", &url]);
        ecr.run().success();
        assert_eq!(stub.request().target, target);
    }
}

#[test]
fn the_user_of_an_endpoint_url_is_not_sent() {
    let stub = Stub::responding(ONE_REGISTRY);
    let url = stub.url().replace("http://", "http://nobody:word@");
    let ecr = Ecr::new(&["get-login-password", "--endpoint-url", &url]);
    ecr.run().success();
    let request = stub.request();
    let mut values = request.headers.iter().map(|(_, value)| value);
    assert!(values.all(|value| !value.contains("nobody") && !value.starts_with("Basic")));
    assert_eq!(request.header("host"), Some(&stub.url()["http://".len()..]));
}

#[test]
fn both_session_token_variables_are_supported() {
    for name in ["AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"] {
        let request = sent_request(&[], |ecr| ecr.env(name, "TOK"));
        assert_eq!(
            request.header("x-amz-security-token"),
            Some("TOK"),
            "{name}"
        );
    }
}

#[test]
fn the_request_uses_the_proxy_unless_no_proxy_matches() {
    let proxy = Stub::responding(ONE_REGISTRY);
    let url = "http://ecr.invalid/";
    let ecr = Ecr::new(&["get-login-password", "--endpoint-url", url]);
    ecr.env("http_proxy", &proxy.url()).run().success();
    assert_eq!(proxy.request().target, url);

    let direct = sent_request(&[], |ecr| {
        ecr.env("http_proxy", "http://127.0.0.1:1")
            .env("no_proxy", "127.0.0.1")
    });
    assert_eq!(direct.target, "/");
}

#[test]
fn the_region_determines_the_default_endpoint() {
    for (region, host) in [
        ("us-west-2", "api.ecr.us-west-2.amazonaws.com"),
        ("cn-north-1", "api.ecr.cn-north-1.amazonaws.com.cn"),
        ("eu-isoe-west-1", "api.ecr.eu-isoe-west-1.cloud.adc-e.uk"),
        ("fips-us-east-1", "api.ecr-fips.us-east-1.amazonaws.com"),
    ] {
        let (target, outcome) = connect_target(|ecr| ecr.env("AWS_DEFAULT_REGION", region));
        assert_eq!(target, format!("{host}:443"));
        assert!(
            outcome.stderr.contains("Failed to connect to proxy URL"),
            "{outcome:?}"
        );
    }
}

#[test]
fn fips_and_dual_stack_change_the_default_endpoint() {
    let fips = |ecr: Ecr| ecr.env("AWS_USE_FIPS_ENDPOINT", "true");
    let dual_stack = |ecr: Ecr| ecr.env("AWS_USE_DUALSTACK_ENDPOINT", "true");
    let expected = "api.ecr-fips.us-east-1.amazonaws.com:443";
    assert_eq!(connect_target(fips).0, expected);
    assert_eq!(connect_target(dual_stack).0, "ecr.us-east-1.api.aws:443");
    let both = connect_target(|ecr| dual_stack(fips(ecr)));
    assert_eq!(both.0, "ecr-fips.us-east-1.api.aws:443");
}

/// Runs with a proxy that rejects the connection to the default endpoint, and returns the target of the connection.
#[track_caller]
fn connect_target(change: impl FnOnce(Ecr) -> Ecr) -> (String, Outcome) {
    let proxy = Stub::with([crate::stub::response(403, "", "")]);
    let ecr = Ecr::new(&["get-authorization-token"]).env("https_proxy", &proxy.url());
    let outcome = change(ecr).run();
    assert_eq!(proxy.request().method, "CONNECT");
    (proxy.request().target, outcome)
}
