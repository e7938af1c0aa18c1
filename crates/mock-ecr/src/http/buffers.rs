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

    /// Returns the limit for a reservation that has grown to `size` bytes. The last quarter is for small reservations, so that a few large
    /// bodies do not prevent all other requests.
    fn limit_for(&self, size: usize) -> usize {
        match size {
            0..=SMALL => self.0.limit,
            _ => self.0.limit / 4 * 3,
        }
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

    /// Returns an empty reservation.
    pub(crate) fn reservation(self: &Arc<Self>) -> Reservation {
        Reservation {
            buffers: Arc::clone(self),
            size: 0,
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
    /// Adds bytes.
    ///
    /// # Errors
    ///
    /// Returns an error if a limit is exceeded. The reservation is then not changed.
    pub(crate) fn grow(&mut self, count: usize) -> Result<(), BuffersFull> {
        let size = self.size.saturating_add(count);
        let limit = self.buffers.all.limit_for(size);
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

    #[cfg(test)]
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

    #[test]
    fn large_reservations_leave_a_quarter_to_small_ones() {
        let all = buffers();
        let mut large = [0; 2].map(|_| ConnectionBuffers::new(&all).reservation());
        large[0].grow(8 * SMALL).unwrap();
        large[1].grow(4 * SMALL).unwrap();
        assert_eq!(large[1].grow(1), Err(BuffersFull));
        let mut small: Vec<_> = (0..5)
            .map(|_| ConnectionBuffers::new(&all).reservation())
            .collect();
        let grown: Vec<_> = small.iter_mut().map(|one| one.grow(SMALL)).collect();
        assert_eq!(grown, [Ok(()), Ok(()), Ok(()), Ok(()), Err(BuffersFull)]);
        drop(large);
        assert_eq!(all.used(), 4 * SMALL);
        assert_eq!(small[4].grow(2 * SMALL), Ok(()));
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
