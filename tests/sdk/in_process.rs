//! A mock without a socket: the SDK calls it directly.

use std::time::Duration;

use aws_sdk_ecr::Client;
use aws_sdk_ecr::error::{DisplayErrorContext, ProvideErrorMetadata as _};
use mock_ecr::config::StoreLocation;
use mock_ecr::fault::Fault;
use mock_ecr::repository::Image;
use mock_ecr::request_log::Ingress;
use mock_ecr::{MockEcr, MockEcrBuilder};

fn builder() -> MockEcrBuilder {
    MockEcr::builder().frozen().in_process()
}

fn fault(action: &str) -> Fault {
    Fault::from_toml(&format!("match = {{ times = 1 }}\naction = {action}")).unwrap()
}

async fn token(client: &Client) -> Result<String, String> {
    let called = client.get_authorization_token().send().await;
    let output = called.map_err(|error| DisplayErrorContext(error).to_string())?;
    Ok(output.authorization_data()[0]
        .authorization_token()
        .unwrap()
        .to_owned())
}

#[tokio::test]
async fn a_token_is_issued_and_expires() {
    let ecr = builder().start().await.unwrap();
    let client = Client::new(&ecr.sdk_config());
    let token = token(&client).await.unwrap();
    ecr.verify_token(&token).unwrap();
    ecr.clock().advance(Duration::from_secs(12 * 3600));
    ecr.verify_token(&token).unwrap_err();
    let requests = ecr.requests();
    let request = requests.last().unwrap();
    assert_eq!(request.operation, Some("GetAuthorizationToken"));
    assert_eq!(request.ingress, Ingress::InProcess);
    assert_eq!(request.host, "api.ecr.us-east-1.amazonaws.com");
}

#[tokio::test]
async fn other_operations_and_the_url_are_those_of_the_same_mock() {
    let image = Image::new().layer("a layer").tag("1.0");
    let ecr = builder().image("team/app", image).start().await.unwrap();
    let client = Client::new(&ecr.sdk_config());
    let listed = client
        .list_images()
        .repository_name("team/app")
        .send()
        .await
        .unwrap();
    assert_eq!(listed.image_ids()[0].image_tag(), Some("1.0"));
    let absent = client
        .list_images()
        .repository_name("absent")
        .send()
        .await
        .unwrap_err();
    assert_eq!(absent.code(), Some("RepositoryNotFoundException"));

    let url = ecr.url();
    assert_eq!(url, ecr.url());
    let over_socket = ecr.sdk_config().into_builder().endpoint_url(&url).build();
    token(&Client::new(&over_socket)).await.unwrap();
}

#[tokio::test]
async fn faults_change_responses_or_end_them_early() {
    for action in [
        "{ error = 'ThrottlingException' }",
        "{ close = 'before_headers' }",
        "{ close = 'after_headers' }",
        "{ close = { after_bytes = 10 } }",
        "{ body = 'html' }",
        "{ bandwidth = 100000 }",
    ] {
        let ecr = builder().start().await.unwrap();
        let client = Client::new(&ecr.sdk_config());
        ecr.faults().add(fault(action)).unwrap();
        let first = token(&client).await;
        assert_eq!(
            first.is_ok(),
            action != "{ body = 'html' }",
            "{action}: {first:?}"
        );
        let requests = ecr.requests();
        let is_retried = !matches!(action, "{ body = 'html' }" | "{ bandwidth = 100000 }");
        assert_eq!(requests.count(), 1 + usize::from(is_retried), "{action}");
    }
}

#[tokio::test]
async fn a_fault_that_needs_a_socket_is_rejected_until_there_is_one() {
    let ecr = builder().start().await.unwrap();
    let actions = [
        "{ reset = 'before_headers' }",
        "{ overrun = 1 }",
        "'garbled_chunks'",
    ];
    for action in actions {
        let error = ecr.faults().add(fault(action)).unwrap_err().to_string();
        assert!(error.contains("needs a socket"), "{error}");
        assert!(error.contains("url()"), "{error}");
    }
    let error = builder()
        .fault(fault(actions[0]))
        .start()
        .await
        .unwrap_err();
    assert!(format!("{error:?}").contains("needs a socket"), "{error:?}");
    ecr.url();
    for action in actions {
        ecr.faults().add(fault(action)).unwrap();
    }
}

#[tokio::test]
async fn a_client_of_a_stopped_mock_gets_an_error() {
    let ecr = builder().start().await.unwrap();
    let client = Client::new(&ecr.sdk_config());
    token(&client).await.unwrap();
    ecr.stop().await;
    let error = token(&client).await.unwrap_err();
    assert!(error.contains("the mock has stopped"), "{error}");
}

#[tokio::test]
async fn no_request_leaves_the_process() {
    let ecr = builder().start().await.unwrap();
    let config = ecr
        .sdk_config()
        .into_builder()
        .endpoint_url("https://example.com")
        .build();
    token(&Client::new(&config)).await.unwrap_err();
    assert_eq!(ecr.requests().unexpected_hosts().count(), 1);
}

/// Starts a call and waits until the mock has processed it.
async fn in_progress(
    ecr: &MockEcr,
    client: &Client,
) -> tokio::task::JoinHandle<Result<String, String>> {
    let client = client.clone();
    let call = tokio::spawn(async move { token(&client).await });
    ecr.requests().wait(1, LONG).await.unwrap();
    call
}

/// Longer than any test runs.
const LONG: Duration = Duration::from_secs(600);

#[tokio::test]
async fn the_drop_of_a_mock_ends_responses_that_a_fault_delays() {
    for action in [
        "{ latency = '1h' }",
        "{ bandwidth = 1 }",
        "{ stall = 'after_headers' }",
    ] {
        let ecr = builder().start().await.unwrap();
        ecr.faults().add(fault(action)).unwrap();
        let client = Client::new(&ecr.sdk_config());
        let call = in_progress(&ecr, &client).await;
        drop(ecr);
        let error = call.await.unwrap().unwrap_err();
        assert!(
            error.contains("the mock has stopped") || error.contains("aborted"),
            "{action}: {error}"
        );
    }
}

/// The rest of the request is processed on the runtime of the mock. That of the client does not run any more.
#[test]
fn a_stop_waits_for_a_cancelled_call_of_an_idle_runtime() {
    let directory = tempfile::tempdir().unwrap();
    let store = StoreLocation::Directory(directory.path().to_owned());
    let ecr = builder().store(store).start_blocking().unwrap();
    let idle = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let client = Client::new(&ecr.sdk_config());
    idle.block_on(async {
        let call = client.create_repository().repository_name("app").send();
        let mut call = std::pin::pin!(call);
        // The store writes in another thread, so the call is not complete.
        assert!(futures_util::poll!(call.as_mut()).is_pending());
    });
    assert!(ecr.block_on(ecr.requests().wait(1, LONG)).is_ok());
    let requests = ecr.requests();
    assert_eq!(requests.last().unwrap().operation, Some("CreateRepository"));
}

#[tokio::test]
async fn a_store_can_be_opened_again_while_a_client_of_a_stopped_mock_exists() {
    let directory = tempfile::tempdir().unwrap();
    let start = || {
        let store = StoreLocation::Directory(directory.path().to_owned());
        builder().store(store).start()
    };
    let ecr = start().await.unwrap();
    let client = Client::new(&ecr.sdk_config());
    client
        .create_repository()
        .repository_name("app")
        .send()
        .await
        .unwrap();
    ecr.stop().await;
    let ecr = start().await.unwrap();
    assert_eq!(ecr.repositories().await.unwrap().len(), 1);
    token(&client).await.unwrap_err();
}
