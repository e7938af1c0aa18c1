//! Tests of the engine with a server.

use std::collections::BTreeSet;

use bytes::Bytes;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;

use super::*;
use crate::store::key::{Generation, Key};
use crate::store::memory::MemoryEngine;
use crate::store::memory_objects::MemoryObjects;
use crate::store::objects::Objects;
use crate::store::postgres::server::Server;
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
    assert_eq!(
        one.running_processes().await.unwrap(),
        BTreeSet::from([ids[0]])
    );
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
    engine.submit(job, done);
    finished.blocking_recv().unwrap().unwrap();
}

/// Reads a page and one record. The keys of a page are those of its records.
fn read(
    engine: &dyn Engine,
    key: &Key,
    after: Option<&str>,
    limit: usize,
) -> (Option<Bytes>, Vec<Record>) {
    let generation = Generation::new(key.parts().nth(1).unwrap().to_owned());
    let mut found = None;
    engine
        .read(&mut |view| {
            let page = view.page(&generation.resource_tags(), after, limit);
            let page = page.unwrap();
            let keys = view.keys(&generation.resource_tags(), after, limit);
            assert!(keys.unwrap().iter().eq(page.iter().map(|(key, _)| key)));
            found = Some((view.get(key).unwrap(), page));
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
