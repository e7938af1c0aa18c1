//! Sends the responses that a fault delays, cuts, resets or makes malformed.
//!
//! On HTTP/1, this module writes the bytes in place of hyper. On HTTP/2, it resets the stream, because a client sees nothing else of a
//! malformed response there.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, Stream, StreamExt as _};
use http::response::Parts;
use http::{Response, Version, header};
use http_body_util::BodyDataStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::watch;

use crate::fault::{CutPoint, DeliveryFault, Shape, Termination};
use crate::http::body;
use crate::http::body::{BodyError, Payload};
use crate::server::activity::Activity;

/// A connection on which the bytes of a response can be replaced.
pub(crate) struct FaultyStream<I> {
    stream: I,
    plan: WritePlan,
    activity: Arc<Activity>,
}

/// What to write in place of the next response. The connection and the handler of its requests share it.
#[derive(Clone, Default)]
pub(crate) struct WritePlan(Arc<Shared>);

#[derive(Default)]
struct Shared {
    /// Whether `pending` is set. Without faults, a write costs one atomic load and no lock.
    is_set: AtomicBool,
    pending: Mutex<WriteOverride>,
}

/// Bytes to write, and how the connection ends after them.
#[derive(Default)]
struct WriteOverride {
    bytes: Bytes,
    ending: Option<Termination>,
}

/// A connection that can be reset instead of closed normally.
pub(crate) trait ResetOnDrop {
    /// Configures the connection to be reset when it is dropped.
    fn reset_when_dropped(&self);
}

impl WritePlan {
    fn set(&self, bytes: Vec<u8>, ending: Termination) {
        *self.pending() = WriteOverride {
            bytes: bytes.into(),
            ending: Some(ending),
        };
        self.0.is_set.store(true, Ordering::Release);
    }

    fn is_set(&self) -> bool {
        self.0.is_set.load(Ordering::Acquire)
    }

