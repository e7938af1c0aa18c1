//! `mock-ecr serve`: runs a mock until a signal stops it.

use std::io::{self, Write as _};
use std::process::ExitCode;

use mock_ecr::MockEcr;
use tokio::runtime::Runtime;

use crate::args::ServeOptions;
use crate::error::Error;
use crate::signal::Signals;

pub(crate) fn serve(options: ServeOptions) -> Result<ExitCode, Error> {
    let mut config = options.config.config()?;
    config.control_key = options.control.control_key;
    let runtime = Runtime::new().map_err(Error::system("cannot start the async runtime"))?;
    runtime.block_on(async {
        let mut signals = Signals::stopping()?;
        let ecr = MockEcr::from_config(config)
            .listen(options.listen)
            .start()
            .await?;
        announce(&ecr).map_err(Error::system("cannot write to stdout"))?;
        signals.next().await;
        // A second signal stops the mock without waiting for requests in flight.
        tokio::select! {
            () = ecr.stop() => {}
            _ = signals.next() => {}
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// Prints the URL. The mock accepts connections before this line is printed.
fn announce(ecr: &MockEcr) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "mock-ecr listening on {}", ecr.url())?;
    stdout.flush()
}
