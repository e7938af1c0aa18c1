//! Limits the bytes of requests and responses that are in memory at the same time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The bytes of requests and responses that a mock stores in memory.
#[derive(Debug)]
pub(crate) struct Buffers(Counter);

/// The bytes of requests and responses of one connection.
#[derive(Debug)]
pub(crate) struct ConnectionBuffers {
    all: Arc<Buffers>,
    own: Counter,
}

/// The bytes of one request or response. They are released when this value is dropped.
#[derive(Debug)]
pub(crate) struct Reservation {
    buffers: Arc<ConnectionBuffers>,
    size: usize,
    body: RequestBody,
}

/// The body of a request, as its head declares it. Clients that do not send their bodies to the end can use only a part of the buffers, so that
/// requests without a body are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RequestBody {
    Absent,
    /// At most [`SMALL_BODY`] bytes.
    Small,
    /// More, or an unknown number.
    Large,
}

/// The maximum size of a small body, in bytes.
const SMALL_BODY: u64 = 8 << 10;

impl RequestBody {
    /// Returns the kind of a body by the number of its bytes, if it is known.
    pub(crate) fn of_size(size: Option<u64>) -> Self {
        match size {
            Some(0) => RequestBody::Absent,
            Some(1..=SMALL_BODY) => RequestBody::Small,
            _ => RequestBody::Large,
        }
    }

    /// Returns the sixteenths of all buffers that are available for a request and its response of together `size` bytes.
    fn sixteenths(self, size: usize) -> usize {
        match self {
            _ if size > SMALL => 12,
            RequestBody::Large => 13,
            RequestBody::Small => 14,
            RequestBody::Absent => 16,
        }
    }
}

/// The error of a request or response for which there is not enough memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the mock stores too many bytes of requests and responses in memory: repeat the request later, or increase limits.buffer_bytes"
)]
pub(crate) struct BuffersFull;

#[derive(Debug)]
struct Counter {
    limit: usize,
    used: AtomicUsize,
}

impl Buffers {
    pub(crate) fn new(limit: usize) -> Self {
        Buffers(Counter::new(limit))
    }

    /// Returns the number of bytes that are reserved.
    pub(crate) fn used(&self) -> usize {
        self.0.used.load(Ordering::Relaxed)
    }
}

/// The maximum size of a small reservation, in bytes.
pub(crate) const SMALL: usize = 64 << 10;

impl ConnectionBuffers {
    /// Returns the buffers of a connection, which can use half of all.
    pub(crate) fn new(all: &Arc<Buffers>) -> Arc<Self> {
        Arc::new(ConnectionBuffers {
            own: Counter::new(all.0.limit / 2),
            all: Arc::clone(all),
        })
    }

    /// Returns an empty reservation for a request with a body of unknown size.
    pub(crate) fn reservation(self: &Arc<Self>) -> Reservation {
        Reservation {
            buffers: Arc::clone(self),
            size: 0,
            body: RequestBody::Large,
        }
    }

    fn take(&self, count: usize, limit: usize) -> Result<(), BuffersFull> {
        self.own.take(count, self.own.limit)?;
        self.all
            .0
            .take(count, limit)
            .inspect_err(|_| self.own.release(count))
    }

    fn release(&self, count: usize) {
        self.own.release(count);
        self.all.0.release(count);
    }
}

impl Reservation {
    /// Sets what the head of the request declares about its body.
    pub(crate) fn declare(&mut self, body: RequestBody) {
        self.body = body;
    }

    /// Adds bytes.
    ///
    /// # Errors
    ///
    /// Returns an error if a limit is exceeded. The reservation is then not changed.
    pub(crate) fn grow(&mut self, count: usize) -> Result<(), BuffersFull> {
        let size = self.size.saturating_add(count);
        let limit = self.buffers.all.0.limit / 16 * self.body.sixteenths(size);
        self.buffers.take(count, limit)?;
        self.size = size;
        Ok(())
    }

    /// Returns an empty reservation of the same connection.
    pub(crate) fn another(&self) -> Reservation {
        self.buffers.reservation()
    }

    /// Releases bytes, or adds some, until there are `size`.
    ///
    /// # Errors
    ///
    /// Returns an error if a limit is exceeded. The reservation is then not changed.
    pub(crate) fn resize(&mut self, size: usize) -> Result<(), BuffersFull> {
        self.grow(size.saturating_sub(self.size))?;
        self.shrink_to(size);
        Ok(())
    }

    /// Does the same as [`resize`](Self::resize), even if a limit is exceeded.
    pub(crate) fn resize_beyond_limits(&mut self, size: usize) {
        let added = size.saturating_sub(self.size);
        self.buffers.own.add(added);
        self.buffers.all.0.add(added);
        self.size += added;
        self.shrink_to(size);
    }

