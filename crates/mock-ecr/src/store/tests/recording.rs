//! An engine and objects that record the order of their calls: a record refers only to objects that are complete, and an object is removed
//! only if no record refers to it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use object_store::path::Path;
use object_store::{MultipartUpload, PutPayload, PutResult, Result, UploadPart};
use serde_json::Value;

use crate::store::engine::{Done, Engine, Job, Outcome, Reads};
use crate::store::error::StoreError;
use crate::store::key::Key;
use crate::store::snapshot::{Snapshot, Transaction};
use crate::store::tests::observed::{Call, Observer};

/// What was recorded.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recorder(Arc<Mutex<Recorded>>);

#[derive(Debug, Default)]
struct Recorded {
    complete: BTreeSet<String>,
    /// The names of the objects to which each record refers.
    references: BTreeMap<Key, Vec<String>>,
    /// The number of references that were checked.
    checked: usize,
    violations: Vec<String>,
    reads: usize,
    /// The number of multipart uploads that were begun, and neither completed nor aborted.
    unfinished: usize,
}

impl Recorder {
    /// Checks that no call came too early. Returns the number of references that were committed.
    pub(crate) fn finish(&self) -> usize {
        let recorded = self.0.lock().unwrap();
        assert_eq!(recorded.violations, [""; 0]);
        recorded.checked
    }

    /// Returns the number of reads since the last call.
    pub(crate) fn take_reads(&self) -> usize {
        std::mem::take(&mut self.0.lock().unwrap().reads)
    }

    /// Returns the number of multipart uploads that were begun, and neither completed nor aborted.
    pub(crate) fn unfinished_uploads(&self) -> usize {
        self.0.lock().unwrap().unfinished
    }

    fn began(&self) {
        self.0.lock().unwrap().unfinished += 1;
    }

    fn ended(&self) {
        self.0.lock().unwrap().unfinished -= 1;
    }

    fn completed(&self, location: &Path) {
        let mut recorded = self.0.lock().unwrap();
        recorded.complete.insert(location.to_string());
    }

    fn committed(&self, records: &Transaction<'_>) {
        let mut recorded = self.0.lock().unwrap();
        for (key, value) in records.writes() {
            let value = value.as_ref();
            let json = value.and_then(|bytes| serde_json::from_slice(bytes).ok());
            let names = objects_in(&json.unwrap_or_default());
            for name in &names {
                recorded.checked += 1;
                if !recorded.complete.contains(name) {
                    let violation = format!("{key} refers to {name}, which is not complete");
                    recorded.violations.push(violation);
                }
            }
            recorded.references.insert(key.clone(), names);
        }
    }

    fn removed(&self, location: &Path) {
        let (name, mut recorded) = (location.to_string(), self.0.lock().unwrap());
        let is_reference = |names: &Vec<String>| names.contains(&name);
        if recorded.references.values().any(is_reference) {
            let violation = format!("{name} is removed, and a record refers to it");
            recorded.violations.push(violation);
        }
    }
}

/// Returns the names in the JSON of each [`StoredObject`](crate::store::StoredObject) in a value.
fn objects_in(json: &Value) -> Vec<String> {
    match json {
        Value::Array(values) => values.iter().flat_map(objects_in).collect(),
        Value::Object(fields) => match (fields.get("name"), fields.get("size")) {
            (Some(Value::String(name)), Some(Value::Number(_))) => vec![name.clone()],
            _ => fields.values().flat_map(objects_in).collect(),
        },
        _ => Vec::new(),
    }
}

#[derive(Debug)]
pub(super) struct RecordingEngine<E> {
    inner: E,
    recorder: Recorder,
}

impl<E> RecordingEngine<E> {
    pub(super) fn new(inner: E, recorder: &Recorder) -> Self {
        let recorder = recorder.clone();
        RecordingEngine { inner, recorder }
    }
}

impl<E: Engine> Engine for RecordingEngine<E> {
    fn read(&self, reader: &mut dyn FnMut(&dyn Snapshot)) -> std::result::Result<(), StoreError> {
        self.recorder.0.lock().unwrap().reads += 1;
        self.inner.read(reader)
    }

    /// The engine in memory runs a transaction when it is submitted.
    fn submit(&self, mut job: Job, done: Done) {
        let recorder = self.recorder.clone();
        let recorded = move |records: &mut Transaction<'_>| {
            let outcome = job(records);
            if outcome == Outcome::Commit {
                recorder.committed(records);
            }
            outcome
        };
        self.inner.submit(Box::new(recorded), done);
    }

    fn reads(&self) -> Reads {
        self.inner.reads()
    }
}

/// Objects whose calls take effect only if their caller waits for them.
#[async_trait]
impl Observer for Recorder {
    async fn put(&self, location: &Path, put: Call<PutResult>) -> Result<PutResult> {
        tokio::task::yield_now().await;
        let result = put.await?;
        self.completed(location);
        Ok(result)
    }

    async fn delete(&self, location: &Path, delete: Call<Path>) -> Result<Path> {
        self.removed(location);
        delete.await
    }

    fn upload(&self, location: Path, inner: Box<dyn MultipartUpload>) -> Box<dyn MultipartUpload> {
        self.began();
        let recorder = self.clone();
        Box::new(RecordingUpload {
            inner,
            location,
            recorder,
        })
    }
}

#[derive(Debug)]
struct RecordingUpload {
    inner: Box<dyn MultipartUpload>,
    location: Path,
    recorder: Recorder,
}

#[async_trait]
impl MultipartUpload for RecordingUpload {
    fn put_part(&mut self, payload: PutPayload) -> UploadPart {
        self.inner.put_part(payload)
    }

    async fn complete(&mut self) -> Result<PutResult> {
        tokio::task::yield_now().await;
        let result = self.inner.complete().await?;
        self.recorder.ended();
        self.recorder.completed(&self.location);
        Ok(result)
    }

    async fn abort(&mut self) -> Result<()> {
        self.inner.abort().await?;
        self.recorder.ended();
        Ok(())
    }
}
