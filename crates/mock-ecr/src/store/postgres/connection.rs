//! The connections to a database.

use std::ops::{Deref, DerefMut};
use std::str::FromStr as _;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use postgres::config::SslMode;
use postgres::{Client, Config, Error, NoTls, Statement};

use crate::store::error::StoreError;
use crate::store::postgres_url::PostgresUrl;

/// Returns the settings of all connections.
pub(super) fn settings(url: &PostgresUrl) -> Result<Config, StoreError> {
    let mut config = Config::from_str(url.expose()).map_err(StoreError::database)?;
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
    Ok(config)
}

const WITHOUT_TLS: &str =
    "the URL requires TLS, which is not supported; expected sslmode=disable, or no sslmode";

/// The time after which a connection that does not answer is closed.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Opens a connection without statements.
pub(super) fn connect(config: &Config) -> Result<Client, Error> {
    let mut client = config.connect(NoTls)?;
    client.batch_execute(SESSION)?;
    Ok(client)
}

/// The server ends a session whose client does not answer any more, so that its locks are released. A sequential scan of a small table would
/// conflict with each change of the table.
const SESSION: &str = "
    SET statement_timeout = '30s';
    SET idle_in_transaction_session_timeout = '30s';
    SET tcp_keepalives_idle = 30;
    SET tcp_keepalives_interval = 10;
    SET tcp_keepalives_count = 3;
    SET enable_seqscan = off;
    SET enable_bitmapscan = off;
";

/// Creates the table. Several processes can do so at the same time. A user who may not create tables can use an existing one.
fn create_table(client: &mut Client) -> Result<(), Error> {
    client.batch_execute(
        "SELECT pg_advisory_lock(hashtext('mock_ecr_records'));
        DO $$ BEGIN
            IF to_regclass('mock_ecr_records') IS NULL THEN
                CREATE TABLE mock_ecr_records (key bytea PRIMARY KEY, value bytea NOT NULL);
            END IF;
        END $$;
        SELECT pg_advisory_unlock(hashtext('mock_ecr_records'));",
    )
}

/// A connection with its prepared statements.
pub(super) struct Connection {
    pub(super) client: Client,
    pub(super) statements: Statements,
}

/// The statements on the table. Clones share them.
#[derive(Clone)]
pub(super) struct Statements {
    pub(super) get: Statement,
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
    fn prepare(client: &mut Client, columns: &str) -> Result<Self, Error> {
        let mut prepare = |operator: &str| {
            client.prepare(&format!(
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
    fn open(config: &Config) -> Result<Self, Error> {
        Connection::prepare(connect(config)?)
    }

    fn prepare(mut client: Client) -> Result<Self, Error> {
        let statements = Statements {
            get: client.prepare("SELECT value FROM mock_ecr_records WHERE key = $1")?,
            page: List::prepare(&mut client, "key, value")?,
            keys: List::prepare(&mut client, "key")?,
            put: client.prepare(
                "INSERT INTO mock_ecr_records SELECT * FROM unnest($1::bytea[], $2::bytea[])
                ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            )?,
            remove: client.prepare("DELETE FROM mock_ecr_records WHERE key = ANY($1)")?,
        };
        Ok(Connection { client, statements })
    }
}

/// A limited number of connections, which are opened when they are needed.
pub(super) struct Pool {
    config: Config,
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
    pub(super) fn open(config: Config) -> Result<Self, StoreError> {
        let first = || {
            let mut client = connect(&config)?;
            create_table(&mut client)?;
            Connection::prepare(client)
        };
        let first = first().map_err(StoreError::database)?;
        Ok(Pool {
            config,
            state: Mutex::new(State {
                idle: vec![first],
                open: 1,
            }),
            returned: Condvar::new(),
        })
    }

    /// Waits for a connection, not longer than `timeout`.
    pub(super) fn take(&self, timeout: Duration) -> Result<Lease<'_>, PoolError> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let is_exhausted =
            |state: &mut State| state.idle.is_empty() && state.open >= MAX_CONNECTIONS;
        let waited = self
            .returned
            .wait_timeout_while(state, timeout, is_exhausted);
        let (mut state, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            return Err(PoolError::Busy);
        }
        let mut lease = Lease {
            pool: self,
            connection: state.idle.pop(),
        };
        if lease.connection.is_none() {
            state.open += 1;
            drop(state);
            // If this fails, the drop of the lease subtracts the connection again.
            lease.connection = Some(Connection::open(&self.config)?);
        }
        Ok(lease)
    }
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub(super) enum PoolError {
    #[error("no connection to the database was free for 10 seconds")]
    Busy,
    #[error(transparent)]
    Open(#[from] Error),
}

/// A connection that is returned to the pool, unless it is closed.
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

impl DerefMut for Lease<'_> {
    fn deref_mut(&mut self) -> &mut Connection {
        self.connection.as_mut().expect("opened by the pool")
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        let connection = self.connection.take();
        let usable = connection.filter(|connection| !connection.client.is_closed());
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
