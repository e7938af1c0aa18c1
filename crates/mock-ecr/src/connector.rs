//! Connects the clients of `hyper-util` to a mock in the same process.

use crate::config::InProcessConnector;
use crate::mock_ecr::MockEcr;

impl MockEcr {
    /// Returns a connector with which a client of `hyper-util` calls the mock for every URI, without a socket: a client of the registry can
    /// use the host names of AWS, and no request leaves the process. Requests are sent as HTTP, without TLS, also for `https`.
    ///
    /// The connections are served as those of a socket: the clock, tokens, faults, limits and the request log apply. If the mock has no
    /// socket, a fault that needs one cannot be set; see [`MockEcrBuilder::in_process`](crate::MockEcrBuilder::in_process). If the mock has a
    /// socket, a fault that resets a connection closes a connection of the connector normally. Over HTTP/2, a request to a host that is
    /// neither a host of AWS nor a loopback name is rejected, as a request of the SDK is.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use mock_ecr::MockEcr;
    /// use http_body_util::Empty;
    /// use hyper::body::Bytes;
    /// use hyper_util::client::legacy::Client;
    /// use hyper_util::rt::TokioExecutor;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let ecr = MockEcr::builder().frozen().in_process().start().await?;
    /// let client = Client::builder(TokioExecutor::new()).build::<_, Empty<Bytes>>(ecr.connector());
    /// let token = ecr.issue_token();
    /// let ping = || {
    ///     hyper::Request::get("https://123456789012.dkr.ecr.us-east-1.amazonaws.com/v2/")
    ///         .header("Authorization", format!("Basic {}", token.as_str()))
    ///         .body(Empty::new())
    /// };
    /// assert_eq!(client.request(ping()?).await?.status(), 200);
    ///
    /// ecr.clock().advance(Duration::from_secs(12 * 3600));
    /// assert_eq!(client.request(ping()?).await?.status(), 403);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// When the mock stops or is dropped, the connections are closed, and a new connection is an error.
    pub fn connector(&self) -> InProcessConnector {
        self.in_process_connector()
    }
}
