//! Starts the mock of `serve` and of `run`.

use mock_ecr::{MockEcr, MockEcrBuilder};

use crate::error::Error;
use crate::signal::{Signals, end_process};

/// Starts a mock. A signal ends the process in the meantime: a database or a file that does not respond can block the start, and the drop of
/// its future too.
pub(crate) async fn start(
    builder: MockEcrBuilder,
    signals: &mut Signals,
) -> Result<MockEcr, Error> {
    tokio::select! {
        started = builder.start() => Ok(started?),
        signal = signals.next() => end_process(&signal),
    }
}
