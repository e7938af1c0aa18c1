//! `mock-ecr serve`.

use std::io::{self, Write as _};
use std::process::ExitCode;

use mock_ecr::MockEcr;
use rustix::process::Signal;
use tokio::runtime::Runtime;

use crate::args::ServeOptions;
use crate::error::Error;
use crate::signal::Signals;

pub(crate) fn serve(options: ServeOptions) -> Result<ExitCode, Error> {
    let mut config = options.config.config()?;
    config.control_key = options.control.control_key;
    let runtime = Runtime::new().map_err(Error::system("cannot start a runtime"))?;
    runtime.block_on(async {
        let mut signals = Signals::receive(&[Signal::INT, Signal::TERM])?;
        let ecr = MockEcr::of(config).listen(options.listen).start().await?;
        announce(&ecr).map_err(Error::system("cannot write to stdout"))?;
        signals.next().await;
        // Whoever asks twice does not want to wait for what is in flight.
        tokio::select! {
            () = ecr.stop() => {}
            _ = signals.next() => {}
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// Whoever reads this line can connect.
fn announce(ecr: &MockEcr) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "mock-ecr listening on {}", ecr.url())?;
    stdout.flush()
}
