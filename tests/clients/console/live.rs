//! Requests appear while the console is open, also many of them, and after an interruption.

use crate::console::browser::{Browser, Site, Window};
use crate::mock::{ADDRESS, Mock};

/// Sends requests to the registry without credentials, in one process.
#[track_caller]
pub(crate) fn send_pings(mock: &Mock, count: usize) {
    let url = format!("http://{ADDRESS}/v2/?ping=[1-{count}]");
    let output = mock
        .command("curl")
        .args(["--silent", &url])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn requests_appear_while_the_console_is_open() {
    let mock = Mock::serve(&[]);
    Browser::run(Site::of(&mock), Window::Wide, async |browser| {
        browser.open_view("requests").await;
        browser
            .wait_for_text("main", "No client has called this mock yet")
            .await;
        browser.screenshot("empty").await;
        send_pings(&mock, 1);
        browser.wait_for_text(".total", "1 request").await;
    });
}

#[test]
fn the_console_shows_10_000_requests_and_filters_them() {
    let mock = Mock::serve(&[]);
    Browser::run(Site::of(&mock), Window::Wide, async |browser| {
        browser.open_view("requests").await;
        send_pings(&mock, 10_000);
        browser.wait_for_text(".total", "10,000 requests").await;
        let rows = browser
            .value("document.querySelectorAll('[role=option]').length")
            .await;
        assert!(
            rows.as_u64().unwrap() < 100,
            "{rows} rows are in the document"
        );
        browser.fill("Filter of requests", "ping=9999").await;
        browser
            .wait_for_text(".total", "1 of 10,000 requests")
            .await;
        send_pings(&mock, 1000);
        browser
            .wait_for_text(".total", "Older requests were discarded")
            .await;
        browser.click("button", "Clear the request log").await;
        browser.click("dialog button", "Clear").await;
        browser
            .wait_for_text("main", "The request log is empty")
            .await;
        send_pings(&mock, 1);
        browser
            .wait("document.querySelector('.total').textContent === '1 request'")
            .await;
    });
}
