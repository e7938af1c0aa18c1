use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::future::join_all;
use tokio::sync::Semaphore;

use super::*;
use crate::cache::Identity;
use crate::fetch::FetchError;
use crate::response::AuthorizationData;

/// A fake ECR. A test sets the responses and the time, and can block calls.
#[derive(Clone)]
struct Fake {
    shared: Arc<Shared>,
}

struct Shared {
    seconds: AtomicU64,
    calls: AtomicU64,
    response: Mutex<Response>,
    /// Contains one permit for each call that is allowed to finish.
    gate: Semaphore,
}

#[derive(Clone, Copy)]
enum Response {
    /// A new password that expires after this many seconds.
    ValidFor(u64),
    /// The same password in each response.
    SamePassword,
    /// No `expiresAt`.
    NoExpiry,
    /// An `expiresAt` in the past.
    Expired,
    Unavailable,
}

impl Fake {
    fn responding(response: Response) -> Self {
        let shared = Arc::new(Shared {
            seconds: AtomicU64::new(1_000_000),
            calls: AtomicU64::new(0),
            response: Mutex::new(response),
            gate: Semaphore::new(Semaphore::MAX_PERMITS),
        });
        Fake { shared }
    }

    fn builder(&self) -> Builder {
        let (fetcher, clock) = (self.clone(), self.clone());
        let fetch = move |_request: TokenRequest| {
            let fake = fetcher.clone();
            async move { fake.call().await }
        };
        TokenSource::builder(fetch).clock(move || clock.now())
    }

    fn source(&self) -> TokenSource {
        self.builder().build()
    }

    async fn call(self) -> Result<Vec<AuthorizationData>, FetchError> {
        let call = self.shared.calls.fetch_add(1, Ordering::SeqCst) + 1;
        self.shared.gate.acquire().await?.forget();
        let response = *self.shared.response.lock().unwrap();
        let (password, expires_at) = match response {
            Response::ValidFor(seconds) => (call, Some(self.now() + Duration::from_secs(seconds))),
            Response::SamePassword => (0, Some(self.now() + TWELVE_HOURS)),
            Response::NoExpiry => (call, None),
            Response::Expired => (call, Some(self.now() - Duration::from_secs(3600))),
            Response::Unavailable => return Err("the API is down".into()),
        };
        Ok(vec![AuthorizationData {
            authorization_token: Some(STANDARD.encode(format!("AWS:{password}"))),
            expires_at,
            proxy_endpoint: Some(format!("https://{HOST}")),
        }])
    }

