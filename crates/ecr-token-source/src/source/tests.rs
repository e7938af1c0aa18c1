use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::future::join_all;
use tokio::sync::Semaphore;

use super::*;
use crate::answer::AuthorizationData;
use crate::cache::Identity;
use crate::fetch::FetchError;

/// An ECR whose answers, time and pace a test owns.
#[derive(Clone)]
struct Fake {
    shared: Arc<Shares>,
}

struct Shares {
    seconds: AtomicU64,
    calls: AtomicU64,
    answer: Mutex<Answer>,
    /// Calls that may end.
    gate: Semaphore,
}

#[derive(Clone, Copy)]
enum Answer {
    /// A new password that lives for so many seconds.
    Living(u64),
    /// One password, always the same.
    Same,
    /// Without an end.
    Endless,
    /// Ended long ago.
    Past,
    Down,
}

impl Fake {
    fn answering(answer: Answer) -> Self {
        let shared = Arc::new(Shares {
            seconds: AtomicU64::new(1_000_000),
            calls: AtomicU64::new(0),
            answer: Mutex::new(answer),
            gate: Semaphore::new(Semaphore::MAX_PERMITS),
        });
        Fake { shared }
    }

    fn builder(&self) -> Builder {
        let (fetcher, clock) = (self.clone(), self.clone());
        let fetch = move |_ask: Ask| {
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
        let answer = *self.shared.answer.lock().unwrap();
        let (password, expires_at) = match answer {
            Answer::Living(seconds) => (call, Some(self.now() + Duration::from_secs(seconds))),
            Answer::Same => (0, Some(self.now() + DAY_HALF)),
            Answer::Endless => (call, None),
            Answer::Past => (call, Some(self.now() - Duration::from_secs(3600))),
            Answer::Down => return Err("the API is down".into()),
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

    fn answer(&self, answer: Answer) {
        *self.shared.answer.lock().unwrap() = answer;
    }

    fn calls(&self) -> u64 {
        self.shared.calls.load(Ordering::SeqCst)
    }

    /// No call ends until it is let through.
    fn hold(&self) {
        self.shared.gate.forget_permits(Semaphore::MAX_PERMITS);
    }

    fn release(&self) {
        self.shared.gate.add_permits(1000);
    }
}

const HOST: &str = "123456789012.dkr.ecr.us-east-1.amazonaws.com";
const DAY_HALF: Duration = Duration::from_secs(12 * 3600);

async fn password(source: &TokenSource) -> String {
    let credentials = source.get().await.unwrap();
    credentials.password.expose().to_owned()
}

#[tokio::test]
async fn a_token_is_kept_until_its_margin() {
    let fake = Fake::answering(Answer::Living(12 * 3600));
    let source = fake.source();
    assert_eq!(password(&source).await, "1");
    fake.advance(12 * 3600 - 72 * 60);
    assert_eq!(password(&source).await, "1");
    fake.advance(1);
    assert_eq!(password(&source).await, "2");
    assert_eq!(fake.calls(), 2);
}

#[tokio::test]
async fn a_token_shorter_than_the_margin_is_for_one_use() {
    let fake = Fake::answering(Answer::Living(299));
    let source = fake.source();
    assert_eq!(password(&source).await, "1");
    assert_eq!(password(&source).await, "2");
}

#[tokio::test]
async fn a_living_token_outlasts_a_failed_call_and_a_dead_one_does_not() {
    let fake = Fake::answering(Answer::Living(600));
    let source = fake.source();
    assert_eq!(password(&source).await, "1");
    fake.answer(Answer::Down);
    fake.advance(599);
    assert_eq!(password(&source).await, "1");
    assert_eq!(fake.calls(), 2, "it has tried");
    fake.advance(1);
    let error = source.get().await.unwrap_err();
    assert_eq!(error.to_string(), "the API is down");
    fake.answer(Answer::Living(600));
    assert_eq!(password(&source).await, "4", "no failure is kept");
}

#[tokio::test]
async fn a_token_with_an_absurd_end_serves_the_request_in_hand() {
    for answer in [Answer::Endless, Answer::Past] {
        let fake = Fake::answering(answer);
        let source = fake.source();
        assert_eq!(password(&source).await, "1");
        assert_eq!(password(&source).await, "2");
        fake.answer(Answer::Down);
        assert!(source.get().await.is_err(), "it is not kept");
    }
}

#[tokio::test]
async fn no_life_longer_than_ecrs_is_believed() {
    let fake = Fake::answering(Answer::Living(10 * 365 * 86400));
    let source = fake.source();
    assert_eq!(password(&source).await, "1");
    fake.advance(12 * 3600);
    assert_eq!(password(&source).await, "2");
}

#[tokio::test]
async fn callers_share_a_call() {
    let fake = Fake::answering(Answer::Living(3600));
    fake.hold();
    let source = fake.source();
    let callers = (0..20).map(|_| password(&source));
    let (passwords, ()) = tokio::join!(join_all(callers), async { fake.release() });
    assert_eq!(passwords, vec!["1"; 20]);
    assert_eq!(fake.calls(), 1);
}

#[tokio::test]
async fn callers_share_a_failure() {
    let fake = Fake::answering(Answer::Down);
    fake.hold();
    let source = fake.source();
    let callers = (0..20).map(|_| source.get());
    let (answers, ()) = tokio::join!(join_all(callers), async { fake.release() });
    assert!(answers.iter().all(Result::is_err));
    assert_eq!(fake.calls(), 1);
}

#[tokio::test]
async fn a_caller_that_gives_up_takes_nothing_from_the_others() {
    let fake = Fake::answering(Answer::Living(3600));
    fake.hold();
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
async fn when_all_give_up_the_next_caller_begins_anew() {
    let fake = Fake::answering(Answer::Living(3600));
    fake.hold();
    let source = fake.source();
    let mut only = Box::pin(source.get());
    assert!(futures_util::poll!(&mut only).is_pending());
    drop(only);
    fake.release();
    assert_eq!(password(&source).await, "2");
}

#[tokio::test]
async fn a_late_caller_does_not_share_a_call_that_has_ended() {
    let fake = Fake::answering(Answer::Endless);
    let source = fake.source();
    let flight = source.inner.join(&mut source.inner.state());
    let slow = flight.clone();
    assert_eq!(flight.await.unwrap().password.expose(), "1");
    assert_eq!(password(&source).await, "2");
    assert_eq!(slow.await.unwrap().password.expose(), "1");
}

#[tokio::test]
async fn a_refused_password_is_replaced_once() {
    let fake = Fake::answering(Answer::Living(12 * 3600));
    let source = fake.source();
    let refused = source.get().await.unwrap();
    for _ in 0..3 {
        let next = source.get_after_refusal(&refused).await.unwrap();
        assert_eq!(next.password.expose(), "2");
    }
    assert_eq!(fake.calls(), 2);
}

#[tokio::test]
async fn a_refused_password_is_not_handed_out_when_the_call_fails() {
    let fake = Fake::answering(Answer::Living(12 * 3600));
    let source = fake.source();
    let refused = source.get().await.unwrap();
    fake.answer(Answer::Down);
    assert!(source.get_after_refusal(&refused).await.is_err());
    assert!(source.get().await.is_err());
}

#[tokio::test]
async fn a_password_that_comes_back_after_its_refusal_is_an_error() {
    let fake = Fake::answering(Answer::Same);
    let source = fake.source();
    let refused = source.get().await.unwrap();
    for _ in 0..2 {
        let again = source.get_after_refusal(&refused).await;
        assert!(matches!(again, Err(TokenError::Refused)), "{again:?}");
    }
    assert!(source.get().await.is_err());
}

#[tokio::test]
async fn another_process_finds_the_token_in_the_file_and_not_a_refused_one() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("tokens.json");
    let fake = Fake::answering(Answer::Living(12 * 3600));
    let process = || {
        let cache = CacheFile::new(&path, Identity::default());
        fake.builder().cache(cache).build()
    };
    assert_eq!(password(&process()).await, "1");
    let refused = process().get().await.unwrap();
    assert_eq!((refused.password.expose(), fake.calls()), ("1", 1));
    let other = process();
    let next = other.get_after_refusal(&refused).await.unwrap();
    assert_eq!(next.password.expose(), "2");
    assert_eq!(password(&process()).await, "2");
    fake.advance(12 * 3600);
    fake.answer(Answer::Down);
    assert!(process().get().await.is_err(), "a dead one is no use");
}

#[tokio::test]
async fn a_living_token_in_the_file_outlasts_a_failed_call() {
    let home = tempfile::tempdir().unwrap();
    let cache = CacheFile::new(home.path().join("tokens.json"), Identity::default());
    let fake = Fake::answering(Answer::Living(600));
    let process = || fake.builder().cache(cache.clone()).build();
    assert_eq!(password(&process()).await, "1");
    fake.answer(Answer::Down);
    fake.advance(400);
    assert_eq!(password(&process()).await, "1");
    assert_eq!(fake.calls(), 2);
}

#[tokio::test]
async fn a_refused_token_is_not_left_to_another_process() {
    let home = tempfile::tempdir().unwrap();
    let cache = CacheFile::new(home.path().join("tokens.json"), Identity::default());
    let fake = Fake::answering(Answer::Living(12 * 3600));
    let process = || fake.builder().cache(cache.clone()).build();
    let refused = process().get().await.unwrap();
    fake.answer(Answer::Down);
    assert!(process().get_after_refusal(&refused).await.is_err());
    assert!(process().get().await.is_err());
}

#[tokio::test]
async fn a_token_for_one_use_does_not_take_the_place_of_a_living_one() {
    let fake = Fake::answering(Answer::Living(600));
    let source = fake.source();
    assert_eq!(password(&source).await, "1");
    fake.advance(400);
    fake.answer(Answer::Endless);
    assert_eq!(password(&source).await, "2");
    fake.answer(Answer::Down);
    assert_eq!(password(&source).await, "1");
}

#[tokio::test]
async fn a_file_that_cannot_be_written_is_no_error() {
    let cache = CacheFile::new("/dev/null/tokens.json", Identity::default());
    let fake = Fake::answering(Answer::Living(600));
    let source = fake.builder().cache(cache).build();
    assert_eq!(password(&source).await, "1");
    assert_eq!(password(&source).await, "1");
}

#[tokio::test]
async fn a_shelf_life_ends_before_the_token() {
    for (life, shelf) in [(12 * 3600, 12 * 3600 - 72 * 60), (360, 180), (30, 15)] {
        let fake = Fake::answering(Answer::Living(life));
        let source = fake.source();
        let credentials = source.get().await.unwrap();
        assert_eq!(source.shelf_life(&credentials), Duration::from_secs(shelf));
    }
    for answer in [Answer::Endless, Answer::Past] {
        let source = Fake::answering(answer).source();
        let credentials = source.get().await.unwrap();
        assert_eq!(source.shelf_life(&credentials), Duration::ZERO);
    }
}
