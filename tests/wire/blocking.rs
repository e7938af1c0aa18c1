//! A mock on a thread of its own.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use mock_ecr::MockEcr;
use mock_ecr::config::StoreLocation;
use mock_ecr::repository::Image;

/// Sends `GET /v2/` with a token on a blocking connection, and returns the status line.
fn ping(ecr: &MockEcr, token: &str) -> String {
    let mut stream = TcpStream::connect(ecr.address()).unwrap();
    write!(
        stream,
        "GET /v2/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic {token}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    response.lines().next().unwrap_or_default().to_owned()
}

#[test]
fn a_blocking_client_is_served_without_a_runtime() {
    let ecr = MockEcr::builder().frozen().start_blocking().unwrap();
    let token = ecr.issue_token();
    assert_eq!(ping(&ecr, token.as_str()), "HTTP/1.1 200 OK");
    ecr.clock().advance(ecr.config().token_ttl);
    assert_eq!(ping(&ecr, token.as_str()), "HTTP/1.1 403 Forbidden");
    assert_eq!(ecr.requests().count(), 2);
}

#[tokio::test]
async fn a_blocking_client_is_served_on_the_only_thread_of_a_runtime() {
    let ecr = MockEcr::start_blocking().unwrap();
    assert_eq!(ping(&ecr, ecr.issue_token().as_str()), "HTTP/1.1 200 OK");
}

#[test]
fn the_store_can_be_opened_again_after_the_drop() {
    let directory = tempfile::tempdir().unwrap();
    let start = || {
        let store = StoreLocation::Directory(directory.path().to_owned());
        MockEcr::builder().store(store).start_blocking().unwrap()
    };
    let ecr = start();
    let app = ecr.block_on(ecr.create_repository("app")).unwrap();
    let image = Image::new().layer("a layer").tag("1.0");
    ecr.block_on(app.push(image)).unwrap();
    drop((app, ecr));
    let ecr = start();
    assert_eq!(ecr.block_on(ecr.repository("app").tags()).unwrap(), ["1.0"]);
}

#[test]
fn an_error_of_the_start_is_returned() {
    let error = MockEcr::builder()
        .region("nowhere")
        .start_blocking()
        .unwrap_err();
    assert!(format!("{error:?}").contains("nowhere"), "{error:?}");
}

#[test]
fn the_variables_for_a_command_have_values() {
    let ecr = MockEcr::start_blocking().unwrap();
    let url = ("AWS_ENDPOINT_URL_ECR", ecr.url());
    assert!(ecr.env().any(|variable| variable == url));
    assert!(ecr.env().all(|(_, value)| !value.is_empty()));
}

#[test]
fn the_address_is_free_after_the_drop_even_if_the_runtime_does_not_run() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let ecr = runtime.block_on(MockEcr::start()).unwrap();
    let address = ecr.address();
    drop(ecr);
    let refused = TcpStream::connect(address).unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
    let again = runtime.block_on(MockEcr::builder().listen(address).start());
    assert_eq!(again.unwrap().address(), address);
}

#[test]
#[should_panic(expected = "expected a mock of start_blocking")]
fn block_on_does_not_wait_for_a_runtime_that_does_not_run() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let ecr = runtime.block_on(MockEcr::start()).unwrap();
    ecr.block_on(ecr.create_repository("app")).unwrap();
}

#[test]
fn the_last_handle_can_be_dropped_in_a_blocking_task_of_the_mock() {
    let ecr = std::sync::Arc::new(MockEcr::start_blocking().unwrap());
    let (proceed, proceeds) = std::sync::mpsc::channel();
    let (done, is_done) = std::sync::mpsc::channel();
    let last = std::sync::Arc::clone(&ecr);
    ecr.block_on(async {
        tokio::task::spawn_blocking(move || {
            proceeds.recv().unwrap();
            drop(last);
            done.send(()).unwrap();
        });
    });
    drop(ecr);
    proceed.send(()).unwrap();
    is_done.recv().unwrap();
}