    /// Releases all bytes above `size`.
    pub(crate) fn shrink_to(&mut self, size: usize) {
        let released = self.size.saturating_sub(size);
        self.buffers.release(released);
        self.size -= released;
    }

    /// Returns the number of bytes.
    pub(crate) fn size(&self) -> usize {
        self.size
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.shrink_to(0);
    }
}

impl Counter {
    fn new(limit: usize) -> Self {
        let used = AtomicUsize::new(0);
        Counter { limit, used }
    }

    fn take(&self, count: usize, limit: usize) -> Result<(), BuffersFull> {
        let within = |used: usize| used.checked_add(count).filter(|sum| *sum <= limit);
        let (set, fetch) = (Ordering::Relaxed, Ordering::Relaxed);
        let taken = self.used.fetch_update(set, fetch, within);
        taken.map(drop).map_err(|_| BuffersFull)
    }

    fn add(&self, count: usize) {
        self.used.fetch_add(count, Ordering::Relaxed);
    }

    fn release(&self, count: usize) {
        self.used.fetch_sub(count, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buffers() -> Arc<Buffers> {
        Arc::new(Buffers::new(16 * SMALL))
    }

    /// Reserves as much as possible for requests with a kind of body, in steps, and returns it.
    fn exhaust(all: &Arc<Buffers>, body: RequestBody, step: usize) -> Vec<Reservation> {
        let mut reservations = Vec::new();
        loop {
            let mut one = ConnectionBuffers::new(all).reservation();
            one.declare(body);
            match one.grow(step) {
                Ok(()) => reservations.push(one),
                Err(BuffersFull) => return reservations,
            }
        }
    }

    #[test]
    fn bodies_leave_a_part_to_requests_with_smaller_bodies() {
        let all = buffers();
        let large = exhaust(&all, RequestBody::Large, 2 * SMALL);
        assert_eq!(all.used(), 12 * SMALL);
        let medium = exhaust(&all, RequestBody::Large, SMALL);
        assert_eq!(all.used(), 13 * SMALL);
        let small = exhaust(&all, RequestBody::Small, SMALL / 4);
        assert_eq!(all.used(), 14 * SMALL);
        let absent = exhaust(&all, RequestBody::Absent, SMALL / 4);
        assert_eq!(all.used(), 16 * SMALL);
        drop((large, medium, small, absent));
        assert_eq!(all.used(), 0);
    }

    #[test]
    fn a_body_has_a_kind_by_its_size() {
        let kinds = [Some(0), Some(1), Some(8192), Some(8193), None].map(RequestBody::of_size);
        let [absent, one, most, more, unknown] = kinds;
        assert_eq!(absent, RequestBody::Absent);
        assert_eq!([one, most], [RequestBody::Small; 2]);
        assert_eq!([more, unknown], [RequestBody::Large; 2]);
    }

    #[test]
    fn a_connection_can_use_half_of_the_buffers() {
        let all = buffers();
        let connection = ConnectionBuffers::new(&all);
        let mut first = connection.reservation();
        first.grow(8 * SMALL).unwrap();
        let mut second = connection.reservation();
        assert_eq!(second.grow(1), Err(BuffersFull));
        let mut of_another = ConnectionBuffers::new(&all).reservation();
        of_another.grow(1).unwrap();
        first.shrink_to(SMALL);
        assert_eq!((first.size(), second.grow(SMALL)), (SMALL, Ok(())));
        drop((first, second, of_another));
        assert_eq!(
            (all.used(), connection.own.used.load(Ordering::Relaxed)),
            (0, 0)
        );
    }

    #[test]
    fn a_reservation_can_be_resized_beyond_the_limits() {
        let all = buffers();
        let mut reservation = ConnectionBuffers::new(&all).reservation();
        reservation.grow(SMALL).unwrap();
        assert_eq!(reservation.resize(9 * SMALL), Err(BuffersFull));
        assert_eq!(reservation.size(), SMALL);
        reservation.resize(2 * SMALL).unwrap();
        reservation.resize_beyond_limits(20 * SMALL);
        assert_eq!((reservation.size(), all.used()), (20 * SMALL, 20 * SMALL));
        let mut another = ConnectionBuffers::new(&all).reservation();
        assert_eq!(another.grow(1), Err(BuffersFull));
        reservation.resize_beyond_limits(SMALL);
        assert_eq!(all.used(), SMALL);
        drop(reservation);
        assert_eq!(all.used(), 0);
    }

    #[test]
    fn an_overflow_is_an_error() {
        let mut reservation = ConnectionBuffers::new(&buffers()).reservation();
        reservation.grow(1).unwrap();
        assert_eq!(reservation.grow(usize::MAX), Err(BuffersFull));
        assert_eq!(reservation.size(), 1);
    }
}
