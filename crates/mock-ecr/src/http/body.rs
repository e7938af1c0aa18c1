//! Reads request bodies within limits, and builds response bodies, which are in memory or streamed from the store.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, TryStreamExt as _};
use http::{Response, header};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Either, Full, LengthLimitError, Limited, StreamBody};
use hyper::body::{Body, Frame};

/// Reads a request body of at most `limit` bytes, which must be complete within [`BODY_TIMEOUT`].
pub(crate) async fn collect<B>(body: B, limit: usize) -> Result<Bytes, CollectError>
where
    B: Body<Data: Send, Error: Into<Box<dyn std::error::Error + Send + Sync>>>,
{
    // If the declared length exceeds the limit, the body is rejected before the client sends it.
    if body.size_hint().lower() > limit as u64 {
        return Err(CollectError::TooLarge);
    }
    let collected = tokio::time::timeout(BODY_TIMEOUT, Limited::new(body, limit).collect());
    match collected.await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(CollectError::TooLarge),
        Ok(Err(_)) | Err(_) => Err(CollectError::Incomplete),
    }
}

/// The error of a request body that could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CollectError {
    #[error("the body exceeds the limit")]
    TooLarge,
    #[error("the body is incomplete")]
    Incomplete,
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
    Either::Right(StreamBody::new(chunks.map_ok(Frame::data)).boxed_unsync())
}

/// Returns an empty body.
pub(crate) fn empty() -> Payload {
    Either::Left(Full::default())
}

/// Returns a body that streams chunks and cannot fail.
pub(crate) fn infallible_stream(chunks: impl Stream<Item = Bytes> + Send + 'static) -> Payload {
    let frames = chunks.map(|chunk| Ok(Frame::data(chunk)));
    Either::Right(StreamBody::new(frames).boxed_unsync())
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures_util::stream;

    use super::*;

    fn in_chunks(chunks: &[&'static str]) -> impl Body<Data = Bytes, Error = Infallible> + use<> {
        let frames: Vec<_> = chunks
            .iter()
            .map(|chunk| Ok(Frame::data(Bytes::from_static(chunk.as_bytes()))))
            .collect();
        StreamBody::new(stream::iter(frames))
    }

    #[tokio::test]
    async fn a_body_within_the_limit_is_read_completely() {
        let collected = collect(in_chunks(&["ab", "cd"]), 4).await;
        assert_eq!(collected.unwrap(), "abcd");
    }

    #[tokio::test]
    async fn a_body_above_the_limit_is_rejected_with_and_without_a_declared_length() {
        let declared = collect(Full::new(Bytes::from_static(b"abcde")), 4).await;
        assert_eq!(declared, Err(CollectError::TooLarge));
        let undeclared = collect(in_chunks(&["ab", "cde"]), 4).await;
        assert_eq!(undeclared, Err(CollectError::TooLarge));
    }

    #[tokio::test]
    async fn an_aborted_body_is_incomplete() {
        let frames = [
            Ok(Frame::data(Bytes::from_static(b"ab"))),
            Err(std::io::Error::other("reset")),
        ];
        let collected = collect(StreamBody::new(stream::iter(frames)), 4).await;
        assert_eq!(collected, Err(CollectError::Incomplete));
    }
}
