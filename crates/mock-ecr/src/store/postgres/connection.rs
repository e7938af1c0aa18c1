//! The connections to a database.

use std::ops::Deref;
use std::str::FromStr as _;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use tokio_postgres::config::SslMode;
use tokio_postgres::{Config, Statement};

use crate::store::error::StoreError;
use crate::store::postgres::session::{DatabaseError, Session, Settings};
use crate::store::postgres_url::PostgresUrl;

/// Returns the settings of all connections.
pub(super) fn settings(url: &PostgresUrl) -> Result<Settings, StoreError> {
    let parsed = Config::from_str(url.expose());
    let mut config = parsed.map_err(|error| StoreError::Engine(error.into()))?;
    if config.get_ssl_mode() == SslMode::Require {
        return Err(StoreError::Engine(WITHOUT_TLS.into()));
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(TIMEOUT);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(TIMEOUT);
    }
    if config.get_application_name().is_none() {
        config.application_name("mock-ecr");
    }
    if config.get_keepalives_idle() == Config::new().get_keepalives_idle() {
        config.keepalives_idle(KEEPALIVES_IDLE);
    }
    Ok(Settings {
        config,
        opening: TIMEOUT,
        response: TIMEOUT,
    })
}

const WITHOUT_TLS: &str =
    "the URL requires TLS, which is not supported; expected sslmode=disable, or no sslmode";

/// The time after which a connection that does not answer is closed.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The time after which an idle connection is checked with TCP keepalives. It is the same in the settings of a session.
const KEEPALIVES_IDLE: Duration = Duration::from_secs(30);

/// Creates the table. Several processes can do so at the same time: the lock is released after the table is visible to others. A user who may
/// not create tables can use an existing one.
const CREATE_TABLE: &str = "
    BEGIN ISOLATION LEVEL READ COMMITTED;
    SELECT pg_advisory_xact_lock(hashtext('mock_ecr_records'));
    DO $$ BEGIN
        IF to_regclass('mock_ecr_records') IS NULL THEN
            CREATE TABLE mock_ecr_records (key bytea PRIMARY KEY, value bytea NOT NULL);
        END IF;
    END $$;
    COMMIT;
";

/// A connection with its prepared statements.
pub(super) struct Connection {
    pub(super) session: Session,
    pub(super) statements: Statements,
}

/// The statements on the table. Clones share them.
#[derive(Clone)]
pub(super) struct Statements {
    pub(super) get: Statement,
    pub(super) existing: Statement,
    pub(super) page: List,
    pub(super) keys: List,
    pub(super) put: Statement,
    pub(super) remove: Statement,
}

/// The statements that list a page of a folder.
#[derive(Clone)]
pub(super) struct List {
    /// From a key on.
    pub(super) from: Statement,
    /// After a key.
    pub(super) after: Statement,
}

impl List {
    fn prepare(session: &Session, columns: &str) -> Result<Self, DatabaseError> {
        let prepare = |operator: &str| {
            session.prepare(&format!(
                "SELECT {columns} FROM mock_ecr_records WHERE key {operator} $1 AND key < $2 ORDER BY key LIMIT $3"
            ))
        };
        Ok(List {
            from: prepare(">=")?,
            after: prepare(">")?,
        })
    }
}

impl Connection {
    fn open(settings: &Settings) -> Result<Self, DatabaseError> {
        Connection::prepare(Session::open(settings)?)
    }

    fn prepare(session: Session) -> Result<Self, DatabaseError> {
        let statements = Statements {
            get: session.prepare("SELECT value FROM mock_ecr_records WHERE key = $1")?,
            existing: session.prepare("SELECT key FROM mock_ecr_records WHERE key = ANY($1)")?,
            page: List::prepare(&session, "key, value")?,
            keys: List::prepare(&session, "key")?,
            put: session.prepare(
                "INSERT INTO mock_ecr_records SELECT * FROM unnest($1::bytea[], $2::bytea[])
                ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            )?,
            remove: session.prepare("DELETE FROM mock_ecr_records WHERE key = ANY($1)")?,
        };
        Ok(Connection {
            session,
            statements,
        })
    }
}

/// A limited number of connections, which are opened when they are needed.
pub(super) struct Pool {
    settings: Settings,
    state: Mutex<State>,
    /// Signalled when a connection is returned.
    returned: Condvar,
}

struct State {
    idle: Vec<Connection>,
    /// The number of connections, including those in use.
    open: usize,
}

/// The number of connections of a process for transactions and reads.
const MAX_CONNECTIONS: usize = 10;

impl Pool {
    /// Opens the first connection and creates the table.
    pub(super) fn open(settings: Settings) -> Result<Self, DatabaseError> {
        let session = Session::open(&settings)?;
        session.execute(CREATE_TABLE)?;
        let first = Connection::prepare(session)?;
        Ok(Pool {
            settings,
            state: Mutex::new(State {
                idle: vec![first],
                open: 1,
            }),
            returned: Condvar::new(),
        })
    }

    /// Waits for a connection, not longer than `timeout`.
    pub(super) fn take(&self, timeout: Duration) -> Result<Lease<'_>, DatabaseError> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let is_exhausted =
            |state: &mut State| state.idle.is_empty() && state.open >= MAX_CONNECTIONS;
        let waited = self
            .returned
            .wait_timeout_while(state, timeout, is_exhausted);
        let (mut state, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            return Err(DatabaseError::Busy);
        }
        let mut lease = Lease {
            pool: self,
            connection: state.idle.pop(),
        };
        if lease.connection.is_none() {
            state.open += 1;
            drop(state);
            // If this fails, the drop of the lease subtracts the connection again.
            lease.connection = Some(Connection::open(&self.settings)?);
        }
        Ok(lease)
    }
}

/// A connection that is returned to the pool, unless it is closed, or its user has panicked.
pub(super) struct Lease<'a> {
    pool: &'a Pool,
    /// `None` if it could not be opened.
    connection: Option<Connection>,
}

impl Deref for Lease<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("opened by the pool")
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        let connection = self.connection.take();
        let usable = connection
            .filter(|connection| connection.session.is_usable() && !std::thread::panicking());
        let mut state = self
            .pool
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match usable {
            Some(connection) => state.idle.push(connection),
            None => state.open -= 1,
        }
        self.pool.returned.notify_one();
    }
}
