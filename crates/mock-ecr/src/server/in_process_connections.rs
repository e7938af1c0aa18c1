//! The connections of clients in the process of the mock, which use no socket.

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, pending};
use tokio::io::DuplexStream;
use tokio::sync::mpsc;

use crate::http::ingress::Ingress;
use crate::server::accept::Accept;
use crate::server::faulty_stream::ResetOnDrop;
use crate::server::http_connection::HttpConnection;

impl Accept for mpsc::Receiver<DuplexStream> {
    type Stream = DuplexStream;

    async fn accept(&mut self) -> DuplexStream {
        match self.recv().await {
            Some(stream) => stream,
            None => pending().await,
        }
    }

    fn serve(&self, stream: DuplexStream, http: HttpConnection) -> BoxFuture<'static, ()> {
        let http = HttpConnection {
            ingress: Ingress::InProcess,
            ..http
        };
        http.serve(Box::new(stream)).map(drop).boxed()
    }
}

impl ResetOnDrop for DuplexStream {
    fn reset_when_dropped(&self) {
        // Without a socket, a connection is always closed normally.
    }
}
