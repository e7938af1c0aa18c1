//! The time that a request has for its imports.

use std::sync::OnceLock;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};

use crate::upstream::error::UpstreamError;
use crate::upstream::upstreams::Upstreams;

/// The end of the time that a request has for its imports. The time begins with the first one: most requests import nothing.
pub(super) struct Deadline<'a> {
    upstreams: &'a Upstreams,
    end: OnceLock<End>,
}

/// Returns why the time has ended.
type End = Shared<BoxFuture<'static, &'static str>>;

/// The time that an import has to end when the mock stops. Programs such as docker end a mock after ten seconds.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);

impl Upstreams {
    /// Returns the deadline of a request: after `upstreams.timeout`, or soon after the mock is requested to stop.
    pub(super) fn deadline(&self) -> Deadline<'_> {
        let end = OnceLock::new();
        let upstreams = self;
        Deadline { upstreams, end }
    }

    fn end(&self) -> End {
        let timeout = tokio::time::sleep(self.timeout);
        let mut stopping = self.stopping.clone();
        let ended = async move {
            let stopped = async {
                // The channel is closed when the mock is requested to stop.
                let _ = stopping.changed().await;
                tokio::time::sleep(STOP_TIMEOUT).await;
            };
            tokio::select! {
                () = timeout => "the import took longer than upstreams.timeout",
                () = stopped => "the mock stops",
            }
        };
        ended.boxed().shared()
    }
}

impl Deadline<'_> {
    /// Runs a future until the deadline.
    pub(super) async fn limit<T>(
        &self,
        future: impl Future<Output = Result<T, UpstreamError>>,
    ) -> Result<T, UpstreamError> {
        let end = self.end.get_or_init(|| self.upstreams.end()).clone();
        tokio::select! {
            biased;
            output = future => output,
            reason = end => Err(UpstreamError::unavailable(reason)),
        }
    }
}
