//! Records in a file, by redb.

use std::error::Error;
use std::fmt;
use std::fs;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};
use std::thread::JoinHandle;

use redb::{Database, Durability, ReadableDatabase as _, TableDefinition};

use crate::store::directory::sync_entry;
use crate::store::engine::{Done, Engine, Job, Outcome, Reads};
use crate::store::error::StoreError;
use crate::store::rows::{NoRows, Rows};
use crate::store::snapshot::{Snapshot, Transaction, Writes};

/// Records in one file. A thread runs the transactions one after the other, and commits all that are waiting at once: a commit waits for
/// the disk, and the cost of the wait does not depend on the number of transactions.
pub(super) struct FileEngine {
    file: Arc<File>,
    /// `None` after the engine is dropped.
    jobs: Option<Sender<Queued>>,
    thread: Option<JoinHandle<()>>,
}

struct Queued {
    job: Job,
    done: Done,
}

impl FileEngine {
    /// Opens the file at a path, if it exists. Otherwise, the first transaction creates it: creating it waits for the disk several times.
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let path = path.to_owned();
        let opener = move |access| open(&path, access);
        FileEngine::with_opener(Box::new(opener))
    }

    pub(super) fn with_opener(opener: Opener) -> Result<Self, StoreError> {
        let file = Arc::new(File {
            opener,
            database: RwLock::default(),
        });
        file.with_database(Access::Existing, |_| Ok(()))?;
        let (jobs, queue) = channel();
        let writer = Arc::clone(&file);
        let thread = std::thread::Builder::new()
            .name("mock-ecr store".to_owned())
            .spawn(move || writer.run_jobs(&queue))?;
        Ok(FileEngine {
            file,
            jobs: Some(jobs),
            thread: Some(thread),
        })
    }
}

impl Engine for FileEngine {
    fn read(&self, reader: &mut dyn FnMut(&dyn Snapshot)) -> Result<(), StoreError> {
        if let Ok(Read::Complete) = self.file.read(reader) {
            return Ok(());
        }
        // A commit that has failed lets all reads fail until the file is opened again.
        self.file.close();
        self.file.read(reader).map(drop)
    }

    fn submit(&self, job: Job, done: Done) {
        let jobs = self.jobs.as_ref().expect("present until the drop");
        // If the thread has panicked, the receiver of the result finds that it was dropped.
        let _ = jobs.send(Queued { job, done });
    }

    fn reads(&self) -> Reads {
        Reads::Blocking
    }
}

/// Waits until the accepted transactions are committed and the file is closed, so that it can be opened again.
impl Drop for FileEngine {
    fn drop(&mut self) {
        self.jobs.take();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for FileEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileEngine").finish_non_exhaustive()
    }
}

/// Opens the database. Returns `None` if it does not exist and is not to be created.
pub(super) type Opener = Box<dyn Fn(Access) -> Result<Option<Database>, StoreError> + Send + Sync>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// The database is opened if it exists.
    Existing,
    /// The database is created if it does not exist.
    Create,
}

struct File {
    opener: Opener,
    /// `None` if the file does not exist, or after an error: redb rejects everything then, until the file is opened again. It can be opened
    /// again only if it was closed, so each user of the database holds the lock.
    database: RwLock<Option<Database>>,
}

/// Whether the reader of a read has received all records that it has asked for.
enum Read {
    Complete,
    Failed,
}

