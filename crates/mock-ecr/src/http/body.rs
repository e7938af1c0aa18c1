//! Reads request bodies within limits, and builds response bodies, which are in memory or streamed from the store.

use std::pin::pin;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::{FutureExt as _, Stream, StreamExt as _, TryStreamExt as _};
use http::{Response, header};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyDataStream, BodyExt as _, Either, Full, StreamBody};
use hyper::body::{Body, Frame};

use crate::http::buffers::{BuffersFull, Reservation};

/// Reads a request body of at most `limit` bytes, which must be complete within [`BODY_TIMEOUT`]. Adds its bytes to a reservation.
pub(crate) async fn collect<B>(
    body: B,
    limit: usize,
    reservation: &mut Reservation,
) -> Result<Bytes, CollectError>
where
    B: Body<Data = Bytes>,
{
    // If the declared length exceeds the limit, the body is rejected before the client sends it.
    if body.size_hint().lower() > limit as u64 {
        return Err(CollectError::TooLarge);
    }
    tokio::time::timeout(BODY_TIMEOUT, copy(body, limit, reservation))
        .await
        .unwrap_or(Err(CollectError::Incomplete))
}

/// Copies the chunks of a body. A chunk shares a buffer of at least 8 KiB with its connection, so a body of many small chunks would
/// otherwise use more memory than was reserved.
async fn copy<B>(
    body: B,
    limit: usize,
    reservation: &mut Reservation,
) -> Result<Bytes, CollectError>
where
    B: Body<Data = Bytes>,
{
    let mut chunks = pin!(BodyDataStream::new(body));
    let mut bytes = BytesMut::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| CollectError::Incomplete)?;
        if chunk.len() > limit - bytes.len() {
            return Err(CollectError::TooLarge);
        }
        reservation.grow(chunk.len())?;
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}

/// The error of a request body that could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CollectError {
    #[error("the body exceeds the limit")]
    TooLarge,
    #[error("the body is incomplete")]
    Incomplete,
    #[error(transparent)]
    BuffersFull(#[from] BuffersFull),
}

/// The time within which a client must send a complete body that is buffered, or the next chunk of a body that is streamed.
pub(crate) const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// The body of a response: buffered or streamed.
pub(crate) type Payload = Either<Full<Bytes>, UnsyncBoxBody<Bytes, BodyError>>;

/// The error of a response body that could not be sent completely.
///
/// It is not a boxed error, because the compiler does not accept the conversion of a boxed error into itself inside a task.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(crate) struct BodyError(Box<dyn std::error::Error + Send + Sync>);

impl BodyError {
    pub(crate) fn new(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        BodyError(cause.into())
    }
}

/// Converts a response with a buffered body.
pub(crate) fn whole(response: Response<Bytes>) -> Response<Payload> {
    response.map(|bytes| Either::Left(Full::new(bytes)))
}

/// Removes the body of a response to `HEAD`, and sets `Content-Length` to its size. In HTTP/1, hyper removes the body itself; in HTTP/2, it
/// does not.
pub(crate) fn strip_body(mut response: Response<Payload>) -> Response<Payload> {
    if let Some(length @ 1..) = response.body().size_hint().exact() {
        let headers = response.headers_mut();
        headers
            .entry(header::CONTENT_LENGTH)
            .or_insert(length.into());
    }
    response.map(|_| empty())
}

/// Returns a body that streams an object. The object is not held in memory as a whole.
pub(crate) fn streamed<E>(bytes: impl Stream<Item = Result<Bytes, E>> + Send + 'static) -> Payload
where
    E: std::error::Error + Send + Sync + 'static,
{
    stream(bytes.map_err(BodyError::new))
}

/// Returns a body that streams chunks.
pub(crate) fn stream(
    chunks: impl Stream<Item = Result<Bytes, BodyError>> + Send + 'static,
) -> Payload {
    // Some clients poll a body again after its end.
    Either::Right(StreamBody::new(chunks.map_ok(Frame::data).fuse()).boxed_unsync())
}

/// Returns an empty body.
pub(crate) fn empty() -> Payload {
    Either::Left(Full::default())
}

/// Returns a body that streams chunks and cannot fail.
pub(crate) fn infallible_stream(chunks: impl Stream<Item = Bytes> + Send + 'static) -> Payload {
    let frames = chunks.map(|chunk| Ok(Frame::data(chunk)));
    Either::Right(StreamBody::new(frames.fuse()).boxed_unsync())
}

/// Returns the number of bytes of a body that are in memory until the client has read them.
pub(crate) fn buffered_size(response: &Response<Payload>) -> usize {
    match (response.extensions().get(), response.body()) {
        (Some(BufferedSize(size)), _) => *size,
        (None, Either::Left(whole)) => usize::try_from(whole.size_hint().lower()).unwrap_or(0),
        (None, Either::Right(_)) => STREAMED_SIZE,
    }
}

/// The number of bytes that a streamed body stores in memory, if it is not one chunk. An extension of a response.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BufferedSize(pub(crate) usize);

impl BufferedSize {
    /// Returns the size for a body that is streamed in chunks of at most `chunk` bytes: one of them, and what the connection has of the
    /// one before.
    pub(crate) fn of_chunks(chunk: usize) -> Self {
        BufferedSize(chunk + STREAMED_SIZE)
    }
}

const STREAMED_SIZE: usize = 64 << 10;

/// Keeps a value until the last byte of a response has been written to the connection, or the response is dropped.
pub(crate) fn keep<T>(response: Response<Payload>, kept: T) -> Response<Payload>
where
    T: Send + 'static,
{
    response.map(|body| match body {
        Either::Left(whole) => Either::Left(Full::new(keep_bytes(into_bytes(whole), kept))),
        Either::Right(stream) => Either::Right(keep_stream(stream, kept)),
    })
}

fn into_bytes(whole: Full<Bytes>) -> Bytes {
    let mut whole = whole;
    let frame = whole.frame().now_or_never().flatten();
    let data = frame.and_then(|frame| frame.ok()?.into_data().ok());
    data.unwrap_or_default()
}

/// A connection drops the bytes when they are written, but the body as soon as it has queued them.
fn keep_bytes<T: Send + 'static>(bytes: Bytes, kept: T) -> Bytes {
    if bytes.is_empty() {
        return bytes;
    }
    Bytes::from_owner(Kept { bytes, _kept: kept })
}

