//! Tests of the engine with a server.

use std::collections::BTreeSet;
use std::io;
use std::net::TcpListener;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bytes::Bytes;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;

use super::*;
use crate::store::key::{Generation, Key};
use crate::store::memory::MemoryEngine;
use crate::store::memory_objects::MemoryObjects;
use crate::store::objects::Objects;
use crate::store::postgres::failure::Failure;
use crate::store::postgres::server::Server;
use crate::store::postgres::session::{DatabaseError, Session};
use crate::store::records::Store;
use crate::store::snapshot::Record;

fn engine(server: &Server) -> PostgresEngine {
    PostgresEngine::open_in_thread(&server.url().parse().unwrap())
}

fn store(server: &Server) -> Store {
    Store::new(engine(server), Objects::Memory(MemoryObjects::default()))
}

fn generation() -> Generation {
    Generation::new("1-1".to_owned())
}

/// Adds one to a number in the record of the policy.
async fn increment(store: &Store) -> Result<(), StoreError> {
    let key = generation().policy();
    let added = store.transact(move |records| {
        let number: Option<u64> = records.view().read(&key)?;
        records.write(&key, &(number.unwrap_or(0) + 1));
        Ok(())
    });
    added.await
}

async fn number(store: &Store) -> u64 {
    let key = generation().policy();
    let read = store.read(move |view| view.read(&key));
    read.await.unwrap().unwrap_or(0)
}

#[tokio::test]
async fn transactions_of_several_processes_that_conflict_are_repeated() {
    let server = Server::start();
    let stores: Vec<Store> = (0..4).map(|_| store(&server)).collect();
    let tasks: Vec<_> = (0..100)
        .map(|number| {
            let store: Store = stores[number % stores.len()].clone();
            tokio::spawn(async move { increment(&store).await.unwrap() })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(number(&stores[0]).await, 100);
}

#[tokio::test]
async fn a_read_sees_the_records_at_one_time() {
    let server = Server::start();
    let (one, other) = (store(&server), store(&server));
    let keys = [generation().policy(), generation().open_uploads()];
    let written = keys.clone();
    let writer = tokio::spawn(async move {
        for number in 1..=200_u64 {
            let keys = written.clone();
            let write = one.transact(move |records| {
                keys.iter().for_each(|key| records.write(key, &number));
                Ok::<_, StoreError>(())
            });
            write.await.unwrap();
        }
    });
    while !writer.is_finished() {
        let keys = keys.clone();
        let read =
            other.read(move |view| Ok::<_, StoreError>([view.get(&keys[0])?, view.get(&keys[1])?]));
        let [first, second] = read.await.unwrap();
        assert_eq!(first, second);
    }
    writer.await.unwrap();
}

#[tokio::test]
async fn an_ended_session_or_server_does_not_end_the_store() {
    let mut server = Server::start();
    let store = store(&server);
    for _ in 0..3 {
        increment(&store).await.unwrap();
        server.end_sessions();
        increment(&store).await.unwrap();
        store.unique_name().await.unwrap();
        server.end_sessions();
        increment(&store).await.unwrap();
        assert_eq!(store.running_processes().await.unwrap().len(), 1);
        server.restart();
    }
    assert_eq!(number(&store).await, 9);
}

/// The session ends while the transaction is committed, so this process does not learn whether it was.
#[tokio::test]
async fn a_transaction_whose_outcome_is_unknown_is_not_repeated() {
    let server = Server::start();
    let store = store(&server);
    server.execute(
        "CREATE FUNCTION end_session() RETURNS trigger AS $$ BEGIN
            PERFORM pg_terminate_backend(pg_backend_pid());
            PERFORM pg_sleep(0);
            RETURN NULL;
        END $$ LANGUAGE plpgsql;
        CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON mock_ecr_records DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION end_session();",
    );
    let error = increment(&store).await.unwrap_err();
    assert!(matches!(error, StoreError::OutcomeUnknown(_)), "{error:?}");
    server.execute("DROP TRIGGER at_commit ON mock_ecr_records");
    increment(&store).await.unwrap();
    assert_eq!(number(&store).await, 1);
}

#[tokio::test]
async fn a_panic_changes_nothing() {
    let server = Server::start();
    let store = store(&server);
    let key = generation().policy();
    for _ in 0..2 * WORKERS {
        let key = key.clone();
        let panicked: Result<(), StoreError> = store
            .transact(move |records| {
                records.write(&key, &7);
                panic!("of the test")
            })
            .await;
        assert!(
            matches!(panicked, Err(StoreError::Panicked)),
            "{panicked:?}"
        );
    }
    assert_eq!(number(&store).await, 0);
}

/// Panics when it is dropped, which the engine does after it has caught the panic of a transaction.
struct Payload;

impl Drop for Payload {
    fn drop(&mut self) {
        panic!("of the test");
    }
}

#[tokio::test]
async fn a_panic_of_the_engine_does_not_end_its_threads() {
    let server = Server::start();
    let store = store(&server);
    for _ in 0..2 * WORKERS {
        let panicked: Result<(), StoreError> =
            store.transact(|_| std::panic::panic_any(Payload)).await;
        let is_panic = matches!(panicked, Err(StoreError::Panicked));
        assert!(is_panic, "{panicked:?}");
    }
    increment(&store).await.unwrap();
    assert_eq!(number(&store).await, 1);
}

/// Each process creates the table at its start. Each commit of a new table waits here, so that all processes find that there is no table.
#[test]
fn processes_that_start_together_create_the_table_once() {
    let server = Server::start();
    let url: PostgresUrl = server.url().parse().unwrap();
    server.execute(
        "CREATE TABLE created ();
        CREATE FUNCTION wait() RETURNS trigger AS $$ BEGIN
            PERFORM pg_advisory_xact_lock_shared(1);
            RETURN NULL;
        END $$ LANGUAGE plpgsql;
        CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON created DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION wait();
        CREATE FUNCTION insert() RETURNS event_trigger AS $$ BEGIN
            INSERT INTO created DEFAULT VALUES;
        END $$ LANGUAGE plpgsql;
        CREATE EVENT TRIGGER create_table ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION insert();",
    );
    let blocking = Session::open(&settings(&url).unwrap()).unwrap();
    blocking.execute("SELECT pg_advisory_lock(1)").unwrap();
    let starting = [(); 3].map(|()| {
        let url = url.clone();
        std::thread::spawn(move || PostgresEngine::open(&url).map(drop))
    });
    while waiting(&server) < starting.len() {}
    blocking.execute("SELECT pg_advisory_unlock(1)").unwrap();
    for one in starting {
        one.join().unwrap().unwrap();
    }
}

/// Returns the number of sessions that wait for a lock.
fn waiting(server: &Server) -> usize {
    let waiting = server.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND backend_type = 'client backend'",
    );
    waiting.trim().parse().unwrap()
}

/// A short transaction changes a record after each attempt of a long one has read it, until it has to wait for the long one.
#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_conflicts_with_each_shorter_one_is_committed() {
    let server = Arc::new(Server::start());
    let (long, short) = (store(&server), store(&server));
    let attempts = Arc::new(AtomicU32::new(0));
    let (counted, database) = (Arc::clone(&attempts), Arc::clone(&server));
    let runtime = tokio::runtime::Handle::current();
    let key = generation().policy();
    let committed = long.transact(move |records| {
        counted.fetch_add(1, Ordering::SeqCst);
        let number: Option<u64> = records.view().read(&key)?;
        let store = short.clone();
        let shorter = runtime.spawn(async move { increment(&store).await.unwrap() });
        while !shorter.is_finished() && waiting(&database) == 0 {}
        records.write(&key, &(number.unwrap_or(0) + 100));
        Ok::<_, StoreError>(())
    });
    committed.await.unwrap();
    let attempts = u64::from(attempts.load(Ordering::SeqCst));
    assert_eq!(attempts, 4, "three conflicts precede an exclusive attempt");
    // The shorter transaction that has waited is committed, too.
    while number(&long).await != attempts + 100 {}
}

