//! The body of an answer: whole in memory, or as it comes from the store.

use bytes::Bytes;
use futures_util::TryStreamExt as _;
use http::Response;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Either, Full, StreamBody};
use hyper::body::Frame;

use crate::store::{Content, StoreError};

/// A body; most are short and whole.
pub(crate) type Payload = Either<Full<Bytes>, UnsyncBoxBody<Bytes, StoreError>>;

pub(crate) fn whole(response: Response<Bytes>) -> Response<Payload> {
    response.map(|bytes| Either::Left(Full::new(bytes)))
}

/// The bytes of an object, which are never all in memory.
pub(crate) fn streamed(content: Content) -> Payload {
    let frames = content.bytes.map_ok(Frame::data);
    Either::Right(StreamBody::new(frames).boxed_unsync())
}
