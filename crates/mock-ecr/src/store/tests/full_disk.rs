//! A full disk: a commit fails while other threads read.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};

use redb::backends::InMemoryBackend;
use redb::{Database, StorageBackend};
use tokio::sync::oneshot;

use crate::store::Key;
use crate::store::engine::{Engine as _, Outcome};
use crate::store::error::StoreError;
use crate::store::file::{Access, FileEngine};

/// A disk with one file, which one process at a time can open.
#[derive(Debug)]
struct Disk {
    file: Arc<InMemoryBackend>,
    is_open: AtomicBool,
    is_created: AtomicBool,
    /// If the disk is full, each write is reported here and fails.
    full: Mutex<Option<Sender<()>>>,
}

#[derive(Debug)]
struct Backend(Arc<Disk>);

impl Backend {
    fn open(disk: &Arc<Disk>) -> Result<Self, StoreError> {
        match disk.is_open.swap(true, Ordering::SeqCst) {
            true => Err(io::Error::other("the file is open").into()),
            false => Ok(Backend(Arc::clone(disk))),
        }
    }

    fn reserve(&self) -> Result<(), io::Error> {
        match &*self.0.full.lock().unwrap() {
            Some(written) => {
                let _ = written.send(());
                Err(io::ErrorKind::StorageFull.into())
            }
            None => Ok(()),
        }
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        self.0.is_open.store(false, Ordering::SeqCst);
    }
}

impl StorageBackend for Backend {
    fn len(&self) -> Result<u64, io::Error> {
        self.0.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), io::Error> {
        self.0.file.read(offset, out)
    }

    fn set_len(&self, length: u64) -> Result<(), io::Error> {
        self.0.file.set_len(length)
    }

    fn sync_data(&self) -> Result<(), io::Error> {
        self.reserve()
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<(), io::Error> {
        self.reserve()?;
        self.0.file.write(offset, data)
    }
}

fn open(disk: &Arc<Disk>) -> FileEngine {
    let disk = Arc::clone(disk);
    let opener = move |access| {
        if access == Access::Existing && !disk.is_created.load(Ordering::SeqCst) {
            return Ok(None);
        }
        let mut builder = Database::builder();
        // Each read is one of the file.
        builder.set_cache_size(0);
        let database = builder.create_with_backend(Backend::open(&disk)?);
        disk.is_created.store(true, Ordering::SeqCst);
        Ok(Some(database.map_err(StoreError::engine)?))
    };
    FileEngine::with_opener(Box::new(opener)).unwrap()
}

type Finished = oneshot::Receiver<Result<(), StoreError>>;

fn write(engine: &FileEngine, name: &str, value: Vec<u8>) -> Finished {
    let (done, finished) = oneshot::channel();
    let key = Key::unused(name);
    let job = move |records: &mut crate::store::Transaction<'_>| {
        records.put(&key, value.clone());
        Outcome::Commit
    };
    engine.submit(Box::new(job), done.into());
    finished
}

fn read(engine: &FileEngine, name: &str) -> Result<Option<usize>, StoreError> {
    let mut found = None;
    engine.read(&mut |view| found = Some(view.get(&Key::unused(name))))?;
    Ok(found.unwrap()?.map(|value| value.len()))
}

#[test]
fn records_can_be_read_while_a_commit_fails() {
    let disk = Arc::new(Disk {
        file: Arc::default(),
        is_open: AtomicBool::new(false),
        is_created: AtomicBool::new(false),
        full: Mutex::default(),
    });
    let engine = open(&disk);
    for name in ["a", "b"] {
        let written = write(&engine, name, vec![0; 20_000]);
        written.blocking_recv().unwrap().unwrap();
    }
    for _ in 0..20 {
        std::thread::scope(|threads| {
            let (reached, reading) = channel();
            let (failed, go_on) = channel();
            let (engine, mut go_on) = (&engine, Some(go_on));
            let reader = threads.spawn(move || {
                let mut found = None;
                let result = engine.read(&mut |view| {
                    let first = view.get(&Key::unused("a"));
                    let _ = reached.send(());
                    // The reader may be called again.
                    if let Some(go_on) = go_on.take() {
                        go_on.recv().unwrap();
                    }
                    found = Some(first.and_then(|_| view.get(&Key::unused("b"))));
                });
                result.and_then(|()| found.unwrap())
            });
            reading.recv().unwrap();
            let (full, written) = channel();
            *disk.full.lock().unwrap() = Some(full);
            let rejected = write(engine, "c", vec![0; 200_000]);
            written.recv().unwrap();
            *disk.full.lock().unwrap() = None;
            failed.send(()).unwrap();
            let found = reader.join().unwrap().unwrap();
            assert_eq!(found.unwrap().len(), 20_000);
            rejected.blocking_recv().unwrap().unwrap_err();
        });
        assert_eq!(read(&engine, "a").unwrap(), Some(20_000));
        let written = write(&engine, "d", vec![0; 10]);
        written.blocking_recv().unwrap().unwrap();
        assert_eq!(read(&engine, "c").unwrap(), None);
    }
}
