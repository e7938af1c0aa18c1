//! Determines which of the processes that use a database still run.
//!
//! A process holds a lock of the database as long as its session exists. The server releases it when the process ends.

use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_postgres::{Client, Error, NoTls};

use crate::store::error::StoreError;
use crate::store::names::ProcessId;
use crate::store::postgres::session::{DatabaseError, Driver, SESSION, Settings, within};

/// A thread with the session that has the lock of this process, after it was announced. If the session ends, the thread opens another one.
///
/// If another process starts in the meantime, it treats this process as ended. The objects that are being written are then removed, and their
/// requests fail: a transaction that refers to an object checks whether it is still there.
///
/// The session is opened at the start: later, the other connections could be all that the database permits.
pub(super) struct Presence {
    /// `None` after the drop.
    requests: Option<UnboundedSender<Request>>,
    thread: Option<JoinHandle<()>>,
}

/// A request for the processes that run, after this process is announced if it is given.
struct Request {
    announced: Option<ProcessId>,
    response: SyncSender<Result<Running, DatabaseError>>,
}

type Running = BTreeSet<ProcessId>;

impl Presence {
    pub(super) fn open(settings: Settings) -> Result<Self, StoreError> {
        let runtime = Driver::new()?;
        let (requests, received) = unbounded_channel();
        let mut held = Held {
            settings,
            process: None,
            session: None,
        };
        let thread = std::thread::Builder::new()
            .name("mock-ecr presence".to_owned())
            .spawn(move || runtime.get().block_on(held.hold(received)))?;
        let presence = Presence {
            requests: Some(requests),
            thread: Some(thread),
        };
        presence.request(None)?;
        Ok(presence)
    }

    pub(super) fn announce(&self, process: ProcessId) -> Result<(), DatabaseError> {
        self.request(Some(process)).map(drop)
    }

    pub(super) fn running_processes(&self) -> Result<Running, DatabaseError> {
        self.request(None)
    }

    fn request(&self, announced: Option<ProcessId>) -> Result<Running, DatabaseError> {
        let (response, received): (_, Receiver<_>) = sync_channel(1);
        let request = Request {
            announced,
            response,
        };
        let requests = self.requests.as_ref().expect("present until the drop");
        // If the thread has panicked, the response is dropped.
        let _ = requests.send(request);
        received.recv().unwrap_or(Err(DatabaseError::NoResponse))
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.requests.take();
        let thread = self.thread.take();
        let _ = thread.map(JoinHandle::join);
    }
}

/// What the thread holds.
struct Held {
    settings: Settings,
    /// `None` until this process is announced.
    process: Option<ProcessId>,
    /// `None` after the session has ended.
    session: Option<Session>,
}

struct Session {
    client: Client,
    /// Drives the connection. It completes when the session has ended.
    connection: tokio::task::JoinHandle<Result<(), Error>>,
}

impl Held {
    async fn hold(&mut self, mut requests: UnboundedReceiver<Request>) {
        loop {
            tokio::select! {
                request = requests.recv() => match request {
                    Some(request) => self.respond(request).await,
                    None => return self.release().await,
                },
                () = self.lost() => {
                    // If this fails, it is repeated after a pause.
                    let _ = self.session().await;
                }
            }
        }
    }

    /// Waits until the session has ended, or, if there is none, until the next attempt to open one.
    async fn lost(&mut self) {
        match &mut self.session {
            Some(session) => {
                let _ = (&mut session.connection).await;
                self.session = None;
            }
            None => tokio::time::sleep(PAUSE).await,
        }
    }

    async fn respond(&mut self, request: Request) {
        let running = self.running(request.announced).await;
        if running.is_err() {
            self.session = None;
        }
        // The receiver waits for the response.
        let _ = request.response.send(running);
    }

    async fn running(&mut self, announced: Option<ProcessId>) -> Result<Running, DatabaseError> {
        let limit = self.settings.response;
        let client = self.session().await?;
        if let Some(process) = announced {
            within(limit, lock(client, process)).await?;
            self.process = announced;
        }
        let client = self.session().await?;
        let rows = within(limit, client.query(RUNNING, &[])).await?;
        let ids = rows.iter().map(|row| row.get::<_, i64>(0));
        Ok(ids
            .map(|id| ProcessId::from_bits(id.cast_unsigned()))
            .collect())
    }

    /// Returns the session with the lock, after it is opened if there is none.
    async fn session(&mut self) -> Result<&Client, DatabaseError> {
        let session = match self.session.take() {
            Some(session) => session,
            None => within(self.settings.opening, open(&self.settings, self.process)).await?,
        };
        Ok(&self.session.insert(session).client)
    }

    /// Releases the lock before the process ends or the store is opened again. The server may notice the end of the connection later.
    async fn release(&mut self) {
        if let Some(session) = &self.session {
            let released = session
                .client
                .batch_execute("SELECT pg_advisory_unlock_all()");
            let _ = within(PAUSE, released).await;
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.connection.abort();
    }
}

async fn open(settings: &Settings, process: Option<ProcessId>) -> Result<Session, Error> {
    let (client, connection) = settings.config.connect(NoTls).await?;
    let connection = tokio::spawn(connection);
    let session = Session { client, connection };
    session.client.batch_execute(SESSION).await?;
    if let Some(process) = process {
        lock(&session.client, process).await?;
    }
    Ok(session)
}

/// Takes the lock of a process. If an earlier session of this process still has it, the server has not noticed its end: then this process is
/// announced as well.
async fn lock(client: &Client, process: ProcessId) -> Result<(), Error> {
    let id = process.to_bits().cast_signed();
    client
        .execute("SELECT pg_advisory_lock_shared($1)", &[&id])
        .await?;
    Ok(())
}

/// The time between two attempts to open a session, and the longest time for which the end of a process waits.
const PAUSE: Duration = Duration::from_secs(1);

/// The locks of this database whose name is one number of 64 bits. The server shows it in two columns.
const RUNNING: &str = "
    SELECT (classid::bigint << 32) | objid::bigint FROM pg_locks
    WHERE locktype = 'advisory' AND objsubid = 1 AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
";
