//! The bytes of an object as they come.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::ops::Range;

use bytes::Bytes;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt as _, TryStreamExt as _};
use object_store::{GetResult, GetResultPayload};

use crate::store::error::StoreError;

/// An object's bytes as they come, or those of a part of it.
pub(crate) struct Content {
    /// How long the whole object is.
    pub(crate) size: u64,
    /// The part that comes.
    pub(crate) range: Range<u64>,
    pub(crate) bytes: BoxStream<'static, Result<Bytes, StoreError>>,
}

impl Content {
    pub(super) fn of(object: GetResult) -> Self {
        let (size, range) = (object.meta.size, object.range.clone());
        // The library reads a file in pieces of 8 KiB, each on a thread of its own, which takes most of the time.
        let bytes = match object.payload {
            GetResultPayload::File(file, _) => read_chunks(file, range.clone()).boxed(),
            GetResultPayload::Stream(bytes) => bytes.map_err(StoreError::from).boxed(),
        };
        Content { size, range, bytes }
    }
}

/// A part of a file, in pieces; each is read on a thread that may wait for a disk.
fn read_chunks(
    file: File,
    range: Range<u64>,
) -> impl futures_util::Stream<Item = Result<Bytes, StoreError>> {
    stream::try_unfold((file, range), |(mut file, range)| async {
        if range.is_empty() {
            return Ok(None);
        }
        let read = tokio::task::spawn_blocking(move || {
            let chunk = read_piece(&mut file, &range)?;
            let rest = range.start + chunk.len() as u64..range.end;
            Ok::<_, io::Error>(Some((chunk, (file, rest))))
        });
        Ok(read.await.map_err(io::Error::other)??)
    })
}

fn read_piece(file: &mut File, range: &Range<u64>) -> io::Result<Bytes> {
    file.seek(SeekFrom::Start(range.start))?;
    let length = usize::try_from(range.end - range.start).unwrap_or(PIECE);
    let mut chunk = Vec::with_capacity(length.min(PIECE));
    file.take(length.min(PIECE) as u64)
        .read_to_end(&mut chunk)?;
    if chunk.is_empty() {
        // What is written once and renamed is never cut; a stream that made no progress would never end.
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(chunk.into())
}

const PIECE: usize = 512 * 1024;
