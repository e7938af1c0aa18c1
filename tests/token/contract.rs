//! Runs the contract suite against `TokenSource`, in this process and with the clock of each mock.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ecr_contract::report::{Outcome, Strictness, Verdict};
use ecr_contract::{ClientType, LibraryLogin, LibraryRequest, suite};
use ecr_token_source::{
    Credentials, Fetch as _, FetchError, Registry, SdkFetcher, TokenRequest, TokenSource,
};
use mock_ecr::{Clock, MockEcr};

/// The source of each requested registry, and the login that it returned last.
#[derive(Clone)]
struct Sources {
    fetcher: SdkFetcher,
    clock: Clock,
    sources: Arc<Mutex<HashMap<String, TokenSource>>>,
    last: Arc<Mutex<HashMap<String, Credentials>>>,
}

impl Sources {
    fn new(ecr: &MockEcr) -> Self {
        Sources {
            fetcher: SdkFetcher::new(aws_sdk_ecr::Client::new(&ecr.sdk_config())),
            clock: ecr.clock().clone(),
            sources: Arc::default(),
            last: Arc::default(),
        }
    }

    async fn login(self, request: LibraryRequest) -> Result<LibraryLogin, FetchError> {
        let source = self.source(&request.registry)?;
        let last = self.last.lock().unwrap().remove(&request.registry);
        let credentials = match last.filter(|_| request.refused) {
            Some(last) => source.get_after_rejection(&last).await?,
            None => source.get().await?,
        };
        let login = LibraryLogin::new(&credentials.username, credentials.password.expose());
        self.last
            .lock()
            .unwrap()
            .insert(request.registry, credentials);
        Ok(login)
    }

    fn source(&self, host: &str) -> Result<TokenSource, FetchError> {
        let registry = Registry::parse(host)?;
        let mut sources = self.sources.lock().unwrap();
        let (fetcher, clock) = (self.fetcher.clone(), self.clock.clone());
        let source = sources.entry(host.to_owned()).or_insert_with(|| {
            TokenSource::builder(move |request| fetch_with_timeout(fetcher.clone(), request))
                .registry(registry)
                .clock(move || clock.now().into())
                .build()
        });
        Ok(source.clone())
    }
}

/// The SDK configuration of the mock has no timeouts, and in some scenarios the mock sends no response.
async fn fetch_with_timeout(
    fetcher: SdkFetcher,
    request: TokenRequest,
) -> Result<Vec<ecr_token_source::AuthorizationData>, FetchError> {
    tokio::time::timeout(Duration::from_secs(10), fetcher.fetch(request)).await?
}

#[tokio::test]
async fn token_source_passes_every_library_scenario() {
    let report = suite(ClientType::Library).run(|ecr| {
        let sources = Sources::new(ecr);
        move |request| sources.clone().login(request)
    });
    let report = report.await.unwrap();
    let failed: Vec<_> = report
        .failed(Strictness::Should)
        .map(|scenario| (&scenario.id, &scenario.cases))
        .collect();
    assert_eq!(
        report.outcome(Strictness::Should),
        Outcome::Passed,
        "{failed:#?}"
    );
    let passed = report
        .scenarios
        .iter()
        .filter(|scenario| scenario.verdict == Verdict::Passed)
        .count();
    assert!(passed > 20, "{passed} scenarios passed");
}
