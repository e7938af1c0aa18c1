//! Requests that are hardly any: each gets one answer or none, and the next client is served as ever.

use mock_ecr::MockEcr;

use crate::answer::Answer;
use crate::raw::{RawRequest, entry, everything, frozen, head_and_body_of};

/// Somebody else is served, and nothing has panicked on the way.
async fn others_are_served(ecr: &MockEcr) {
    let answer = RawRequest::token_call().signed().to(ecr).await;
    assert_eq!(answer.status(), 200, "{answer:?}");
}

/// The status of hyper's own answer, which is not the mock's: it has no date, and is in no request log.
async fn rejected_by_hyper(bytes: &[u8]) -> String {
    let ecr = frozen().await;
    let answer = Answer::parse(&entry(&ecr, bytes, everything).await);
    assert_eq!(ecr.requests().count(), 0);
    others_are_served(&ecr).await;
    answer.status_line
}

#[tokio::test]
async fn bytes_that_are_no_http_are_a_bad_request() {
    for bytes in [
        &b"\0\x01\x02\xff\xfe\r\n\r\n"[..],
        b"hello\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nno header\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: many\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        // The beginning of a TLS handshake.
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    ] {
        assert_eq!(rejected_by_hyper(bytes).await, "HTTP/1.1 400 Bad Request");
    }
}

/// RFC 9112, section 5.2, lets a server refuse values that go on in a second line; the signature of one is never looked at.
#[tokio::test]
async fn a_folded_header_is_a_bad_request() {
    let visit =
        b"POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Meta: one\r\n two\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(rejected_by_hyper(visit).await, "HTTP/1.1 400 Bad Request");
}

#[tokio::test]
async fn a_header_of_a_million_characters_is_too_large() {
    let long = "x".repeat(1_000_000);
    let visit = RawRequest::ping("GET").with("X-Long", &long);
    let status_line = rejected_by_hyper(&visit.bytes()).await;
    assert_eq!(status_line, "HTTP/1.1 431 Request Header Fields Too Large");
}

#[tokio::test]
async fn too_many_headers_are_too_large() {
    let mut visit = RawRequest::ping("GET");
    for index in 0..1000 {
        visit = visit.with(&format!("X-{index}"), "x");
    }
    let status_line = rejected_by_hyper(&visit.bytes()).await;
    assert_eq!(status_line, "HTTP/1.1 431 Request Header Fields Too Large");
}

#[tokio::test]
async fn a_target_of_a_million_characters_is_too_long() {
    let visit = RawRequest::ping("GET").at(&format!("/{}", "x".repeat(1_000_000)));
    let status_line = rejected_by_hyper(&visit.bytes()).await;
    assert!(status_line.starts_with("HTTP/1.1 4"), "{status_line}");
}

#[tokio::test]
async fn a_body_that_breaks_off_is_recorded_and_hurts_nobody() {
    let ecr = frozen().await;
    let call = RawRequest::token_call()
        .body("")
        .with("Transfer-Encoding", "chunked");
    let bytes = [&call.bytes()[..], b"not a length\r\n"].concat();
    let answer = Answer::parse(&entry(&ecr, &bytes, head_and_body_of).await);
    assert_eq!(answer.status(), 408);
    assert_eq!(ecr.requests().error("RequestTimeout").count(), 1);
    others_are_served(&ecr).await;
}

#[tokio::test]
async fn json_that_is_nested_without_end_cannot_be_read() {
    let ecr = frozen().await;
    for open in ["[", r#"{"a":"#, r#"{"more":[["#] {
        let call = RawRequest::token_call().body(open.repeat(100_000)).signed();
        let answer = call.to(&ecr).await;
        assert_eq!(answer.status(), 400);
        assert_eq!(answer.body, r#"{"__type":"SerializationException"}"#);
    }
    let closed = [
        r#"{"more":"#,
        &"[".repeat(100_000),
        &"]".repeat(100_000),
        "}",
    ]
    .concat();
    let answer = RawRequest::token_call()
        .body(closed)
        .signed()
        .to(&ecr)
        .await;
    assert_eq!(answer.body, r#"{"__type":"SerializationException"}"#);
    others_are_served(&ecr).await;
}

#[tokio::test]
async fn http_1_0_is_answered_and_the_connection_ends() {
    let ecr = frozen().await;
    let answer = entry(&ecr, b"GET /v2/ HTTP/1.0\r\n\r\n", everything).await;
    let answer = Answer::parse(&answer);
    assert_eq!(answer.status_line, "HTTP/1.0 401 Unauthorized");
    assert_eq!(answer.body, "Not Authorized\n");
    let call = String::from_utf8(RawRequest::token_call().signed().bytes()).unwrap();
    let call = call.replacen("HTTP/1.1", "HTTP/1.0", 1);
    let answer = entry(&ecr, call.as_bytes(), everything).await;
    assert!(answer.starts_with(b"HTTP/1.0 200 OK\r\n"));
}

#[tokio::test]
async fn a_request_without_a_host_is_answered() {
    let visit = RawRequest::ping("GET").without("Host");
    assert_eq!(visit.answer().await.status(), 401);
}

#[tokio::test]
async fn requests_that_are_sent_ahead_are_answered_in_their_order() {
    let ecr = frozen().await;
    let token = ecr.issue_token();
    let bytes = [
        RawRequest::ping("GET").bytes(),
        RawRequest::ping("HEAD").bearing(&token).bytes(),
        RawRequest::token_call().signed().bytes(),
        RawRequest::new("GET", "/nothing").bytes(),
        RawRequest::ping("GET").with("Connection", "close").bytes(),
    ];
    let answers = entry(&ecr, &bytes.concat(), everything).await;
    let answers = String::from_utf8(answers).unwrap();
    let statuses: Vec<_> = answers
        .split("HTTP/1.1 ")
        .skip(1)
        .map(|answer| answer[..3].to_owned())
        .collect();
    assert_eq!(statuses, ["401", "200", "200", "404", "401"]);
    let request_log: Vec<_> = ecr.requests().iter().map(|x| x.status.as_u16()).collect();
    assert_eq!(request_log, [401, 200, 200, 404, 401]);
}

#[tokio::test]
async fn no_method_and_no_form_of_target_makes_the_mock_fail() {
    let ecr = frozen().await;
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
        let answer = Answer::parse(&entry(&ecr, bytes.as_bytes(), everything).await);
        assert!((400..500).contains(&answer.status()), "{line}: {answer:?}");
    }
    others_are_served(&ecr).await;
}
