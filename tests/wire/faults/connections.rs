//! Connections that end before their time, and bodies in forms in which no server should send them.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{bytes, halves, ping, token_call, with};
use crate::http2::Http2;
use crate::raw::RawRequest;

#[tokio::test]
async fn nothing_comes_before_the_headers() {
    let ecr = with("action = { close = 'before_headers' }").await;
    assert_eq!(bytes(&ecr).await, b"");
    assert_eq!(ecr.requests().last().unwrap().status, 200);
}

#[tokio::test]
async fn the_connection_is_closed_in_the_body() {
    let ecr = with("match = { times = 1 }\naction = { close = 'after_headers' }").await;
    let broken = bytes(&ecr).await;
    let whole = token_call(&ecr).await;
    let (head, body) = halves(&broken);
    assert_eq!(body, "");
    let mut lines: Vec<&str> = head.split("\r\n").collect();
    assert_eq!(lines.remove(0), whole.status_line);
    lines.sort_unstable();
    let is_of_call = |line: &&str| !line.starts_with("X-Amzn-Requestid");
    let expected = whole.headers.iter().map(String::as_str).filter(is_of_call);
    assert!(lines.into_iter().filter(is_of_call).eq(expected));

    let ecr = with("action = { close = { after_bytes = 10 } }").await;
    let broken = bytes(&ecr).await;
    assert_eq!(halves(&broken).1, &whole.body[..10]);
}

#[tokio::test]
async fn the_connection_is_reset() {
    let ecr = with("action = { reset = 'before_headers' }").await;
    for request in [
        RawRequest::token_call().signed(),
        RawRequest::ping("GET").bearing(&ecr.issue_token()),
    ] {
        let mut stream = TcpStream::connect(ecr.address()).await.unwrap();
        stream.write_all(&request.bytes()).await.unwrap();
        let error = stream.read_u8().await.unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    }
}

#[tokio::test]
async fn a_body_is_longer_than_it_says() {
    let ecr = with("action = { overrun = 5 }").await;
    let broken = bytes(&ecr).await;
    let (head, body) = halves(&broken);
    let said = format!("Content-Length: {}", body.len() - 5);
    assert!(head.contains(&said), "{head}");
    assert!(body.ends_with("]}xxxxx"), "{body}");
}

#[tokio::test]
async fn chunks_are_garbage() {
    let ecr = with("action = 'garbled_chunks'").await;
    let broken = bytes(&ecr).await;
    let (head, body) = halves(&broken);
    assert!(head.contains("Transfer-Encoding: chunked"), "{head}");
    assert!(!head.contains("Content-Length"), "{head}");
    assert!(body.starts_with("zz\r\n"), "{body}");
}

#[tokio::test]
async fn the_next_connection_is_whole() {
    for what in [
        "{ close = 'before_headers' }",
        "{ reset = { after_bytes = 3 } }",
        "{ overrun = 1 }",
        "'garbled_chunks'",
    ] {
        let ecr = with(&format!("match = {{ times = 1 }}\naction = {what}")).await;
        let mut stream = TcpStream::connect(ecr.address()).await.unwrap();
        let request = RawRequest::token_call().signed();
        stream.write_all(&request.bytes()).await.unwrap();
        // However it ends.
        let _ = stream.read_to_end(&mut Vec::new()).await;
        assert_eq!(token_call(&ecr).await.status(), 200, "{what}");
        assert_eq!(ecr.requests().count(), 2);
    }
}

#[tokio::test]
async fn a_stall_lasts_until_the_mock_stops() {
    for (what, comes) in [
        ("'before_headers'", None),
        ("'after_headers'", Some(0)),
        ("{ after_bytes = 7 }", Some(7)),
    ] {
        let ecr = with(&format!("action = {{ stall = {what} }}")).await;
        let mut stream = TcpStream::connect(ecr.address()).await.unwrap();
        let request = RawRequest::token_call().signed();
        stream.write_all(&request.bytes()).await.unwrap();
        let mut came = Vec::new();
        if let Some(length) = comes {
            while !is_there(&came, length) {
                assert!(stream.read_buf(&mut came).await.unwrap() > 0, "{what}");
            }
        }
        ecr.stop().await;
        let _ = stream.read_to_end(&mut came).await;
        match comes {
            Some(length) => assert!(halves(&came).1.len() < 100 && is_there(&came, length)),
            None => assert_eq!(came, b""),
        }
    }
}

/// Whether the head and so much of the body have come.
fn is_there(bytes: &[u8], length: usize) -> bool {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    end.is_some_and(|end| bytes.len() >= end + 4 + length)
}

#[tokio::test]
async fn whoever_gives_up_on_a_stall_leaves_nothing_behind() {
    let ecr = with("match = { times = 1 }\naction = { stall = 'before_headers' }").await;
    let mut stream = TcpStream::connect(ecr.address()).await.unwrap();
    let request = RawRequest::token_call().signed();
    stream.write_all(&request.bytes()).await.unwrap();
    drop(stream);
    assert_eq!(ping(&ecr).await.status(), 200);
    ecr.stop().await;
}

#[tokio::test]
async fn a_wait_and_a_narrow_way_change_nothing_else() {
    let plain = token_call(&with("action = { date = '1ms' }").await).await;
    for what in ["{ latency = '1ms' }", "{ bandwidth = 1000000 }"] {
        let ecr = with(&format!("action = {what}")).await;
        let answer = token_call(&ecr).await;
        assert_eq!(
            (answer.status(), &answer.body),
            (200, &plain.body),
            "{what}"
        );
        assert_eq!(
            answer.header("content-length"),
            plain.header("content-length")
        );
    }
}

#[tokio::test]
async fn on_http2_the_stream_is_reset_and_the_connection_stays() {
    for what in [
        "{ close = 'before_headers' }",
        "{ reset = 'before_headers' }",
        "{ overrun = 3 }",
        "'garbled_chunks'",
    ] {
        let ecr = with(&format!("match = {{ times = 1 }}\naction = {what}")).await;
        let mut client = Http2::connect(&ecr).await;
        let ping = RawRequest::ping("GET").bearing(&ecr.issue_token());
        assert!(client.try_send(&ping).await.is_err(), "{what}");
        assert_eq!(client.send(&ping).await.status(), 200, "{what}");
    }
}