impl File {
    /// Calls a function with the database, which is opened if necessary, or with `None` if it does not exist and is not to be created.
    fn with_database<T>(
        &self,
        access: Access,
        call: impl FnOnce(Option<&Database>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        loop {
            let open = self.database.read().unwrap_or_else(PoisonError::into_inner);
            if open.is_some() {
                return call(open.as_ref());
            }
            drop(open);
            let mut closed = self.write_lock();
            if closed.is_none() {
                *closed = (self.opener)(access)?;
            }
            if closed.is_none() {
                return call(None);
            }
        }
    }

    /// Closes the file when no other thread uses it.
    fn close(&self) {
        *self.write_lock() = None;
    }

    fn write_lock(&self) -> RwLockWriteGuard<'_, Option<Database>> {
        let lock = self.database.write();
        lock.unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self, reader: &mut dyn FnMut(&dyn Snapshot)) -> Result<Read, StoreError> {
        self.with_database(Access::Existing, |database| {
            let Some(database) = database else {
                reader(&NoRows);
                return Ok(Read::Complete);
            };
            let transaction = database.begin_read().map_err(StoreError::engine)?;
            let rows = match transaction.open_table(TABLE) {
                Ok(table) => Rows::new(table),
                // The file was created by a transaction that was not committed.
                Err(redb::TableError::TableDoesNotExist(_)) => {
                    reader(&NoRows);
                    return Ok(Read::Complete);
                }
                Err(error) => return Err(StoreError::engine(error)),
            };
            reader(&rows);
            Ok(match rows.has_failed() {
                true => Read::Failed,
                false => Read::Complete,
            })
        })
    }

    fn run_jobs(&self, queue: &Receiver<Queued>) {
        while let Ok(first) = queue.recv() {
            let waiting = queue.try_iter().take(MAX_BATCH - 1);
            let batch: Vec<Queued> = std::iter::once(first).chain(waiting).collect();
            self.run(batch);
        }
        self.close();
    }

    /// Runs transactions and commits them together. If the commit fails, each caller receives the error: it is unknown then which
    /// transactions are kept.
    fn run(&self, mut batch: Vec<Queued>) {
        let mut finished = Vec::new();
        finished.resize(batch.len(), Finished::Normally);
        let committed = self.with_database(Access::Create, |database| {
            let database = database.expect("the opener creates a database");
            commit(database, &mut batch, &mut finished)
        });
        if committed.is_err() {
            self.close();
        }
        let failure = committed.err().map(Arc::new);
        for (queued, finished) in batch.into_iter().zip(finished) {
            let result = match (&failure, finished) {
                (Some(error), _) => Err(StoreError::Shared(Arc::clone(error))),
                (None, Finished::Normally) => Ok(()),
                (None, Finished::Panicked) => Err(StoreError::Panicked),
            };
            queued.done.send(result);
        }
    }
}

fn commit(
    database: &Database,
    batch: &mut [Queued],
    finished: &mut [Finished],
) -> Result<(), StoreError> {
    let mut transaction = database.begin_write().map_err(StoreError::engine)?;
    let durable = transaction.set_durability(Durability::Immediate);
    durable.map_err(StoreError::engine)?;
    // After a crash, opening the file then takes milliseconds, whatever its size.
    transaction.set_quick_repair(true);
    let mut has_changed = false;
    {
        let mut table = transaction.open_table(TABLE).map_err(StoreError::engine)?;
        for (queued, finished) in batch.iter_mut().zip(finished) {
            let mut view = Transaction::new(&table);
            let ran = catch_unwind(AssertUnwindSafe(|| (queued.job)(&mut view)));
            let writes = view.into_writes();
            match ran {
                Ok(Outcome::Commit) => {
                    has_changed |= !writes.is_empty();
                    apply(&mut table, writes)?;
                }
                Ok(Outcome::Rollback) => {}
                Err(_) => *finished = Finished::Panicked,
            }
        }
    }
    match has_changed {
        true => transaction.commit().map_err(StoreError::engine),
        false => transaction.abort().map_err(StoreError::engine),
    }
}

/// How the body of a transaction has finished.
#[derive(Clone, Copy, Debug)]
enum Finished {
    Normally,
    Panicked,
}

/// The largest number of transactions in a commit. It bounds the time for which the first one waits.
const MAX_BATCH: usize = 256;

pub(super) const TABLE: TableDefinition<'static, &'static [u8], &'static [u8]> =
    TableDefinition::new("records");

