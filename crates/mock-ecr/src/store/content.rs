//! The content of an object, as a stream.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::ops::Range;

use bytes::Bytes;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt as _, TryStreamExt as _};
use object_store::{GetResult, GetResultPayload};

use crate::store::error::StoreError;

/// The bytes of an object, or of a range of it, as a stream. The object is not held in memory as a whole.
pub(crate) struct Content {
    /// The size of the complete object, in bytes.
    pub(crate) size: u64,
    /// The range of the object that the stream contains.
    pub(crate) range: Range<u64>,
    pub(crate) bytes: BoxStream<'static, Result<Bytes, StoreError>>,
}

impl Content {
    pub(super) fn of(object: GetResult) -> Self {
        let (size, range) = (object.meta.size, object.range.clone());
        // `object_store` reads a file in chunks of 8 KiB and starts a blocking task for each, which takes most of the time.
        let bytes = match object.payload {
            GetResultPayload::File(file, _) => read_chunks(file, range.clone()).boxed(),
            GetResultPayload::Stream(bytes) => bytes.map_err(StoreError::from).boxed(),
        };
        Content { size, range, bytes }
    }
}

/// Reads a range of a file in chunks. Each chunk is read in a blocking task, because a disk can be slow.
fn read_chunks(
    file: File,
    range: Range<u64>,
) -> impl futures_util::Stream<Item = Result<Bytes, StoreError>> {
    stream::try_unfold((file, range), |(mut file, range)| async {
        if range.is_empty() {
            return Ok(None);
        }
        let read = tokio::task::spawn_blocking(move || {
            let chunk = read_chunk(&mut file, &range)?;
            let rest = range.start + chunk.len() as u64..range.end;
            Ok::<_, io::Error>(Some((chunk, (file, rest))))
        });
        Ok(read.await.map_err(io::Error::other)??)
    })
}

fn read_chunk(file: &mut File, range: &Range<u64>) -> io::Result<Bytes> {
    file.seek(SeekFrom::Start(range.start))?;
    let length = usize::try_from(range.end - range.start).unwrap_or(CHUNK_SIZE);
    let mut chunk = Vec::with_capacity(length.min(CHUNK_SIZE));
    file.take(length.min(CHUNK_SIZE) as u64)
        .read_to_end(&mut chunk)?;
    if chunk.is_empty() {
        // The store never truncates a file. If another program does, an empty chunk would make the stream endless.
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(chunk.into())
}

const CHUNK_SIZE: usize = 512 * 1024;
