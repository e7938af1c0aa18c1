//! The URLs of registries in responses: `proxyEndpoint`, `repositoryUri`, and the realm of `WWW-Authenticate`.
//!
//! The form `mock` depends on the host of the request, so that a client does not call AWS.

use mock_ecr::config::CaLocation;
use mock_ecr::{MockEcr, Principal};
use serde_json::Value;

use crate::control::{fetch_json, post};
use crate::raw::RawRequest;
use crate::response::Response;
use crate::signer::Signer;
use crate::tls;

/// Starts a mock with two accounts, with or without TLS.
async fn mock(form: &str) -> MockEcr {
    let builder = MockEcr::builder().frozen().proxy_endpoint(form);
    let builder = builder
        .principal(principal(DEFAULT))
        .principal(principal(OTHER));
    builder.tls(CaLocation::Memory).start().await.unwrap()
}

const DEFAULT: &str = "123456789012";
const OTHER: &str = "210987654321";

/// Returns a principal whose access key ID contains the account.
fn principal(account: &str) -> Principal {
    let arn = format!("arn:aws:iam::{account}:user/ci");
    Principal::new(arn.parse().unwrap(), format!("AKIA{account}"), "secret")
}

/// The URLs in the responses to the requests of a principal.
#[derive(Debug, PartialEq, Eq)]
struct Urls {
    proxy_endpoint: String,
    repository_uri: String,
}

impl Urls {
    fn of(url: &str, address: &str) -> Self {
        Urls {
            proxy_endpoint: url.to_owned(),
            repository_uri: format!("{address}/team/app"),
        }
    }

    /// Sends both requests over HTTP to a host.
    async fn received(ecr: &MockEcr, host: &str, account: &str) -> Self {
        let signer = Signer::new(&principal(account));
        let call = |call: RawRequest| call.on_host(host).signed_by(&signer);
        let created = call(create()).to(ecr).await;
        let deleted = call(delete()).to(ecr).await;
        assert_eq!(deleted.status(), 200, "{deleted:?}");
        let token = call(RawRequest::token_call()).to(ecr).await;
        Urls::parse(&token, &created)
    }

    fn parse(token: &Response, created: &Response) -> Self {
        let text = |response: &Response, pointer: &str| {
            let json: Value = serde_json::from_str(&response.body).unwrap();
            let text = json.pointer(pointer).and_then(Value::as_str);
            text.unwrap_or_else(|| panic!("{response:?}")).to_owned()
        };
        Urls {
            proxy_endpoint: text(token, "/authorizationData/0/proxyEndpoint"),
            repository_uri: text(created, "/repository/repositoryUri"),
        }
    }
}