type Table<'a> = redb::Table<'a, &'static [u8], &'static [u8]>;

fn apply(table: &mut Table<'_>, writes: Writes) -> Result<(), StoreError> {
    for (key, value) in writes {
        let key = key.as_bytes();
        match value {
            Some(value) => drop(table.insert(key, &value[..]).map_err(StoreError::engine)?),
            None => drop(table.remove(key).map_err(StoreError::engine)?),
        }
    }
    Ok(())
}

/// Opens a file. redb panics if some of its pages are damaged.
fn open(path: &Path, access: Access) -> Result<Option<Database>, StoreError> {
    let opened = catch_unwind(|| open_or_create(path, access));
    let opened = opened.unwrap_or_else(|_| Err(DAMAGED.into()));
    opened.map_err(|source| StoreError::File {
        path: path.to_owned(),
        source,
    })
}

const DAMAGED: &str =
    "the file is damaged; expected a file that mock-ecr has written, or its last backup";

type Cause = Box<dyn Error + Send + Sync>;

fn open_or_create(path: &Path, access: Access) -> Result<Option<Database>, Cause> {
    let mut builder = Database::builder();
    builder.set_cache_size(CACHE_SIZE);
    if !path.try_exists()? {
        if access == Access::Existing {
            return Ok(None);
        }
        create(path, |new| Ok(builder.create(new).map(drop)?))?;
    }
    Ok(Some(builder.open(path)?))
}

/// Creates a database under a temporary name, and then renames it. A process that ends in the meantime leaves a file that is not a database
/// yet, because redb writes the magic number last. The next process removes this file.
fn create(path: &Path, write: impl FnOnce(&Path) -> Result<(), Cause>) -> Result<(), Cause> {
    let mut new = path.as_os_str().to_owned();
    new.push(".new");
    let new = Path::new(&new);
    match fs::remove_file(new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    write(new)?;
    // Windows requires a file that is open for writing.
    let file = fs::OpenOptions::new().write(true).open(new)?;
    file.sync_all()?;
    drop(file);
    fs::rename(new, path)?;
    Ok(sync_entry(path)?)
}

/// The default of redb is 1 GiB.
const CACHE_SIZE: usize = 8 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    /// A process that has ended, or that found no space on the disk, leaves a part of the new file.
    #[test]
    fn a_database_whose_creation_was_interrupted_is_created_again() {
        let directory = tempfile::tempdir().unwrap();
        for length in [0, 4096] {
            let path = directory.path().join(format!("{length}.redb"));
            let interrupted = create(&path, |new| {
                fs::write(new, vec![0; length])?;
                Err(io::Error::from(io::ErrorKind::StorageFull).into())
            });
            assert!(interrupted.is_err());
            assert!(open(&path, Access::Existing).unwrap().is_none());
            assert!(open(&path, Access::Create).unwrap().is_some());
            assert!(open(&path, Access::Existing).unwrap().is_some());
        }
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2);
    }

    #[test]
    fn a_new_database_that_was_not_renamed_is_created_again() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("records.redb");
        Database::create(directory.path().join("records.redb.new")).unwrap();
        assert!(open(&path, Access::Existing).unwrap().is_none());
        assert!(open(&path, Access::Create).unwrap().is_some());
    }

    #[test]
    fn a_database_that_cannot_be_created_can_be_created_later() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("records.redb");
        let blocked = directory.path().join("records.redb.new");
        fs::create_dir(&blocked).unwrap();
        let engine = FileEngine::open(&path).unwrap();
        let submit = || {
            let (done, finished) = tokio::sync::oneshot::channel();
            engine.submit(Box::new(|_| Outcome::Commit), done.into());
            finished.blocking_recv().unwrap()
        };
        assert!(submit().is_err());
        fs::remove_dir(&blocked).unwrap();
        submit().unwrap();
        assert!(path.exists());
    }
}
