//! The memory of a mock whose clients open many connections, stop sending, or do not read. Clients and server are separate processes, because
//! each process can open 10,000 sockets.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use crate::mock::Mock;
use crate::pusher::Pusher;
use crate::stores::{image, token};

/// Returns the maximum of the resident memory of a mock, in MiB.
fn peak(mock: &Mock) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{}/status", mock.pid())).unwrap();
    let mut lines = status.lines();
    let peak = lines.find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let kibibytes: usize = peak.trim().trim_end_matches(" kB").parse().unwrap();
    kibibytes >> 10
}

/// Opens a connection and sends bytes. The mock may close the connection before it has read all of them.
fn send(mock: &Mock, bytes: &[u8]) -> TcpStream {
    let mut stream = mock.connect();
    let _ = stream.write_all(bytes);
    stream
}

/// Sends a request and returns the response.
fn response(mock: &Mock, target: &str) -> String {
    let request = format!("GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let mut stream = send(mock, request.as_bytes());
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    response
}

/// Reads until the request log contains a number of requests with an error.
fn wait_for_errors(mock: &Mock, error: &str, service: &str, count: usize) {
    let target = format!("/_mock/requests?error={error}&service={service}&limit=0");
    let expected = format!("\"matched\":{count},");
    while !response(mock, &target).contains(&expected) {
        std::thread::yield_now();
    }
}

fn assert_other_clients_are_served(mock: &Mock) {
    assert!(mock.ping("").starts_with("HTTP/1.1 401 "));
}

/// An idle connection needs a task and a socket. Its buffer is allocated with the first byte.
#[test]
fn ten_thousand_idle_connections_use_bounded_memory() {
    let directory = tempfile::tempdir().unwrap();
    let config = directory.path().join("mock.toml");
    std::fs::write(&config, "[limits]\nconnections = 20000\n").unwrap();
    let mock = Mock::serve(&["--config", config.to_str().unwrap()]);
    let mut connections: Vec<TcpStream> = Vec::new();
    while connections.len() < 10_000 {
        connections.extend((0..500).map(|_| mock.connect()));
        // Connections are accepted in order: a response to this request implies that all earlier connections were accepted.
        assert_other_clients_are_served(&mock);
    }
    let (peak, count) = (peak(&mock), connections.len());
    assert!(peak < 128, "{peak} MiB for {count} connections");
}

#[test]
fn unfinished_heads_use_bounded_memory() {
    let mock = Mock::serve(&[]);
    let head = |length| {
        format!(
            "GET / HTTP/1.1\r\nHost: x\r\nX-Long: {}",
            "x".repeat(length)
        )
    };
    let (rejected, short) = (head(400_000), head(16_000));
    let connections: Vec<_> = (0..1000)
        .flat_map(|_| [&rejected, &short].map(|head| send(&mock, head.as_bytes())))
        .collect();
    assert_other_clients_are_served(&mock);
    let peak = peak(&mock);
    assert!(peak < 96, "{peak} MiB");
    drop(connections);
}

/// The mock accepts three of these bodies, because large bodies can use 96 MiB.
#[test]
fn stalled_bodies_use_bounded_memory() {
    let mock = Mock::serve(&[]);
    let length = 28 << 20;
    let head = format!(
        "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: A.UploadLayerPart\r\nContent-Length: {length}\r\n\r\n"
    );
    let bytes = [head.into_bytes(), vec![b'x'; length - 1]].concat();
    let connections: Vec<_> = (0..40).map(|_| send(&mock, &bytes)).collect();
    wait_for_errors(&mock, "ServiceUnavailable", "ecr", 37);
    assert_other_clients_are_served(&mock);
    let peak = peak(&mock);
    assert!(peak < 192, "{peak} MiB");
    drop(connections);
}

/// Fills the request log with 10,000 requests of about 2 KiB each.
fn fill_request_log(mock: &Mock) {
    let (path, agent) = ("x".repeat(1000), "x".repeat(500));
    let request = format!("GET /v2/{path} HTTP/1.1\r\nHost: x\r\nUser-Agent: {agent}\r\n\r\n");
    let mut stream = mock.connect();
    let mut writer = stream.try_clone().unwrap();
    let requests =
        request.repeat(9_999) + &request.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
    let writing = std::thread::spawn(move || writer.write_all(requests.as_bytes()).unwrap());
    std::io::copy(&mut stream, &mut std::io::sink()).unwrap();
    writing.join().unwrap();
}

#[test]
fn readers_that_do_not_read_use_bounded_memory() {
    for path in [
        "/_mock/requests/stream",
        "/_mock/requests",
        "/_mock/requests.har",
    ] {
        let mock = Mock::serve(&[]);
        fill_request_log(&mock);
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: 0\r\n\r\n");
        let mut readers: Vec<_> = (0..60).map(|_| send(&mock, request.as_bytes())).collect();
        for reader in &mut readers {
            // The mock has processed the request when it sends the first byte.
            reader.read_exact(&mut [0]).unwrap();
        }
        assert_other_clients_are_served(&mock);
        let peak = peak(&mock);
        assert!(peak < 160, "{path}: {peak} MiB");
    }
}

#[test]
fn a_thousand_waits_use_bounded_memory() {
    let mock = Mock::serve(&[]);
    fill_request_log(&mock);
    let wait =
        b"GET /_mock/requests/wait?count=1000000&timeout=9m HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let waits: Vec<_> = (0..1000).map(|_| send(&mock, wait)).collect();
    // 128 of them wait.
    wait_for_errors(&mock, "LIMIT_REACHED", "control", 872);
    assert_other_clients_are_served(&mock);
    let peak = peak(&mock);
    assert!(peak < 128, "{peak} MiB");
    drop(waits);
}

/// A list with `element`, repeated up to about 4 MB.
fn long_list(element: &str) -> String {
    let elements = vec![element; 4_000_000 / (element.len() + 1)];
    format!("[{}]", elements.join(","))
}

/// A tree of all values of a manifest would need up to a hundred times the memory of its text.
#[test]
fn manifests_with_many_values_use_bounded_memory() {
    let digest = format!("sha256:{}", "0".repeat(64));
    let layer = format!(r#"{{"digest":"{digest}"}}"#);
    let members: Vec<_> = (0..350_000).map(|n| format!(r#""{n}":0"#)).collect();
    let members = format!("{{{}}}", members.join(","));
    let urls = format!(r#"[{{"digest":"{digest}","urls":{}}}]"#, long_list(r#""""#));
    let manifests = [
        ("unknown", long_list(r#"{"":0}"#)),
        ("unknown", members.clone()),
        ("annotations", members),
        ("layers", urls),
        ("layers", long_list(&layer)),
    ];
    let dialects = ["ecr", "oci"].into_iter();
    for (dialect, (member, values)) in
        dialects.flat_map(|dialect| manifests.iter().map(move |one| (dialect, one)))
    {
        let mock = Mock::serve(&["--create-on-push", "--dialect", dialect]);
        let manifest = format!(r#"{{"{member}":{values}}}"#);
        let mut pusher = Pusher::new(&mock, &token());
        let response = pusher.request("PUT", "manifests/1", manifest.as_bytes());
        let response = response.unwrap();
        let text = String::from_utf8_lossy(&response.body);
        let is_expected = match dialect {
            // ECR rejects some of the manifests, after it has parsed them.
            "ecr" => matches!(response.status, 201 | 404 | 405),
            _ => matches!(response.status, 201 | 404),
        };
        assert!(is_expected, "{text}");
        let peak = peak(&mock);
        assert!(
            peak < 96,
            "{member}: {peak} MiB for {} bytes",
            manifest.len()
        );
    }
}

/// With 128 descriptors, a mock accepts 64 connections. Further clients wait, so those that are connected can still open files.
#[test]
fn idle_connections_leave_descriptors_for_the_files_of_a_store() {
    let directory = tempfile::tempdir().unwrap();
    let store = format!("file:{}", directory.path().display());
    let options = ["--store", &store, "--create-on-push", "--dialect", "oci"];
    let mock = Mock::serve_with_descriptors(128, &options);
    let mut pusher = Pusher::new(&mock, &token());
    assert_eq!(pusher.push(&image(0, 0)).unwrap().status, 201);
    let idle: Vec<TcpStream> = (0..200).map(|_| mock.connect()).collect();
    assert_eq!(pusher.push(&image(0, 1)).unwrap().status, 201);
    pusher.assert_has(&image(0, 1));
    drop(idle);
}
