//! The signals that the command receives.

use std::io;

use rustix::process::Signal;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use crate::error::Error;

/// A receiver of signals.
pub(crate) struct Signals(mpsc::UnboundedReceiver<Signal>);

impl Signals {
    /// Starts to receive the signals.
    ///
    /// # Panics
    ///
    /// Panics outside a tokio runtime.
    pub(crate) fn receive(list: &[Signal]) -> Result<Self, Error> {
        let (sender, receiver) = mpsc::unbounded_channel();
        for &kind in list {
            forward(kind, sender.clone()).map_err(Error::system("cannot receive signals"))?;
        }
        Ok(Signals(receiver))
    }

    pub(crate) async fn next(&mut self) -> Signal {
        self.0
            .recv()
            .await
            .expect("the tasks that forward signals never end")
    }
}

fn forward(kind: Signal, sender: mpsc::UnboundedSender<Signal>) -> io::Result<()> {
    let mut signals = signal(SignalKind::from_raw(kind.as_raw()))?;
    tokio::spawn(async move {
        while signals.recv().await.is_some() && sender.send(kind).is_ok() {}
        // Keeps the sender, so that the channel stays open.
        std::future::pending::<()>().await;
    });
    Ok(())
}