fn create() -> RawRequest {
    RawRequest::call("CreateRepository").body(r#"{"repositoryName":"team/app"}"#)
}

fn delete() -> RawRequest {
    RawRequest::call("DeleteRepository").body(r#"{"repositoryName":"team/app"}"#)
}

/// Asserts that the realm of a host is a URL.
async fn assert_realm(ecr: &MockEcr, host: &str, url: &str) {
    let response = RawRequest::ping("GET").on_host(host).to(ecr).await;
    let realm = format!("Basic realm=\"{url}/\",service=\"ecr.amazonaws.com\"");
    assert_eq!(response.header("WWW-Authenticate"), realm, "{host}");
}

#[tokio::test]
async fn the_default_account_has_the_address_of_the_request() {
    let ecr = mock("mock").await;
    for (host, address) in [
        ("127.0.0.1:4566", "localhost:4566"),
        ("127.9.9.9:4566", "localhost:4566"),
        ("[::1]:4566", "localhost:4566"),
        ("localhost:14566", "localhost:14566"),
        ("LOCALHOST", "localhost"),
        ("mock-ecr:4566", "mock-ecr:4566"),
        ("192.0.2.1:4566", "192.0.2.1:4566"),
    ] {
        let url = format!("http://{address}");
        let urls = Urls::received(&ecr, host, DEFAULT).await;
        assert_eq!(urls, Urls::of(&url, address), "{host}");
        assert_realm(&ecr, host, &url).await;
    }
}

#[tokio::test]
async fn an_invalid_host_is_replaced_by_the_address_of_the_mock() {
    let ecr = mock("mock").await;
    let address = format!("localhost:{}", ecr.address().port());
    for host in ["a,b", "a..b", "a%00b"] {
        assert_realm(&ecr, host, &format!("http://{address}")).await;
    }
}

#[tokio::test]
async fn another_account_has_an_address_that_names_it() {
    let ecr = mock("mock").await;
    for (host, domain) in [
        ("127.0.0.1:4566", "localhost:4566"),
        ("localhost:4566", "localhost:4566"),
        ("mock-ecr:4566", "mock-ecr:4566"),
    ] {
        let address = format!("{OTHER}.dkr.ecr.us-east-1.{domain}");
        let url = format!("http://{address}");
        let urls = Urls::received(&ecr, host, OTHER).await;
        assert_eq!(urls, Urls::of(&url, &address), "{host}");
        assert_realm(&ecr, &address, &url).await;
    }
}

#[tokio::test]
async fn the_registry_of_another_account_is_reached_by_its_address() {
    let ecr = mock("mock").await;
    let signer = Signer::new(&principal(OTHER));
    create().signed_by(&signer).to(&ecr).await;
    let token = ecr.issue_token_for(principal(OTHER).arn, "us-east-1".parse().unwrap());
    let list = RawRequest::new("GET", "/v2/team/app/tags/list").with_token(&token);
    let named = format!("{OTHER}.dkr.ecr.us-east-1.localhost:4566");
    for (host, status) in [(named.as_str(), 200), ("localhost:4566", 403)] {
        let response = list.clone().on_host(host).to(&ecr).await;
        assert_eq!(response.status(), status, "{host}: {response:?}");
    }
}

#[tokio::test]
async fn requests_by_host_names_of_aws_have_the_form_of_aws() {
    let ecr = mock("mock").await;
    for account in [DEFAULT, OTHER] {
        let address = format!("{account}.dkr.ecr.us-east-1.amazonaws.com");
        let url = format!("https://{address}");
        let urls = Urls::received(&ecr, tls::API, account).await;
        assert_eq!(urls, Urls::of(&url, &address));
        assert_realm(&ecr, &address, &url).await;
    }
}

#[tokio::test]
async fn the_forms_aws_and_template_do_not_depend_on_the_request() {
    let aws = "123456789012.dkr.ecr.us-east-1.amazonaws.com";
    for (form, url, address) in [
        ("aws", format!("https://{aws}"), aws),
        (
            "http://{account}.dkr.ecr.{region}.mock.test",
            "http://123456789012.dkr.ecr.us-east-1.mock.test".to_owned(),
            "123456789012.dkr.ecr.us-east-1.mock.test",
        ),
    ] {
        let ecr = mock(form).await;
        for host in ["127.0.0.1:4566", "mock-ecr", tls::API] {
            let urls = Urls::received(&ecr, host, DEFAULT).await;
            assert_eq!(urls, Urls::of(&url, address), "{host}");
            assert_realm(&ecr, "127.0.0.1:4566", &url).await;
        }
    }
}

#[tokio::test]
async fn the_scheme_is_that_of_the_request() {
    let ecr = mock("mock").await;
    let signer = Signer::new(&principal(DEFAULT));
    let over_tls = async |request: RawRequest| {
        let stream = tls::try_connect(&ecr, "localhost").await.unwrap();
        let request = request.on_host("localhost:4566").signed_by(&signer);
        tls::send(stream, request).await
    };
    let created = over_tls(create()).await;
    let token = over_tls(RawRequest::token_call()).await;
    let urls = Urls::parse(&token, &created);
    assert_eq!(urls, Urls::of("https://localhost:4566", "localhost:4566"));
    let challenged = over_tls(RawRequest::ping("GET")).await;
    let challenge = challenged.header("WWW-Authenticate");
    assert!(
        challenge.contains("\"https://localhost:4566/\""),
        "{challenge}"
    );
}

#[tokio::test]
async fn the_control_api_returns_the_url_of_the_registry_of_a_token() {
    let ecr = mock("mock").await;
    for (body, url) in [
        ("{}".to_owned(), "http://localhost:4566".to_owned()),
        (
            format!(r#"{{"account":"{OTHER}"}}"#),
            format!("http://{OTHER}.dkr.ecr.us-east-1.localhost:4566"),
        ),
    ] {
        let request = post("tokens", &body).on_host("127.0.0.1:4566");
        assert_eq!(fetch_json(&request, &ecr).await["proxy_endpoint"], url);
    }
}

#[tokio::test]
async fn a_fault_that_replaces_the_account_has_the_form_of_the_request() {
    for (form, expected) in [
        (
            "mock",
            format!("http://{OTHER}.dkr.ecr.us-east-1.localhost"),
        ),
        (
            "aws",
            format!("https://{OTHER}.dkr.ecr.us-east-1.amazonaws.com"),
        ),
    ] {
        for place in ["account", "before"] {
            let ecr = mock(form).await;
            let toml = format!("action = {{ authorization_data = {{ {place} = '{OTHER}' }} }}");
            crate::faults::set(&ecr, &toml);
            let call = RawRequest::token_call().signed_by(&Signer::new(&principal(DEFAULT)));
            let response = call.to(&ecr).await;
            let json: Value = serde_json::from_str(&response.body).unwrap();
            let found = &json["authorizationData"][0]["proxyEndpoint"];
            assert_eq!(found, &expected, "{form} {place}");
        }
    }
}

#[tokio::test]
async fn the_library_uses_the_form_of_aws_by_default() {
    let builder = MockEcr::builder().frozen().principal(principal(DEFAULT));
    let ecr = builder.start().await.unwrap();
    let address = "123456789012.dkr.ecr.us-east-1.amazonaws.com";
    let urls = Urls::received(&ecr, "localhost:4566", DEFAULT).await;
    assert_eq!(urls, Urls::of(&format!("https://{address}"), address));
}
