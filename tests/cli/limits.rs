//! Many concurrent connections. Clients and server are separate processes, because each process can open 10,000 sockets.

use std::net::TcpStream;

use crate::mock::Mock;

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
        assert!(mock.ping("").starts_with("HTTP/1.1 401 "));
    }

    let status = std::fs::read_to_string(format!("/proc/{}/status", mock.pid())).unwrap();
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    let kibibytes: usize = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(
        kibibytes < 128 * 1024,
        "{kibibytes} KiB for {} connections",
        connections.len()
    );
}
