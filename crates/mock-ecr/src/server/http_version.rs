//! Detects the version of HTTP by the first bytes of a connection.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf as _, Bytes};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf};

use crate::server::faulty_stream::ResetOnDrop;

/// The version of HTTP of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HttpVersion {
    Http1,
    Http2,
}

/// A connection whose first bytes were read already. They are read again from this value.
pub(super) struct Rewound<I> {
    first: Bytes,
    stream: I,
}

/// Reads until the version is known. Every HTTP/2 connection begins with [`PREFACE`].
pub(super) async fn detect<I>(mut stream: I) -> io::Result<(HttpVersion, Rewound<I>)>
where
    I: AsyncRead + Unpin,
{
    let mut first = [0; PREFACE.len()];
    let mut length = 0;
    while length < PREFACE.len() && first[..length] == PREFACE[..length] {
        match stream.read(&mut first[length..]).await? {
            0 => break,
            count => length += count,
        }
    }
    let version = match first == *PREFACE {
        true => HttpVersion::Http2,
        false => HttpVersion::Http1,
    };
    let first = Bytes::copy_from_slice(&first[..length]);
    Ok((version, Rewound { first, stream }))
}

/// RFC 9113, section 3.4.
const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

impl<I: AsyncRead + Unpin> AsyncRead for Rewound<I> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.first.is_empty() {
            return Pin::new(&mut self.stream).poll_read(context, buffer);
        }
        let length = self.first.len().min(buffer.remaining());
        buffer.put_slice(&self.first[..length]);
        self.first.advance(length);
        Poll::Ready(Ok(()))
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Rewound<I> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
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

impl<I: ResetOnDrop> ResetOnDrop for Rewound<I> {
    fn reset_when_dropped(&self) {
        self.stream.reset_when_dropped();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn detected(bytes: &[u8]) -> (HttpVersion, Vec<u8>) {
        let (version, mut rewound) = detect(bytes).await.unwrap();
        let mut all = Vec::new();
        rewound.read_to_end(&mut all).await.unwrap();
        (version, all)
    }

    #[tokio::test]
    async fn the_first_bytes_are_read_again() {
        let http2 = [&PREFACE[..], b"more"].concat();
        for (bytes, version) in [
            (&http2[..], HttpVersion::Http2),
            (b"GET / HTTP/1.1\r\n\r\n", HttpVersion::Http1),
            (
                b"PRI * HTTP/1.1\r\n\r\nand so on and so on",
                HttpVersion::Http1,
            ),
            (b"PRI", HttpVersion::Http1),
            (b"", HttpVersion::Http1),
        ] {
            assert_eq!(detected(bytes).await, (version, bytes.to_vec()));
        }
    }
}
