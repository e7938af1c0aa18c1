//! The imports that are in progress in this process.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use tokio::sync::watch;

use crate::upstream::error::UpstreamError;

type Failure = Option<UpstreamError>;

/// The imports that are in progress in this process. If several clients pull a missing image at the same time, one of them imports it.
#[derive(Debug, Default)]
pub(super) struct InFlight(Mutex<HashMap<String, watch::Receiver<Failure>>>);

/// What a request for an image does.
pub(super) enum Turn {
    /// It imports the image. The others wait until this value is dropped.
    Import(Import),
    Wait(Wait),
}

/// The import of an image by this request.
pub(super) struct Import(watch::Sender<Failure>);

/// The import of an image by another request.
pub(super) struct Wait(watch::Receiver<Failure>);

impl InFlight {
    /// Begins the import of an image, unless one is in progress.
    pub(super) fn begin(&self, image: &str) -> Turn {
        let mut imports = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        imports.retain(|_, import| import.has_changed().is_ok());
        if let Some(import) = imports.get(image) {
            return Turn::Wait(Wait(import.clone()));
        }
        let (sender, receiver) = watch::channel(None);
        imports.insert(image.to_owned(), receiver);
        Turn::Import(Import(sender))
    }
}

impl Import {
    /// Ends the import. The requests that wait for it have the same error, unless it is one of this request.
    pub(super) fn end(self, result: &Result<(), UpstreamError>) {
        if let Err(error) = result {
            self.0.send_replace(error.share());
        }
    }
}

impl Wait {
    /// Waits until the import has ended. Returns its error. `None` if it has none: the image exists now, or this request can import it.
    pub(super) async fn ended(mut self) -> Option<UpstreamError> {
        let failed = self.0.wait_for(Option::is_some).await;
        failed.ok().and_then(|error| error.as_ref()?.share())
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn import(all: &InFlight) -> Import {
        match all.begin("image") {
            Turn::Import(import) => import,
            Turn::Wait(_) => panic!("an import is in progress"),
        }
    }

    fn wait(all: &InFlight) -> Wait {
        match all.begin("image") {
            Turn::Import(_) => panic!("no import is in progress"),
            Turn::Wait(wait) => wait,
        }
    }

    #[tokio::test]
    async fn requests_that_wait_share_the_failure_of_an_import() {
        let all = InFlight::default();
        let first = import(&all);
        let waiting = [wait(&all), wait(&all)];
        first.end(&Err(UpstreamError::NotFound("status 404".to_owned())));
        for one in waiting {
            let error = one.ended().now_or_never().unwrap().unwrap();
            assert!(matches!(error, UpstreamError::NotFound(_)), "{error}");
        }
        // A later request imports the image.
        drop(import(&all));
    }

    #[tokio::test]
    async fn a_request_that_waits_begins_again_after_a_success_or_an_interruption() {
        let all = InFlight::default();
        for is_interrupted in [true, false] {
            let first = import(&all);
            let mut waiting = Box::pin(wait(&all).ended());
            assert!((&mut waiting).now_or_never().is_none());
            match is_interrupted {
                true => drop(first),
                false => first.end(&Ok(())),
            }
            assert!(waiting.now_or_never().unwrap().is_none());
        }
    }
}