    fn now(&self) -> SystemTime {
        let seconds = self.shared.seconds.load(Ordering::SeqCst);
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn advance(&self, seconds: u64) {
        self.shared.seconds.fetch_add(seconds, Ordering::SeqCst);
    }

    fn respond(&self, response: Response) {
        *self.shared.response.lock().unwrap() = response;
    }

    fn calls(&self) -> u64 {
        self.shared.calls.load(Ordering::SeqCst)
    }

    /// Blocks calls until `release`.
    fn block(&self) {
        self.shared.gate.forget_permits(Semaphore::MAX_PERMITS);
    }

    fn release(&self) {
        self.shared.gate.add_permits(1000);
    }
}

const HOST: &str = "123456789012.dkr.ecr.us-east-1.amazonaws.com";
const TWELVE_HOURS: Duration = Duration::from_secs(12 * 3600);

async fn password(source: &TokenSource) -> String {
    let credentials = source.get().await.unwrap();
    credentials.password.expose().to_owned()
}

#[tokio::test]
async fn a_token_is_reused_until_its_margin() {
    let fake = Fake::responding(Response::ValidFor(12 * 3600));
    let source = fake.source();
    assert_eq!(password(&source).await, "1");
    fake.advance(12 * 3600 - 72 * 60);
    assert_eq!(password(&source).await, "1");
    fake.advance(1);
    assert_eq!(password(&source).await, "2");
    assert_eq!(fake.calls(), 2);
}

#[tokio::test]
async fn a_token_shorter_than_the_margin_is_not_reused() {
    let fake = Fake::responding(Response::ValidFor(299));
    let source = fake.source();
    assert_eq!(password(&source).await, "1");
    assert_eq!(password(&source).await, "2");
}

#[tokio::test]
async fn a_failed_call_returns_the_old_token_until_it_expires() {
    let fake = Fake::responding(Response::ValidFor(600));
    let source = fake.source();
    assert_eq!(password(&source).await, "1");
    fake.respond(Response::Unavailable);
    fake.advance(599);
    assert_eq!(password(&source).await, "1");
    assert_eq!(fake.calls(), 2, "the call was repeated");
    fake.advance(1);
    let error = source.get().await.unwrap_err();
    assert_eq!(error.to_string(), "the API is down");
    fake.respond(Response::ValidFor(600));
    assert_eq!(password(&source).await, "4", "the error is not cached");
}

#[tokio::test]
async fn a_token_without_a_valid_expiry_is_returned_once() {
    for response in [Response::NoExpiry, Response::Expired] {
        let fake = Fake::responding(response);
        let source = fake.source();
        assert_eq!(password(&source).await, "1");
        assert_eq!(password(&source).await, "2");
        fake.respond(Response::Unavailable);
        assert!(source.get().await.is_err(), "the token is not cached");
    }
}

#[tokio::test]
async fn the_ttl_is_capped_at_twelve_hours() {
    let fake = Fake::responding(Response::ValidFor(10 * 365 * 86400));
    let source = fake.source();
    assert_eq!(password(&source).await, "1");
    fake.advance(12 * 3600);
    assert_eq!(password(&source).await, "2");
}

#[tokio::test]
async fn callers_share_a_call() {
    let fake = Fake::responding(Response::ValidFor(3600));
    fake.block();
    let source = fake.source();
    let callers = (0..20).map(|_| password(&source));
    let (passwords, ()) = tokio::join!(join_all(callers), async { fake.release() });
    assert_eq!(passwords, vec!["1"; 20]);
    assert_eq!(fake.calls(), 1);
}

#[tokio::test]
async fn callers_share_an_error() {
    let fake = Fake::responding(Response::Unavailable);
    fake.block();
    let source = fake.source();
    let callers = (0..20).map(|_| source.get());
    let (results, ()) = tokio::join!(join_all(callers), async { fake.release() });
    assert!(results.iter().all(Result::is_err));
    assert_eq!(fake.calls(), 1);
}

#[tokio::test]
async fn a_cancelled_caller_does_not_affect_the_others() {
    let fake = Fake::responding(Response::ValidFor(3600));
    fake.block();
    let source = fake.source();
    let mut first = Box::pin(source.get());
    assert!(futures_util::poll!(&mut first).is_pending());
    let mut second = Box::pin(source.get());
    assert!(futures_util::poll!(&mut second).is_pending());
    drop(first);
    fake.release();
    assert_eq!(second.await.unwrap().password.expose(), "1");
    assert_eq!(fake.calls(), 1);
}

#[tokio::test]
async fn a_new_call_starts_after_all_callers_were_cancelled() {
    let fake = Fake::responding(Response::ValidFor(3600));
    fake.block();
    let source = fake.source();
    let mut only = Box::pin(source.get());
    assert!(futures_util::poll!(&mut only).is_pending());
    drop(only);
    fake.release();
    assert_eq!(password(&source).await, "2");
}

#[tokio::test]
async fn a_late_caller_does_not_share_a_call_that_has_ended() {
    let fake = Fake::responding(Response::NoExpiry);
    let source = fake.source();
    let call = source.inner.join(&mut source.inner.state());
    let slow = call.clone();
    assert_eq!(call.await.unwrap().password.expose(), "1");
    assert_eq!(password(&source).await, "2");
    assert_eq!(slow.await.unwrap().password.expose(), "1");
}

#[tokio::test]
async fn a_rejected_password_is_replaced_once() {
    let fake = Fake::responding(Response::ValidFor(12 * 3600));
    let source = fake.source();
    let rejected = source.get().await.unwrap();
    for _ in 0..3 {
        let next = source.get_after_rejection(&rejected).await.unwrap();
        assert_eq!(next.password.expose(), "2");
    }
    assert_eq!(fake.calls(), 2);
}

#[tokio::test]
async fn a_rejected_password_is_not_returned_when_the_call_fails() {
    let fake = Fake::responding(Response::ValidFor(12 * 3600));
    let source = fake.source();
    let rejected = source.get().await.unwrap();
    fake.respond(Response::Unavailable);
    assert!(source.get_after_rejection(&rejected).await.is_err());
    assert!(source.get().await.is_err());
}

#[tokio::test]
async fn a_rejected_password_issued_again_is_an_error() {
    let fake = Fake::responding(Response::SamePassword);
    let source = fake.source();
    let rejected = source.get().await.unwrap();
    for _ in 0..2 {
        let result = source.get_after_rejection(&rejected).await;
        assert!(matches!(result, Err(TokenError::Rejected)), "{result:?}");
    }
    assert!(source.get().await.is_err());
}

#[tokio::test]
async fn processes_share_valid_tokens_through_the_file() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("tokens.json");
    let fake = Fake::responding(Response::ValidFor(12 * 3600));
    let process = || {
        let cache = CacheFile::new(&path, Identity::default());
        fake.builder().cache(cache).build()
    };
    assert_eq!(password(&process()).await, "1");
    let rejected = process().get().await.unwrap();
    assert_eq!((rejected.password.expose(), fake.calls()), ("1", 1));
    let other = process();
    let next = other.get_after_rejection(&rejected).await.unwrap();
    assert_eq!(next.password.expose(), "2");
    assert_eq!(password(&process()).await, "2");
    fake.advance(12 * 3600);
    fake.respond(Response::Unavailable);
    assert!(
        process().get().await.is_err(),
        "an expired token is not returned"
    );
}

