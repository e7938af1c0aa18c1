//! The limits of a mock that a configuration can change.

use serde::Deserialize;

/// The limits of a mock. A request that exceeds a limit is rejected with status 503, and other clients are served.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Limits {
    /// The maximum number of open connections, 16 at least. Further connections are not rejected. They wait until another
    /// connection is closed. The default is 4096.
    pub connections: usize,
    /// The maximum number of bytes of requests and responses that the mock stores in memory at the same time, 67,108,864 at
    /// least. One connection can use half of them. Bodies of more than 64 KiB can use three quarters of them. The default is
    /// 134,217,728, which is 128 MiB.
    ///
    /// Layers that are uploaded or downloaded are streamed and not counted.
    pub buffer_bytes: usize,
    /// The maximum number of open streams of `/_mock/requests/stream` and `/_mock/events`. The default is 64.
    pub streams: usize,
    /// The maximum number of requests to `/_mock/requests/wait` at the same time. The default is 128.
    /// [`Requests::wait`](crate::request_log::Requests::wait) is not limited.
    pub waits: usize,
}

impl Limits {
    pub(super) const MIN_CONNECTIONS: usize = 16;
    /// Half of it is available to one connection. The body of `UploadLayerPart` has up to 29 MiB.
    pub(super) const MIN_BUFFER_BYTES: usize = 64 << 20;
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            connections: 4096,
            buffer_bytes: 128 << 20,
            streams: 64,
            waits: 128,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::config::configuration::Config;

    #[track_caller]
    fn rejects(toml: &str, message: &str) {
        let error = Config::parse(&format!("[limits]\n{toml}")).unwrap_err();
        assert_eq!(error.to_string(), message);
    }

    #[test]
    fn limits_that_reject_normal_requests_are_invalid() {
        rejects(
            "connections = 15",
            "line 2, column 15: limits.connections: invalid value \"15\": expected at least 16 connections",
        );
        rejects(
            "buffer_bytes = 1000",
            "line 2, column 16: limits.buffer_bytes: invalid value \"1000\": expected at least 67108864 bytes, so that the largest request of an API is accepted",
        );
        Config::parse(
            "[limits]\nconnections = 16\nbuffer_bytes = 67108864\nstreams = 0\nwaits = 0",
        )
        .unwrap();
    }
}
