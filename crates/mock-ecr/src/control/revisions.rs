//! The numbers of changes of the parts of the state that the stream of events reports.

use serde::Serialize;
use tokio::sync::watch;

use crate::state::State;

/// Reads the numbers of changes, and waits for the next change.
pub(super) struct Revisions {
    tokens: watch::Receiver<u64>,
    faults: watch::Receiver<u64>,
    repositories: watch::Receiver<u64>,
    sessions: watch::Receiver<u64>,
    last: Option<RevisionsView>,
}

/// The number of changes of each part of the state since the mock started. A reset does not set it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct RevisionsView {
    /// Changes of tokens, their uses, revocations and the principals that they depend on.
    tokens: u64,
    /// Changes of faults and of their counters.
    faults: u64,
    /// Changes of repositories, images and settings by this server, also by work in the background.
    repositories: u64,
    /// Changes of the principals.
    configuration: u64,
}

impl Revisions {
    pub(super) fn of(state: &State) -> Self {
        Revisions {
            tokens: state.tokens.revision().subscribe(),
            faults: state.faults.revision().subscribe(),
            repositories: state.repositories.revision().subscribe(),
            sessions: state.principals.revision().subscribe(),
            last: None,
        }
    }

    /// Returns the current numbers.
    pub(super) fn read(&mut self) -> RevisionsView {
        let sessions = *self.sessions.borrow_and_update();
        let view = RevisionsView {
            tokens: self.tokens.borrow_and_update().saturating_add(sessions),
            faults: *self.faults.borrow_and_update(),
            repositories: *self.repositories.borrow_and_update(),
            configuration: sessions,
        };
        *self.last.insert(view)
    }

    /// Returns the current numbers if they differ from those that were returned before.
    pub(super) fn read_changed(&mut self) -> Option<RevisionsView> {
        let last = self.last;
        Some(self.read()).filter(|view| last != Some(*view))
    }

    /// Waits until one of the numbers is changed after they were last read.
    pub(super) async fn changed(&mut self) {
        tokio::select! {
            () = changed(&mut self.tokens) => {}
            () = changed(&mut self.faults) => {}
            () = changed(&mut self.repositories) => {}
            () = changed(&mut self.sessions) => {}
        }
    }
}

/// Waits for a change. There is none after the mock has ended.
async fn changed(revision: &mut watch::Receiver<u64>) {
    if revision.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}
