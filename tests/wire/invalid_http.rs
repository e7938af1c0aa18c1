//! Invalid and unusual HTTP: each request gets at most one response, and the next client is served.

use mock_ecr::{Config, MockEcr};

use crate::raw::{RawRequest, frozen_mock, response_length, send_bytes, until_closed};
use crate::response::Response;

/// Asserts that the mock still serves a valid request.
async fn assert_other_clients_are_served(ecr: &MockEcr) {
    let response = RawRequest::token_call().signed().to(ecr).await;
    assert_eq!(response.status(), 200, "{response:?}");
}

/// Returns the status line of a response by hyper itself. The request does not reach the mock and is not in the request log.
async fn rejected_by_hyper(bytes: &[u8]) -> String {
    let ecr = frozen_mock().await;
    let response = Response::parse(&send_bytes(&ecr, bytes, until_closed).await);
    assert_eq!(ecr.requests().count(), 0);
    assert_other_clients_are_served(&ecr).await;
    response.status_line
}

#[tokio::test]
async fn bytes_that_are_not_http_are_a_bad_request() {
    for bytes in [
        &b"\0\x01\x02\xff\xfe\r\n\r\n"[..],
        b"hello\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nno header\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: many\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        // The start of a TLS handshake.
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    ] {
        assert_eq!(rejected_by_hyper(bytes).await, "HTTP/1.1 400 Bad Request");
    }
}

/// RFC 9112, section 5.2, allows a server to reject header values that continue in a second line. The signature of such a
/// request is not verified.
#[tokio::test]
async fn a_folded_header_is_a_bad_request() {
    let request =
        b"POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Meta: one\r\n two\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(rejected_by_hyper(request).await, "HTTP/1.1 400 Bad Request");
}

#[tokio::test]
async fn a_header_of_a_million_characters_is_rejected() {
    let long = "x".repeat(1_000_000);
    let request = RawRequest::ping("GET").with("X-Long", &long);
    let status_line = rejected_by_hyper(&request.bytes()).await;
    assert_eq!(status_line, "HTTP/1.1 431 Request Header Fields Too Large");
}

/// A token is one of the headers, so the limit grows with the length of the tokens.
#[tokio::test]
async fn the_limit_of_a_head_is_16_kib_and_the_length_of_a_token() {
    for token_length in [2368, 65_536] {
        let config = format!("token_length = {token_length}");
        let config = Config::parse(&config).unwrap();
        let ecr = MockEcr::from_config(config).start().await.unwrap();
        let ping = RawRequest::ping("GET").with_token(&ecr.issue_token());
        assert_eq!(ping.to(&ecr).await.status(), 200);
        let size = |ping: &RawRequest| ping.bytes().len();
        let limit = (16 << 10) + token_length;
        let fill = |size_of_more| ping.clone().with("X-Long", &"x".repeat(size_of_more));
        let rest = limit - size(&fill(0));
        assert_eq!(fill(rest).to(&ecr).await.status(), 200);
        assert_eq!(fill(rest + 1).to(&ecr).await.status(), 431);
        assert_eq!(ecr.requests().count(), 2);
    }
}

#[tokio::test]
async fn too_many_headers_are_rejected() {
    let mut request = RawRequest::ping("GET");
    for index in 0..1000 {
        request = request.with(&format!("X-{index}"), "x");
    }
    let status_line = rejected_by_hyper(&request.bytes()).await;
    assert_eq!(status_line, "HTTP/1.1 431 Request Header Fields Too Large");
}

#[tokio::test]
async fn a_target_of_a_million_characters_is_rejected() {
    let request = RawRequest::ping("GET").at(&format!("/{}", "x".repeat(1_000_000)));
    let status_line = rejected_by_hyper(&request.bytes()).await;
    assert!(status_line.starts_with("HTTP/1.1 4"), "{status_line}");
}

#[tokio::test]
async fn an_incomplete_body_is_recorded_and_affects_no_other_client() {
    let ecr = frozen_mock().await;
    let call = RawRequest::token_call()
        .body("")
        .with("Transfer-Encoding", "chunked");
    let bytes = [&call.bytes()[..], b"not a length\r\n"].concat();
    let response = Response::parse(&send_bytes(&ecr, &bytes, response_length).await);
    assert_eq!(response.status(), 408);
    let recorded = ecr.requests().error("RequestTimeout").expect(1);
    let explanation = recorded.last().unwrap().explanation().unwrap();
    assert_eq!(explanation.kind.name(), "cut_off");
    assert_eq!(
        explanation.text,
        "The body of the request ended before it was complete."
    );
    assert_other_clients_are_served(&ecr).await;
}

