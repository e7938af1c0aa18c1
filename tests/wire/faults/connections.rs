//! Faults that end the connection early or send an invalid body.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{bytes, head_and_body, mock_with_fault, ping, token_call};
use crate::http2::Http2;
use crate::raw::RawRequest;

#[tokio::test]
async fn the_connection_is_closed_before_the_headers() {
    let ecr = mock_with_fault("action = { close = 'before_headers' }").await;
    assert_eq!(bytes(&ecr).await, b"");
    assert_eq!(ecr.requests().last().unwrap().status, 200);
}

#[tokio::test]
async fn the_connection_is_closed_in_the_body() {
    let ecr = mock_with_fault("match = { times = 1 }\naction = { close = 'after_headers' }").await;
    let received = bytes(&ecr).await;
    let complete = token_call(&ecr).await;
    let (head, body) = head_and_body(&received);
    assert_eq!(body, "");
    let mut lines: Vec<&str> = head.split("\r\n").collect();
    assert_eq!(lines.remove(0), complete.status_line);
    lines.sort_unstable();
    let is_of_call = |line: &&str| !line.starts_with("X-Amzn-Requestid");
    let expected = complete
        .headers
        .iter()
        .map(String::as_str)
        .filter(is_of_call);
    assert!(lines.into_iter().filter(is_of_call).eq(expected));

    let ecr = mock_with_fault("action = { close = { after_bytes = 10 } }").await;
    let received = bytes(&ecr).await;
    assert_eq!(head_and_body(&received).1, &complete.body[..10]);
}

#[tokio::test]
async fn the_connection_is_reset() {
    let ecr = mock_with_fault("action = { reset = 'before_headers' }").await;
    for request in [
        RawRequest::token_call().signed(),
        RawRequest::ping("GET").with_token(&ecr.issue_token()),
    ] {
        let mut stream = TcpStream::connect(ecr.address()).await.unwrap();
        stream.write_all(&request.bytes()).await.unwrap();
        let error = stream.read_u8().await.unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    }
}

#[tokio::test]
async fn a_body_is_longer_than_its_content_length() {
    let ecr = mock_with_fault("action = { overrun = 5 }").await;
    let received = bytes(&ecr).await;
    let (head, body) = head_and_body(&received);
    let content_length = format!("Content-Length: {}", body.len() - 5);
    assert!(head.contains(&content_length), "{head}");
    assert!(body.ends_with("]}xxxxx"), "{body}");
}

#[tokio::test]
async fn chunks_are_invalid() {
    let ecr = mock_with_fault("action = 'garbled_chunks'").await;
    let received = bytes(&ecr).await;
    let (head, body) = head_and_body(&received);
    assert!(head.contains("Transfer-Encoding: chunked"), "{head}");
    assert!(!head.contains("Content-Length"), "{head}");
    assert!(body.starts_with("zz\r\n"), "{body}");
}

#[tokio::test]
async fn the_next_connection_is_not_affected() {
    for action in [
        "{ close = 'before_headers' }",
        "{ reset = { after_bytes = 3 } }",
        "{ overrun = 1 }",
        "'garbled_chunks'",
    ] {
        let ecr = mock_with_fault(&format!("match = {{ times = 1 }}\naction = {action}")).await;
        let mut stream = TcpStream::connect(ecr.address()).await.unwrap();
        let request = RawRequest::token_call().signed();
        stream.write_all(&request.bytes()).await.unwrap();
        // The kind of the end depends on the fault.
        let _ = stream.read_to_end(&mut Vec::new()).await;
        assert_eq!(token_call(&ecr).await.status(), 200, "{action}");
        assert_eq!(ecr.requests().count(), 2);
    }
}

#[tokio::test]
async fn a_stall_lasts_until_the_mock_stops() {
    for (action, expected_length) in [
        ("'before_headers'", None),
        ("'after_headers'", Some(0)),
        ("{ after_bytes = 7 }", Some(7)),
    ] {
        let ecr = mock_with_fault(&format!("action = {{ stall = {action} }}")).await;
        let mut stream = TcpStream::connect(ecr.address()).await.unwrap();
        let request = RawRequest::token_call().signed();
        stream.write_all(&request.bytes()).await.unwrap();
        let mut received = Vec::new();
        if let Some(length) = expected_length {
            while !has_received(&received, length) {
                assert!(
                    stream.read_buf(&mut received).await.unwrap() > 0,
                    "{action}"
                );
            }
        }
        ecr.stop().await;
        let _ = stream.read_to_end(&mut received).await;
        match expected_length {
            Some(length) => {
                assert!(head_and_body(&received).1.len() < 100 && has_received(&received, length));
            }
            None => assert_eq!(received, b""),
        }
    }
}

/// Returns whether the head and `length` bytes of the body have been received.
fn has_received(bytes: &[u8], length: usize) -> bool {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    end.is_some_and(|end| bytes.len() >= end + 4 + length)
}

#[tokio::test]
async fn a_client_that_disconnects_during_a_stall_does_not_affect_others() {
    let ecr = mock_with_fault("match = { times = 1 }\naction = { stall = 'before_headers' }").await;
    let mut stream = TcpStream::connect(ecr.address()).await.unwrap();
    let request = RawRequest::token_call().signed();
    stream.write_all(&request.bytes()).await.unwrap();
    drop(stream);
    assert_eq!(ping(&ecr).await.status(), 200);
    ecr.stop().await;
}

#[tokio::test]
async fn latency_and_bandwidth_do_not_change_the_response() {
    let plain = token_call(&mock_with_fault("action = { date = '1ms' }").await).await;
    for action in ["{ latency = '1ms' }", "{ bandwidth = 1000000 }"] {
        let ecr = mock_with_fault(&format!("action = {action}")).await;
        let response = token_call(&ecr).await;
        assert_eq!(
            (response.status(), &response.body),
            (200, &plain.body),
            "{action}"
        );
        assert_eq!(
            response.header("content-length"),
            plain.header("content-length")
        );
    }
}

#[tokio::test]
async fn on_http2_the_stream_is_reset_and_the_connection_stays_open() {
    for action in [
        "{ close = 'before_headers' }",
        "{ reset = 'before_headers' }",
        "{ overrun = 3 }",
        "'garbled_chunks'",
    ] {
        let ecr = mock_with_fault(&format!("match = {{ times = 1 }}\naction = {action}")).await;
        let mut client = Http2::connect(&ecr).await;
        let ping = RawRequest::ping("GET").with_token(&ecr.issue_token());
        assert!(client.try_send(&ping).await.is_err(), "{action}");
        assert_eq!(client.send(&ping).await.status(), 200, "{action}");
    }
}