#[tokio::test]
async fn a_failed_call_returns_the_valid_token_of_the_file() {
    let home = tempfile::tempdir().unwrap();
    let cache = CacheFile::new(home.path().join("tokens.json"), Identity::default());
    let fake = Fake::responding(Response::ValidFor(600));
    let process = || fake.builder().cache(cache.clone()).build();
    assert_eq!(password(&process()).await, "1");
    fake.respond(Response::Unavailable);
    fake.advance(400);
    assert_eq!(password(&process()).await, "1");
    assert_eq!(fake.calls(), 2);
}

#[tokio::test]
async fn a_rejected_token_is_removed_from_the_file() {
    let home = tempfile::tempdir().unwrap();
    let cache = CacheFile::new(home.path().join("tokens.json"), Identity::default());
    let fake = Fake::responding(Response::ValidFor(12 * 3600));
    let process = || fake.builder().cache(cache.clone()).build();
    let rejected = process().get().await.unwrap();
    fake.respond(Response::Unavailable);
    assert!(process().get_after_rejection(&rejected).await.is_err());
    assert!(process().get().await.is_err());
}

#[tokio::test]
async fn a_token_without_expiry_does_not_replace_a_valid_one() {
    let fake = Fake::responding(Response::ValidFor(600));
    let source = fake.source();
    assert_eq!(password(&source).await, "1");
    fake.advance(400);
    fake.respond(Response::NoExpiry);
    assert_eq!(password(&source).await, "2");
    fake.respond(Response::Unavailable);
    assert_eq!(password(&source).await, "1");
}

#[tokio::test]
async fn an_unwritable_file_is_ignored() {
    let cache = CacheFile::new("/dev/null/tokens.json", Identity::default());
    let fake = Fake::responding(Response::ValidFor(600));
    let source = fake.builder().cache(cache).build();
    assert_eq!(password(&source).await, "1");
    assert_eq!(password(&source).await, "1");
}

#[tokio::test]
async fn a_cache_duration_ends_before_the_token() {
    for (ttl, expected) in [(12 * 3600, 12 * 3600 - 72 * 60), (360, 180), (30, 15)] {
        let fake = Fake::responding(Response::ValidFor(ttl));
        let source = fake.source();
        let credentials = source.get().await.unwrap();
        assert_eq!(
            source.cache_duration(&credentials),
            Duration::from_secs(expected)
        );
    }
    for response in [Response::NoExpiry, Response::Expired] {
        let source = Fake::responding(response).source();
        let credentials = source.get().await.unwrap();
        assert_eq!(source.cache_duration(&credentials), Duration::ZERO);
    }
}