    fn pending(&self) -> MutexGuard<'_, WriteOverride> {
        self.0
            .pending
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl<I> FaultyStream<I> {
    pub(super) fn new(stream: I, plan: WritePlan, activity: Arc<Activity>) -> Self {
        FaultyStream {
            stream,
            plan,
            activity,
        }
    }

    /// Records how many bytes were written.
    fn recorded(&self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(Ok(count)) = written {
            self.activity.record_written(count);
        }
        written
    }
}

impl<I: AsyncWrite + ResetOnDrop + Unpin> FaultyStream<I> {
    /// Writes the planned bytes and then ends the connection. Returns the error that makes hyper drop it.
    fn poll_override(&mut self, context: &mut Context<'_>) -> Poll<io::Error> {
        let mut pending = self.plan.pending();
        while !pending.bytes.is_empty() {
            let stream = Pin::new(&mut self.stream);
            match ready!(stream.poll_write(context, &pending.bytes)) {
                Ok(0) => return Poll::Ready(io::ErrorKind::WriteZero.into()),
                Ok(written) => {
                    self.activity.record_written(written);
                    let _ = pending.bytes.split_to(written);
                }
                Err(error) => return Poll::Ready(error),
            }
        }
        if pending.ending == Some(Termination::Reset) {
            self.stream.reset_when_dropped();
            return Poll::Ready(io::ErrorKind::ConnectionReset.into());
        }
        let stream = Pin::new(&mut self.stream);
        // The connection ends even if the shutdown fails.
        let _ = ready!(stream.poll_shutdown(context));
        Poll::Ready(io::ErrorKind::ConnectionAborted.into())
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for FaultyStream<I> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<I: AsyncWrite + ResetOnDrop + Unpin> AsyncWrite for FaultyStream<I> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.plan.is_set() {
            return self.poll_override(context).map(Err);
        }
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.recorded(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.plan.is_set() {
            return self.poll_override(context).map(Err);
        }
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.recorded(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// Applies the delivery faults to a response.
///
/// # Errors
///
/// Returns an error if the response must be aborted. The error ends the connection on HTTP/1 and the stream on HTTP/2.
pub(crate) async fn send(
    response: Response<Payload>,
    delivery: DeliveryFault,
    version: Version,
    plan: &WritePlan,
    mut stop: watch::Receiver<()>,
) -> Result<Response<Payload>, ResponseAborted> {
    pause(delivery.delay, &mut stop).await;
    let (parts, body) = response.into_parts();
    let body = match delivery.bandwidth {
        Some(rate) => throttled(body, rate),
        None => body,
    };
    match (delivery.shape, delivery.end) {
        (Some(shape), _) if is_http1(version) => {
            let body = read_up_to(body, MAX_BUFFERED_BODY).await;
            plan.set(malformed(&parts, body, shape), Termination::Close);
            Ok(Response::from_parts(parts, body::empty()))
        }
        (Some(_), _) => Err(ResponseAborted),
        (None, Some((cut_point, Termination::Stall))) => stall(parts, body, cut_point, stop).await,
        (None, Some((cut_point, ending))) if is_http1(version) => {
            let bytes = bytes_before(cut_point, &parts, body).await;
            plan.set(bytes, ending);
            Ok(Response::from_parts(parts, body::empty()))
        }
        (None, Some((cut_point, _))) => cut(parts, body, cut_point),
        (None, None) => Ok(Response::from_parts(parts, body)),
    }
}

/// A fault aborted the response, before or after its headers.
#[derive(Debug, thiserror::Error)]
#[error("a fault aborted the response")]
pub(crate) struct ResponseAborted;

fn is_http1(version: Version) -> bool {
    version <= Version::HTTP_11
}

/// Waits for a delay, or until the mock stops.
async fn pause(delay: Duration, stop: &mut watch::Receiver<()>) {
    if delay > Duration::ZERO {
        let _ = tokio::time::timeout(delay, stop.changed()).await;
    }
}

/// Reads at most `limit` bytes of a body.
async fn read_up_to(body: Payload, limit: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut chunks = BodyDataStream::new(body);
    while let Some(Ok(chunk)) = chunks.next().await {
        let room = limit.saturating_sub(bytes.len() as u64);
        let taken = chunk.len().min(usize::try_from(room).unwrap_or(usize::MAX));
        bytes.extend_from_slice(&chunk[..taken]);
        if bytes.len() as u64 >= limit {
            break;
        }
    }
    bytes
}

/// The maximum size of a body that is replaced: it is held in memory. A longer layer is truncated.
const MAX_BUFFERED_BODY: u64 = 64 << 20;

/// Returns the bytes of a response before a cut point.
async fn bytes_before(cut_point: CutPoint, parts: &Parts, body: Payload) -> Vec<u8> {
    match cut_point {
        CutPoint::BeforeHeaders => Vec::new(),
        CutPoint::AfterHeaders => head(parts),
        CutPoint::AfterBytes(count) => {
            let body = read_up_to(body, count.min(MAX_BUFFERED_BODY)).await;
            [head(parts), body].concat()
        }
    }
}

/// Returns the bytes of a response that violates HTTP/1.
fn malformed(parts: &Parts, body: Vec<u8>, shape: Shape) -> Vec<u8> {
    match shape {
        Shape::Overrun(count) => {
            let more = vec![b'x'; usize::try_from(count).unwrap_or_default()];
            [head(parts), body, more].concat()
        }
        Shape::GarbledChunks => {
            let mut parts = parts.clone();
            parts.headers.remove(header::CONTENT_LENGTH);
            let chunked = header::HeaderValue::from_static("chunked");
            parts.headers.insert(header::TRANSFER_ENCODING, chunked);
            [head(&parts), b"zz\r\n".to_vec(), body].concat()
        }
    }
}

/// Returns the status line and the headers. The names of the headers are capitalized, as the real service sends them.
fn head(parts: &Parts) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {}\r\n", status(parts)).into_bytes();
    for (name, value) in &parts.headers {
        head.extend(title_case(name.as_str()).bytes());
        head.extend(b": ");
        head.extend(value.as_bytes());
        head.extend(b"\r\n");
    }
    head.extend(b"\r\n");
    head
}

fn status(parts: &Parts) -> String {
    let reason = parts.status.canonical_reason().unwrap_or_default();
    format!("{} {reason}", parts.status.as_str())
}

fn title_case(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_ascii_uppercase() + rest
    });
    words.collect::<Vec<_>>().join("-")
}

/// Sends a response up to a cut point, and then nothing until the mock stops.
async fn stall(
    parts: Parts,
    body: Payload,
    cut_point: CutPoint,
    mut stop: watch::Receiver<()>,
) -> Result<Response<Payload>, ResponseAborted> {
    let count = match cut_point {
        CutPoint::BeforeHeaders => {
            let _ = stop.changed().await;
            return Err(ResponseAborted);
        }
        CutPoint::AfterHeaders => 0,
        CutPoint::AfterBytes(count) => count,
    };
    let stalled = stream::once(async move {
        let _ = stop.changed().await;
        Err(BodyError::new(ResponseAborted))
    });
    let body = body::stream(first(body, count).chain(stalled));
    Ok(Response::from_parts(parts, body))
}

/// Resets the stream of a response at a cut point, on HTTP/2.
fn cut(
    parts: Parts,
    body: Payload,
    cut_point: CutPoint,
) -> Result<Response<Payload>, ResponseAborted> {
    let count = match cut_point {
        CutPoint::BeforeHeaders => return Err(ResponseAborted),
        CutPoint::AfterHeaders => 0,
        CutPoint::AfterBytes(count) => count,
    };
    let end = stream::once(async { Err(BodyError::new(ResponseAborted)) });
    Ok(Response::from_parts(
        parts,
        body::stream(first(body, count).chain(end)),
    ))
}

/// Returns the first `count` bytes of a body.
fn first(body: Payload, count: u64) -> impl Stream<Item = Result<Bytes, BodyError>> + Send {
    let chunks = BodyDataStream::new(body);
    stream::unfold((chunks, count), |(mut chunks, left)| async move {
        if left == 0 {
            return None;
        }
        let chunk = match chunks.next().await? {
            Ok(mut chunk) => {
                chunk.truncate(usize::try_from(left).unwrap_or(usize::MAX));
                chunk
            }
            Err(error) => return Some((Err(BodyError::new(error)), (chunks, 0))),
        };
        let left = left - chunk.len() as u64;
        Some((Ok(chunk), (chunks, left)))
    })
}

/// Limits a body to `rate` bytes per second. A tenth of them is sent every 100 milliseconds.
fn throttled(body: Payload, rate: u64) -> Payload {
    const INTERVAL: Duration = Duration::from_millis(100);
    let step = usize::try_from(rate.div_ceil(10)).unwrap_or(usize::MAX);
    let chunks = BodyDataStream::new(body);
    body::stream(stream::unfold(
        (chunks, Bytes::new()),
        move |(mut chunks, mut rest)| async move {
            if rest.is_empty() {
                rest = match chunks.next().await? {
                    Ok(chunk) => chunk,
                    Err(error) => return Some((Err(BodyError::new(error)), (chunks, rest))),
                };
            }
            tokio::time::sleep(INTERVAL).await;
            let chunk = rest.split_to(step.min(rest.len()));
            Some((Ok(chunk), (chunks, rest)))
        },
    ))
}