#[tokio::test]
async fn deeply_nested_json_is_rejected() {
    let ecr = frozen_mock().await;
    for open in ["[", r#"{"a":"#, r#"{"more":[["#] {
        let call = RawRequest::token_call().body(open.repeat(10_000)).signed();
        let response = call.to(&ecr).await;
        assert_eq!(response.status(), 400);
        assert_eq!(response.body, r#"{"__type":"SerializationException"}"#);
    }
    let closed = [r#"{"more":"#, &"[".repeat(10_000), &"]".repeat(10_000), "}"].concat();
    let response = RawRequest::token_call()
        .body(closed)
        .signed()
        .to(&ecr)
        .await;
    assert_eq!(response.body, r#"{"__type":"SerializationException"}"#);
    assert_other_clients_are_served(&ecr).await;
}

#[tokio::test]
async fn a_response_to_http_1_0_ends_the_connection() {
    let ecr = frozen_mock().await;
    let response = send_bytes(&ecr, b"GET /v2/ HTTP/1.0\r\n\r\n", until_closed).await;
    let response = Response::parse(&response);
    assert_eq!(response.status_line, "HTTP/1.0 401 Unauthorized");
    assert_eq!(response.body, "Not Authorized\n");
    let call = String::from_utf8(RawRequest::token_call().signed().bytes()).unwrap();
    let call = call.replacen("HTTP/1.1", "HTTP/1.0", 1);
    let response = send_bytes(&ecr, call.as_bytes(), until_closed).await;
    assert!(response.starts_with(b"HTTP/1.0 200 OK\r\n"));
}

/// RFC 9112, section 3.2. Such a request is recorded.
#[tokio::test]
async fn a_request_without_exactly_one_valid_host_is_a_bad_request() {
    let ecr = frozen_mock().await;
    let heads = [
        "GET /v2/ HTTP/1.1\r\n",
        "GET /_mock/clock HTTP/1.1\r\nHost: localhost\r\nHost: evil.test\r\n",
        "GET /_mock/clock HTTP/1.1\r\nHost: evil.test\r\nHost: localhost\r\n",
        "GET /_mock/clock HTTP/1.0\r\nHost: localhost\r\nHost: localhost\r\n",
        "GET /_mock/clock HTTP/1.1\r\nHost: localhost:evil.test\r\n",
        "GET /_mock/clock HTTP/1.1\r\nHost: user@localhost\r\n",
        "GET http://localhost/_mock/clock HTTP/1.1\r\n",
    ];
    for head in heads {
        let bytes = format!("{head}Connection: close\r\n\r\n");
        let response = Response::parse(&send_bytes(&ecr, bytes.as_bytes(), until_closed).await);
        assert_eq!(response.status(), 400, "{head}");
        assert!(response.body.contains("invalid host"), "{response:?}");
    }
    let rejected = ecr.requests().error("INVALID_HOST").status(400);
    assert_eq!(rejected.count(), heads.len());
    for entry in rejected.iter() {
        let explanation = entry.explanation().unwrap();
        assert_eq!(explanation.kind.name(), "invalid_host");
        assert!(explanation.text.contains("invalid host"), "{explanation:?}");
    }
    assert_other_clients_are_served(&ecr).await;
}

#[tokio::test]
async fn pipelined_requests_get_responses_in_order() {
    let ecr = frozen_mock().await;
    let token = ecr.issue_token();
    let bytes = [
        RawRequest::ping("GET").bytes(),
        RawRequest::ping("HEAD").with_token(&token).bytes(),
        RawRequest::token_call().signed().bytes(),
        RawRequest::new("GET", "/nothing").bytes(),
        RawRequest::ping("GET").with("Connection", "close").bytes(),
    ];
    let responses = send_bytes(&ecr, &bytes.concat(), until_closed).await;
    let responses = String::from_utf8(responses).unwrap();
    let statuses: Vec<_> = responses
        .split("HTTP/1.1 ")
        .skip(1)
        .map(|response| response[..3].to_owned())
        .collect();
    assert_eq!(statuses, ["401", "200", "200", "404", "401"]);
    let request_log: Vec<_> = ecr.requests().iter().map(|x| x.status.as_u16()).collect();
    assert_eq!(request_log, [401, 200, 200, 404, 401]);
}

#[tokio::test]
async fn unusual_methods_and_targets_are_client_errors() {
    let ecr = frozen_mock().await;
    for line in [
        "OPTIONS * HTTP/1.1",
        "TRACE / HTTP/1.1",
        "M-SEARCH /v2/ HTTP/1.1",
        "GET http://localhost/v2/ HTTP/1.1",
        "GET http://123456789012.dkr.ecr.us-west-2.amazonaws.com HTTP/1.1",
        "CONNECT localhost:443 HTTP/1.1",
        "POST /%ff%00?%ff=%00&=&&%=%zz HTTP/1.1",
        "POST /../../..//?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9 HTTP/1.1",
    ] {
        let bytes = format!("{line}\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        let response = Response::parse(&send_bytes(&ecr, bytes.as_bytes(), until_closed).await);
        assert!(
            (400..500).contains(&response.status()),
            "{line}: {response:?}"
        );
    }
    assert_other_clients_are_served(&ecr).await;
}
