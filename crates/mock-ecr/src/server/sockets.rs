//! The sockets of a mock, which are opened at its start or when its URL is requested, and its connections without a socket.

use std::fmt;
use std::net::SocketAddr;
#[cfg(feature = "connector")]
use std::sync::OnceLock;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinHandle;

#[cfg(feature = "connector")]
use crate::http::connector::InProcessConnector;
use crate::server::accept::serve;
use crate::server::connection::{Listener, OpenSocket};
use crate::server::listen::{BindError, Listen, bind};
use crate::server::tls::Tls;
use crate::state::State;

/// The addresses of a mock, and the tasks that accept connections to them.
pub(crate) struct Sockets {
    pub(crate) listen: Listen,
    pub(crate) additional: Vec<SocketAddr>,
    pub(crate) tls: Option<Tls>,
    /// Closed when the mock is requested to stop.
    pub(crate) stopped: watch::Receiver<()>,
    pub(crate) runtime: Handle,
    pub(crate) serving: Mutex<Vec<Serving>>,
    /// Created when it is requested.
    #[cfg(feature = "connector")]
    pub(crate) connector: OnceLock<InProcessConnector>,
}

/// A task that accepts connections, and its socket if it has one.
pub(crate) struct Serving {
    task: JoinHandle<()>,
    socket: Option<OpenSocket>,
}

impl Sockets {
    /// Binds all addresses, or none.
    pub(crate) fn bind(&self) -> Result<Vec<Listener>, BindError> {
        let _runtime = self.runtime.enter();
        let (first, second) = self.listen.bind()?;
        let additional: Result<Vec<_>, _> = self.additional.iter().copied().map(bind).collect();
        let others = second.into_iter().chain(additional?);
        Ok([first].into_iter().chain(others).collect())
    }

    /// Accepts connections.
    pub(crate) fn serve(&self, listeners: Vec<Listener>, state: &Arc<State>) {
        self.serve_with(&mut self.serving(), listeners, state);
    }

    fn serve_with(&self, serving: &mut Vec<Serving>, listeners: Vec<Listener>, state: &Arc<State>) {
        state.listen(listeners.iter().map(Listener::address).collect());
        serving.extend(listeners.into_iter().map(|listener| {
            let (state, stopped) = (Arc::clone(state), self.stopped.clone());
            let source = listener.with(self.tls.clone());
            Serving {
                task: self.runtime.spawn(serve(source, state, stopped)),
                socket: Some(listener.socket()),
            }
        }));
    }

    /// Returns the first address. Binds all addresses if the mock does not listen yet.
    pub(crate) fn open(&self, state: &Arc<State>) -> Result<SocketAddr, BindError> {
        let mut serving = self.serving();
        if state.addresses().is_empty() {
            self.serve_with(&mut serving, self.bind()?, state);
        }
        Ok(*state.addresses().first().expect("a mock has an address"))
    }

    /// Returns the connector for clients of this process.
    #[cfg(feature = "connector")]
    pub(crate) fn connector(&self, state: &Arc<State>) -> InProcessConnector {
        let connector = self.connector.get_or_init(|| {
            let (connector, accepted) = InProcessConnector::new();
            let (state, stopped) = (Arc::clone(state), self.stopped.clone());
            let task = self.runtime.spawn(serve(accepted, state, stopped));
            self.serving().push(Serving { task, socket: None });
            connector
        });
        connector.clone()
    }

    /// Waits until no connection is served any more. If the future is dropped, this value still has the tasks, and aborts them when it is
    /// dropped.
    pub(crate) async fn finished(&mut self) {
        for serving in self.serving_mut() {
            // The task neither panics nor is aborted.
            let _ = (&mut serving.task).await;
        }
    }

    fn serving(&self) -> MutexGuard<'_, Vec<Serving>> {
        self.serving.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serving_mut(&mut self) -> &mut Vec<Serving> {
        self.serving
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Closes the sockets at once, and all connections as soon as the runtime runs.
impl Drop for Sockets {
    fn drop(&mut self) {
        for serving in self.serving_mut() {
            serving.task.abort();
            if let Some(socket) = &serving.socket {
                socket.close();
            }
        }
    }
}

impl fmt::Debug for Sockets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sockets")
            .field("listen", &self.listen)
            .finish_non_exhaustive()
    }
}