struct Kept<T> {
    bytes: Bytes,
    _kept: T,
}

impl<T> AsRef<[u8]> for Kept<T> {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

fn keep_stream<T>(body: UnsyncBoxBody<Bytes, BodyError>, kept: T) -> UnsyncBoxBody<Bytes, BodyError>
where
    T: Send + 'static,
{
    let frames = body.map_frame(move |frame| {
        let _kept = &kept;
        frame
    });
    frames.boxed_unsync()
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::Arc;

    use futures_util::stream;

    use super::*;
    use crate::http::buffers::{Buffers, ConnectionBuffers};

    fn reservation() -> Reservation {
        ConnectionBuffers::new(&Arc::new(Buffers::new(1 << 20))).reservation()
    }

    fn in_chunks(chunks: &[&'static str]) -> impl Body<Data = Bytes, Error = Infallible> + use<> {
        let frames: Vec<_> = chunks
            .iter()
            .map(|chunk| Ok(Frame::data(Bytes::from_static(chunk.as_bytes()))))
            .collect();
        StreamBody::new(stream::iter(frames))
    }

    #[tokio::test]
    async fn a_body_within_the_limit_is_read_completely() {
        let collected = collect(in_chunks(&["ab", "cd"]), 4, &mut reservation()).await;
        assert_eq!(collected.unwrap(), "abcd");
    }

    #[tokio::test]
    async fn a_body_above_the_limit_is_rejected_with_and_without_a_declared_length() {
        let body = Full::new(Bytes::from_static(b"abcde"));
        let declared = collect(body, 4, &mut reservation()).await;
        assert_eq!(declared, Err(CollectError::TooLarge));
        let undeclared = collect(in_chunks(&["ab", "cde"]), 4, &mut reservation()).await;
        assert_eq!(undeclared, Err(CollectError::TooLarge));
    }

    #[tokio::test]
    async fn an_aborted_body_is_incomplete() {
        let frames = [
            Ok(Frame::data(Bytes::from_static(b"ab"))),
            Err(std::io::Error::other("reset")),
        ];
        let body = StreamBody::new(stream::iter(frames));
        let collected = collect(body, 4, &mut reservation()).await;
        assert_eq!(collected, Err(CollectError::Incomplete));
    }

    #[tokio::test]
    async fn a_body_beyond_the_memory_for_buffers_is_rejected() {
        let chunk = "x".repeat(300 << 10);
        let chunk: &'static str = Box::leak(chunk.into_boxed_str());
        let mut reservation = reservation();
        let body = in_chunks(&[chunk, chunk]);
        let collected = collect(body, usize::MAX, &mut reservation).await;
        assert_eq!(collected, Err(CollectError::BuffersFull(BuffersFull)));
        assert_eq!(reservation.size(), chunk.len());
    }

    #[tokio::test]
    async fn a_value_is_kept_until_the_bytes_are_dropped() {
        let kept = Arc::new(());
        let response = whole(Response::new(Bytes::from_static(b"abc")));
        let response = keep(response, Arc::clone(&kept));
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        assert_eq!((&bytes[..], Arc::strong_count(&kept)), (&b"abc"[..], 2));
        drop(bytes);
        assert_eq!(Arc::strong_count(&kept), 1);

        let chunks = stream::iter([Bytes::from_static(b"abc")]);
        let response = keep(Response::new(infallible_stream(chunks)), Arc::clone(&kept));
        assert_eq!(Arc::strong_count(&kept), 2);
        drop(response);
        assert_eq!(Arc::strong_count(&kept), 1);
    }
}
