//! Loss of power: writes that were not synchronized with the disk are kept, lost or torn.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};

use rand::{Rng as _, RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;
use redb::{Database, StorageBackend};
use tokio::sync::oneshot;

use crate::store::engine::{Engine as _, Outcome};
use crate::store::error::StoreError;
use crate::store::file::{Access, FileEngine};
use crate::store::key::{Folder, Generation};

/// The bytes of a disk.
#[derive(Debug, Default)]
struct Disk {
    /// What is on the disk for certain.
    synced: Vec<u8>,
    /// The writes and changes of the length since the last synchronization.
    unsynced: Vec<Change>,
    /// What the file contains while there is power.
    current: Vec<u8>,
    is_off: bool,
}

#[derive(Clone, Debug)]
enum Change {
    Write(usize, Vec<u8>),
    Length(usize),
}

impl Disk {
    fn apply(bytes: &mut Vec<u8>, change: &Change) {
        match change {
            Change::Length(length) => bytes.resize(*length, 0),
            Change::Write(at, data) => {
                let end = at + data.len();
                if bytes.len() < end {
                    bytes.resize(end, 0);
                }
                bytes[*at..end].copy_from_slice(data);
            }
        }
    }

    /// Ends the power: each unsynchronized change is kept, lost, or kept up to some byte.
    fn cut(&mut self, random: &mut ChaCha20Rng) {
        let mut bytes = std::mem::take(&mut self.synced);
        for change in std::mem::take(&mut self.unsynced) {
            match (random.random_range(0..3), &change) {
                (0, _) => {}
                (1, Change::Write(at, data)) => {
                    let kept = random.random_range(0..=data.len());
                    Disk::apply(&mut bytes, &Change::Write(*at, data[..kept].to_vec()));
                }
                _ => Disk::apply(&mut bytes, &change),
            }
        }
        self.current.clone_from(&bytes);
        self.synced = bytes;
        self.is_off = false;
    }
}

/// A file on a disk. After the power has ended, every access fails.
#[derive(Clone, Debug)]
struct Backend(Arc<Mutex<Disk>>);

impl Backend {
    fn with<T>(&self, f: impl FnOnce(&mut Disk) -> T) -> Result<T, io::Error> {
        let mut disk = self.0.lock().unwrap();
        match disk.is_off {
            true => Err(io::Error::other("no power")),
            false => Ok(f(&mut disk)),
        }
    }
}

impl StorageBackend for Backend {
    fn len(&self) -> Result<u64, io::Error> {
        self.with(|disk| disk.current.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), io::Error> {
        let at = usize::try_from(offset).unwrap();
        self.with(|disk| out.copy_from_slice(&disk.current[at..at + out.len()]))
    }

    fn set_len(&self, length: u64) -> Result<(), io::Error> {
        let change = Change::Length(usize::try_from(length).unwrap());
        self.with(|disk| {
            Disk::apply(&mut disk.current, &change);
            disk.unsynced.push(change);
        })
    }

    fn sync_data(&self) -> Result<(), io::Error> {
        self.with(|disk| {
            disk.synced.clone_from(&disk.current);
            disk.unsynced.clear();
        })
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<(), io::Error> {
        let change = Change::Write(usize::try_from(offset).unwrap(), data.to_vec());
        self.with(|disk| {
            Disk::apply(&mut disk.current, &change);
            disk.unsynced.push(change);
        })
    }
}

fn open(disk: &Arc<Mutex<Disk>>) -> Result<FileEngine, StoreError> {
    let backend = Backend(Arc::clone(disk));
    FileEngine::with_opener(Box::new(move |access| {
        let is_empty = backend.0.lock().unwrap().current.is_empty();
        if access == Access::Existing && is_empty {
            return Ok(None);
        }
        let database = Database::builder().create_with_backend(backend.clone());
        Ok(Some(database.map_err(StoreError::engine)?))
    }))
}

/// Returns the records of the folder of the test: the number of each transaction, with its number of records.
fn stored(engine: &FileEngine) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    let read = |view: &dyn crate::store::Snapshot| {
        for (key, _) in view.page(&folder(), None, usize::MAX).unwrap() {
            let number = key.name().split('-').next().unwrap().to_owned();
            *counts.entry(number).or_insert(0) += 1;
        }
    };
    let mut read = read;
    engine.read(&mut read).unwrap();
    counts
}

fn folder() -> Folder {
    Generation::new("test".to_owned()).tags()
}

const RECORDS: usize = 3;

/// Submits a transaction that writes several records.
fn write(engine: &FileEngine, number: u64) -> oneshot::Receiver<Result<(), StoreError>> {
    let (done, finished) = oneshot::channel();
    let job = move |records: &mut crate::store::Transaction<'_>| {
        for index in 0..RECORDS {
            let value = vec![0; usize::try_from(number % 700).unwrap()];
            records.put(&folder().key(&format!("{number:06}-{index}")), value);
        }
        Outcome::Commit
    };
    engine.submit(Box::new(job), done.into());
    finished
}

#[test]
fn an_acknowledged_transaction_is_kept_after_a_loss_of_power() {
    let mut random = ChaCha20Rng::seed_from_u64(0);
    let disk = Arc::default();
    let (mut acknowledged, mut number, mut lost_at_once) = (Vec::new(), 0, 0);
    for _ in 0..CUTS {
        let engine = open(&disk).unwrap();
        let found = stored(&engine);
        for number in &acknowledged {
            assert!(found.contains_key(number), "{number} is lost");
        }
        let partial = found.iter().find(|(_, count)| **count != RECORDS);
        assert_eq!(partial, None);
        // The power ends at some write of the transactions that are in progress.
        let mut waiting = Vec::new();
        for _ in 0..random.random_range(1..6) {
            number += 1;
            waiting.push((number, write(&engine, number)));
            if random.next_u32() % 2 == 0 {
                let (number, finished) = waiting.pop().unwrap();
                if finished.blocking_recv().unwrap().is_ok() {
                    acknowledged.push(format!("{number:06}"));
                }
            }
        }
        disk.lock().unwrap().is_off = true;
        for (number, finished) in waiting {
            match finished.blocking_recv().unwrap() {
                Ok(()) => acknowledged.push(format!("{number:06}")),
                Err(_) => lost_at_once += 1,
            }
        }
        drop(engine);
        disk.lock().unwrap().cut(&mut random);
    }
    assert!(!acknowledged.is_empty() && lost_at_once > 0);
}

/// The number of times that the power ends.
const CUTS: usize = 1000;
