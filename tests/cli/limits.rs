//! What a crowd does to the server. The clients and the server are two processes, for each may open 10,000 sockets.

use std::net::TcpStream;

use crate::mock::Mock;

/// An idle connection costs a task and a socket; no buffer is set aside before the first byte comes.
#[test]
fn ten_thousand_idle_connections_leave_it_answering_in_bounded_memory() {
    let mock = Mock::serve(&[]);
    let mut crowd: Vec<TcpStream> = Vec::new();
    while crowd.len() < 10_000 {
        crowd.extend((0..500).map(|_| mock.connect()));
        // Connections are accepted in their order: whoever is answered now came after all of them.
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
        crowd.len()
    );
}
