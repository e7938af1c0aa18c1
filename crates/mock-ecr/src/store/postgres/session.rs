//! A session of a database: each call waits for a limited time.

use std::cell::Cell;
use std::io;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Config, Error, NoTls, Row, Statement};

/// How sessions are opened and used.
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) config: Config,
    /// The time after which the opening of a session fails.
    pub(super) opening: Duration,
    /// The time after which a statement fails whose response has not arrived.
    pub(super) response: Duration,
}

/// A session, with the runtime that drives its connection. No other thread than that of the caller waits for the network.
pub(super) struct Session {
    runtime: Driver,
    client: Client,
    response: Duration,
    /// Whether a response is missing, so that the state of the session is unknown.
    is_broken: Cell<bool>,
}

impl Session {
    pub(super) fn open(settings: &Settings) -> Result<Self, DatabaseError> {
        let runtime = Driver::new()?;
        let opened = within(settings.opening, connect(&settings.config));
        let client = runtime.get().block_on(opened)?;
        Ok(Session {
            runtime,
            client,
            response: settings.response,
            is_broken: Cell::new(false),
        })
    }

    pub(super) fn prepare(&self, statement: &str) -> Result<Statement, DatabaseError> {
        self.wait(self.client.prepare(statement))
    }

    pub(super) fn query(
        &self,
        statement: &Statement,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, DatabaseError> {
        self.wait(self.client.query(statement, parameters))
    }

    /// Executes statements without parameters.
    pub(super) fn execute(&self, statements: &str) -> Result<(), DatabaseError> {
        self.wait(self.client.batch_execute(statements))
    }

    /// Ends a transaction that has failed.
    pub(super) fn roll_back(&self) {
        if self.is_usable() && self.execute("ROLLBACK").is_err() {
            self.is_broken.set(true);
        }
    }

    pub(super) fn is_usable(&self) -> bool {
        !self.is_broken.get() && !self.client.is_closed()
    }

    fn wait<T>(&self, call: impl Future<Output = Result<T, Error>>) -> Result<T, DatabaseError> {
        let called = within(self.response, call);
        let result = self.runtime.get().block_on(called);
        if let Err(DatabaseError::NoResponse) = result {
            self.is_broken.set(true);
        }
        result
    }
}

/// Waits for a call of the database, not longer than `limit`.
pub(super) async fn within<T>(
    limit: Duration,
    call: impl Future<Output = Result<T, Error>>,
) -> Result<T, DatabaseError> {
    match tokio::time::timeout(limit, call).await {
        Ok(result) => Ok(result?),
        Err(_) => Err(DatabaseError::NoResponse),
    }
}

/// Opens a session, whose connection the current runtime drives.
async fn connect(config: &Config) -> Result<Client, Error> {
    let (client, connection) = config.connect(NoTls).await?;
    tokio::spawn(connection);
    client.batch_execute(SESSION).await?;
    Ok(client)
}

/// The server ends a session whose client does not answer any more, so that its locks are released. A sequential scan of a small table would
/// conflict with each change of the table.
pub(super) const SESSION: &str = "
    SET statement_timeout = '10s';
    SET idle_in_transaction_session_timeout = '30s';
    SET tcp_keepalives_idle = 30;
    SET tcp_keepalives_interval = 10;
    SET tcp_keepalives_count = 3;
    SET enable_seqscan = off;
    SET enable_bitmapscan = off;
";

/// A runtime for one thread. Its drop closes the connection, and does not wait for the database or for the name of a host.
pub(super) struct Driver(Option<Runtime>);

impl Driver {
    pub(super) fn new() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        Ok(Driver(Some(runtime)))
    }

    pub(super) fn get(&self) -> &Runtime {
        self.0.as_ref().expect("present until the drop")
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// Why a call of a database has failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum DatabaseError {
    /// The database or the connection reports an error.
    #[error(transparent)]
    Reported(#[from] Error),
    #[error("the database has not responded for 10 seconds")]
    NoResponse,
    #[error("no connection to the database was free for 10 seconds")]
    Busy,
    /// The operating system failed, for example because the process has too many open files.
    #[error(transparent)]
    System(#[from] io::Error),
}