fn with_limits(url: &str, limit: Duration) -> Settings {
    Settings {
        response: limit,
        ..settings(&url.parse().unwrap()).unwrap()
    }
}

/// The lock is never released, so the response does not arrive, however long the limit is.
#[test]
fn a_session_without_a_response_is_not_used_again() {
    let server = Server::start();
    let blocking = Session::open(&with_limits(&server.url(), Duration::from_secs(10))).unwrap();
    blocking.execute("SELECT pg_advisory_lock(1)").unwrap();
    let waiting = Session::open(&with_limits(&server.url(), Duration::from_millis(1))).unwrap();
    assert!(waiting.is_usable());
    let error = waiting.execute("SELECT pg_advisory_lock(1)").unwrap_err();
    assert!(matches!(error, DatabaseError::NoResponse), "{error:?}");
    assert!(!waiting.is_usable());
    assert!(matches!(Failure::from(error), Failure::Final(_)));
    let unknown = Failure::of_commit(DatabaseError::NoResponse);
    let is_unknown = matches!(unknown, Failure::Final(StoreError::OutcomeUnknown(_)));
    assert!(is_unknown);
}

#[test]
fn a_database_that_accepts_a_connection_and_does_not_respond_is_an_error() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://me@{}/database", listener.local_addr().unwrap());
    let settings = Settings {
        opening: Duration::from_millis(1),
        ..with_limits(&url, Duration::from_millis(1))
    };
    let error = PostgresEngine::with_settings(settings).unwrap_err();
    let error = crate::types::error_chain::chain(&error);
    assert!(error.contains("has not responded"), "{error}");
}

/// Such an error ends when others have closed files.
#[test]
fn a_connection_that_the_process_cannot_open_is_opened_later() {
    let failure = Failure::from(DatabaseError::from(io::Error::other("too many open files")));
    assert!(matches!(failure, Failure::Disconnected(_)));
}

