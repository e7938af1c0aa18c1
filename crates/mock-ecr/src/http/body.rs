//! The body of an answer: whole in memory, or as it comes from the store.

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, TryStreamExt as _};
use http::{Response, header};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Either, Full, StreamBody};
use hyper::body::{Body as _, Frame};

use crate::store::Content;

/// A body; most are short and whole.
pub(crate) type Payload = Either<Full<Bytes>, UnsyncBoxBody<Bytes, BodyError>>;

/// Why a body does not come to its end.
///
/// A type of its own: a boxed error would have to be turned into itself, which the compiler cannot see through in a task.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(crate) struct BodyError(Box<dyn std::error::Error + Send + Sync>);

impl BodyError {
    pub(crate) fn new(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        BodyError(cause.into())
    }
}

pub(crate) fn whole(response: Response<Bytes>) -> Response<Payload> {
    response.map(|bytes| Either::Left(Full::new(bytes)))
}

/// An answer to `HEAD` tells of its body and has none. In HTTP/1 hyper leaves it out by itself, in HTTP/2 it does not.
pub(crate) fn told_only(mut response: Response<Payload>) -> Response<Payload> {
    if let Some(length @ 1..) = response.body().size_hint().exact() {
        let headers = response.headers_mut();
        headers
            .entry(header::CONTENT_LENGTH)
            .or_insert(length.into());
    }
    response.map(|_| nothing())
}

/// The bytes of an object, which are never all in memory.
pub(crate) fn streamed(content: Content) -> Payload {
    pieces(content.bytes.map_err(BodyError::new))
}

/// A body that comes piece by piece.
pub(crate) fn pieces(
    pieces: impl Stream<Item = Result<Bytes, BodyError>> + Send + 'static,
) -> Payload {
    Either::Right(StreamBody::new(pieces.map_ok(Frame::data)).boxed_unsync())
}

/// No body.
pub(crate) fn nothing() -> Payload {
    Either::Left(Full::default())
}

/// Pieces as they come to be.
pub(crate) fn live(pieces: impl Stream<Item = Bytes> + Send + 'static) -> Payload {
    let frames = pieces.map(|piece| Ok(Frame::data(piece)));
    Either::Right(StreamBody::new(frames).boxed_unsync())
}
