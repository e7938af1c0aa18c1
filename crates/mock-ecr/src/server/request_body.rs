//! The body of a request. The body of an API call that contains the name of the operation is read before faults are matched.

use bytes::Bytes;
use futures_util::StreamExt as _;
use http::request::Parts;
use http_body_util::BodyDataStream;
use hyper::body::Body;

use crate::domain::{ContentError, ContentStream, MAX_MANIFEST_BYTES};
use crate::http::body::{BODY_TIMEOUT, CollectError, collect};
use crate::http::buffers::{BuffersFull, Reservation};
use crate::server::router::Route;

/// The body of a request.
pub(crate) enum RequestBody<B> {
    /// The complete body of an API call that names its operation in the body. Faults match on the operation.
    Collected(Result<Bytes, CollectError>),
    /// The body of any other request. No byte of it has been read.
    Unread(B),
}

impl<B> RequestBody<B>
where
    B: Body<Data = Bytes> + Send,
{
    pub(crate) async fn read(
        body: B,
        request: &Parts,
        route: &Route,
        reservation: &mut Reservation,
    ) -> Self {
        match route.aws_service() {
            Some(service) if service.has_operation_in_body(request) => {
                let limit = service.max_body_size(request);
                RequestBody::Collected(collect(body, limit, reservation).await)
            }
            _ => RequestBody::Unread(body),
        }
    }

    /// Returns all bytes if the body has been read, or else an empty slice.
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            RequestBody::Collected(Ok(bytes)) => bytes,
            _ => &[],
        }
    }

    /// Returns all bytes. The size and the time are limited.
    pub(crate) async fn collected(
        self,
        limit: usize,
        reservation: &mut Reservation,
    ) -> Result<Bytes, CollectError> {
        match self {
            RequestBody::Collected(bytes) => bytes,
            RequestBody::Unread(body) => collect(body, limit, reservation).await,
        }
    }

    /// Reserves the memory for a manifest, which the registry collects from the stream: the declared size, or the maximum if none is
    /// declared.
    pub(crate) fn reserve_manifest(
        &self,
        reservation: &mut Reservation,
    ) -> Result<(), BuffersFull> {
        let RequestBody::Unread(body) = self else {
            return Ok(());
        };
        let declared = body.size_hint().exact().map(usize::try_from);
        let size = declared.and_then(Result::ok).unwrap_or(MAX_MANIFEST_BYTES);
        reservation.grow(size.min(MAX_MANIFEST_BYTES))
    }

    /// Returns the body as a stream. The total time is not limited; the wait for each chunk is.
    pub(crate) fn stream<'a>(self) -> ContentStream<'a>
    where
        B: 'a,
    {
        match self {
            RequestBody::Collected(bytes) => {
                let bytes = bytes.map_err(|_| ContentError);
                futures_util::stream::iter([bytes]).boxed()
            }
            RequestBody::Unread(body) => stream(body),
        }
    }
}

fn stream<'a, B>(body: B) -> ContentStream<'a>
where
    B: Body<Data = Bytes> + Send + 'a,
{
    let body = Box::pin(BodyDataStream::new(body));
    futures_util::stream::unfold(body, |mut body| async {
        let next = tokio::time::timeout(BODY_TIMEOUT, body.next());
        let item = match next.await {
            Ok(item) => item?.map_err(|_| ContentError),
            Err(_) => Err(ContentError),
        };
        Some((item, body))
    })
    .boxed()
}