/// No other session of the process is used, so that only its end can be the reason for which it is opened again.
#[tokio::test]
async fn a_process_whose_session_has_ended_is_announced_again() {
    let server = Server::start();
    let one = store(&server);
    let id = ProcessId::of_name(&one.unique_name().await.unwrap()).unwrap();
    server.end_sessions();
    let other = store(&server);
    while !other.running_processes().await.unwrap().contains(&id) {}
    drop(one);
    assert_eq!(other.running_processes().await.unwrap(), BTreeSet::new());
}

#[tokio::test]
async fn running_processes_are_announced_until_they_end() {
    let server = Server::start();
    let (one, other) = (store(&server), store(&server));
    let names = [
        one.unique_name().await.unwrap(),
        other.unique_name().await.unwrap(),
    ];
    let ids = names.map(|name| ProcessId::of_name(&name).unwrap());
    assert_eq!(one.running_processes().await.unwrap(), BTreeSet::from(ids));
    drop(other);
    // The server releases the lock when it notices the end of the session.
    while one.running_processes().await.unwrap() != BTreeSet::from([ids[0]]) {
        tokio::task::yield_now().await;
    }
    // The lock is taken again after the session has ended.
    server.end_sessions();
    number(&one).await;
    assert_eq!(
        one.running_processes().await.unwrap(),
        BTreeSet::from([ids[0]])
    );
}

/// A random key: a short name, so that keys repeat, in one of two folders.
fn random_key(random: &mut ChaCha20Rng) -> Key {
    let name = ["", "a", "a.b", "ab", "b", "ÿ", "~"][random.random_range(0..7)];
    let generation = Generation::new(["1-1", "1-10"][random.random_range(0..2)].to_owned());
    generation.resource_tags().key(name)
}

fn submit(engine: &dyn Engine, changes: Vec<(Key, Option<Bytes>)>) {
    let (done, finished) = tokio::sync::oneshot::channel();
    let job: Job = Box::new(move |records| {
        for (key, value) in &changes {
            match value {
                Some(value) => records.put(key, value.clone()),
                None => records.remove(key),
            }
        }
        crate::store::engine::Outcome::Commit
    });
    engine.submit(job, done.into());
    finished.blocking_recv().unwrap().unwrap();
}

/// Reads a page and one record. The keys of a page are those of its records, which exist.
fn read(
    engine: &dyn Engine,
    key: &Key,
    after: Option<&str>,
    limit: usize,
) -> (Option<Bytes>, Vec<Record>) {
    let generation = Generation::new(key.parts().nth(1).unwrap().to_owned());
    let absent = generation.resource_tags().key("absent");
    let mut found = None;
    engine
        .read(&mut |view| {
            let page = view.page(&generation.resource_tags(), after, limit);
            let page = page.unwrap();
            let keys = view.keys(&generation.resource_tags(), after, limit);
            assert!(keys.unwrap().iter().eq(page.iter().map(|(key, _)| key)));
            let record = view.get(key).unwrap();
            let listed = page.iter().map(|(key, _)| key.clone());
            let expected = listed
                .chain(record.is_some().then(|| key.clone()))
                .collect();
            let keys = page.iter().map(|(key, _)| key).chain([key, &absent]);
            assert_eq!(view.existing(keys.cloned().collect()).unwrap(), expected);
            found = Some((record, page));
        })
        .unwrap();
    found.unwrap()
}

#[test]
fn random_records_are_those_of_the_engine_in_memory() {
    let server = Server::start();
    let (database, memory) = (engine(&server), MemoryEngine::default());
    let mut random = ChaCha20Rng::seed_from_u64(1);
    for _ in 0..300 {
        let count = random.random_range(0..4);
        let changes: Vec<_> = (0..count)
            .map(|_| {
                let value = random
                    .random_bool(0.7)
                    .then(|| Bytes::from(vec![random.random(); 3]));
                (random_key(&mut random), value)
            })
            .collect();
        submit(&database, changes.clone());
        submit(&memory, changes);
        let key = random_key(&mut random);
        let after = [None, Some(""), Some("a"), Some("ab"), Some("z")][random.random_range(0..5)];
        let limit = [0, 1, 3, usize::MAX][random.random_range(0..4)];
        assert_eq!(
            read(&database, &key, after, limit),
            read(&memory, &key, after, limit)
        );
    }
}

/// A server that permits few connections has room for the session that announces the process, because it is opened at the start.
#[tokio::test]
async fn a_process_that_has_opened_all_connections_can_write() {
    let server = Server::start();
    server.execute("CREATE ROLE few LOGIN CONNECTION LIMIT 3");
    server.execute("GRANT ALL ON SCHEMA public TO few");
    let url = server.url().replace("//me@", "//few@").parse().unwrap();
    let engine = PostgresEngine::open_in_thread(&url);
    let store = Store::new(engine, Objects::Memory(MemoryObjects::default()));
    let reads: Vec<_> = (0..60)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { number(&store).await })
        })
        .collect();
    for read in reads {
        assert_eq!(read.await.unwrap(), 0);
    }
    store.unique_name().await.unwrap();
    assert_eq!(store.running_processes().await.unwrap().len(), 1);
}
