//! The console while the mock stops and starts again.

use crate::console::browser::{Browser, Site, Window};
use crate::console::live::send_pings;
use crate::mock::{ADDRESS, Mock};
use crate::sandbox::Sandbox;

#[test]
fn a_restart_of_the_mock_is_reported_and_its_requests_replace_those_before() {
    let sandbox = Sandbox::create();
    let mock = Mock::serve_in(&sandbox);
    let site = Site {
        process: sandbox.process(),
        address: ADDRESS,
    };
    let mut restarted = None;
    Browser::run(site, Window::Wide, async |browser| {
        browser.open_view("requests").await;
        send_pings(&mock, 3);
        browser.wait_for_text(".total", "3 requests").await;
        drop(mock);
        browser
            .wait_for_text("#banner", "The mock does not respond. Trying again in")
            .await;
        let mock = restarted.insert(Mock::serve_in(&sandbox));
        browser
            .wait_for_text("#banner", "The mock was restarted.")
            .await;
        browser
            .wait_for_text("main", "No client has called this mock yet")
            .await;
        send_pings(mock, 1);
        browser.wait_for_text(".total", "1 request").await;
        // The browser reports the connections that failed.
        assert!(!browser.log().await.is_empty());
    });
}
