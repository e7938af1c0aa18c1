//! What a reader of the console learns about a mock that `scripts/demo --console` has filled.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

use crate::console::browser::{Browser, Site, Window};
use crate::installed::built;
use crate::sandbox;

/// The process of `demo --console` and the address of its mock.
pub(crate) struct Story {
    process: Child,
    address: String,
}

impl Story {
    /// Starts the demo and waits until it prints the address of the console.
    #[track_caller]
    pub(crate) fn start() -> Self {
        sandbox::require();
        let mut process = sandbox::command(built("examples/demo"))
            .arg("--console")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(process.stdout.take().unwrap());
        let mut lines = stdout.lines().map_while(Result::ok);
        let line = lines
            .find(|line| line.starts_with("The console shows"))
            .unwrap();
        let (_, url) = line.split_once("http://").unwrap();
        let address = url.strip_suffix("/_mock/ui/").unwrap().to_owned();
        // The demo ends if it cannot print.
        std::thread::spawn(move || lines.for_each(drop));
        Story { process, address }
    }

    pub(crate) fn site(&self) -> Site<'_> {
        Site {
            process: self.process.id(),
            address: &self.address,
        }
    }
}

impl Drop for Story {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn the_address_of_the_mock_opens_the_console_with_the_last_rejection() {
    let story = Story::start();
    Browser::run(story.site(), Window::Wide, async |browser| {
        browser.open("/").await;
        assert_eq!(browser.path().await, "/_mock/ui/");
        let rejection = ".rejection";
        browser.wait_for_text(rejection, "GET app:1").await;
        let text = browser.text(rejection).await;
        for part in [
            "403",
            "The token expired",
            "user/developer",
            "Yes: request 17",
            "Yes: request 18",
        ] {
            assert!(text.contains(part), "{part} is missing: {text}");
        }
        browser
            .wait_for_text(".list", "GetAuthorizationToken")
            .await;
        browser
            .wait("document.querySelectorAll('.marks .invalid').length === 1")
            .await;
        browser.screenshot("requests").await;
        browser.click("button", "+12 h: advance the clock").await;
        browser.click("button", "+12 h: advance the clock").await;
        browser
            .wait_for_text(rejection, "2015-11-30 10:10:53")
            .await;
    });
}

#[test]
fn the_details_of_a_request_have_its_facts_and_the_command_that_repeats_it() {
    let story = Story::start();
    Browser::run(story.site(), Window::Wide, async |browser| {
        browser.open_view("requests").await;
        browser.click(".rejection a", "GET app:1").await;
        browser.wait_for_text(".pane", "Repeat it").await;
        let text = browser.text(".pane").await;
        for part in [
            "DENIED",
            "Your authorization token has expired",
            "curl",
            "Request a new token",
        ] {
            assert!(text.contains(part), "{part} is missing: {text}");
        }
        browser.screenshot("details").await;
        browser.click(".pane button", "Close the details").await;
        browser.wait("document.querySelector('.pane').hidden").await;
    });
}

#[test]
fn a_token_has_its_lifetime_its_uses_and_its_first_rejection() {
    let story = Story::start();
    Browser::run(story.site(), Window::Wide, async |browser| {
        browser.open_view("tokens").await;
        browser
            .wait("document.querySelectorAll('.token').length === 3")
            .await;
        let text = browser.text(".tokens").await;
        for part in [
            "user/developer",
            "user/ci",
            "1 rejected",
            "First rejected",
            "The token expired",
        ] {
            assert!(text.contains(part), "{part} is missing: {text}");
        }
        browser.screenshot("tokens").await;
    });
}

#[test]
fn a_repository_has_its_images_with_layers_and_commands() {
    let story = Story::start();
    Browser::run(story.site(), Window::Wide, async |browser| {
        browser.open_view("repositories").await;
        browser.click(".names a span", "app").await;
        browser
            .wait("document.querySelectorAll('[data-digest]').length === 1")
            .await;
        browser
            .wait("document.querySelector('[data-digest] a') !== null")
            .await;
        let digest = browser.text("[data-digest] a").await;
        browser.click("[data-digest] a", &digest).await;
        browser.wait_for_text(".tree", "1 layer").await;
        let text = browser.text(".tree").await;
        assert!(text.contains("docker pull"), "{text}");
        browser.screenshot("repository").await;
    });
}

#[test]
fn a_filter_selects_requests_and_reports_what_is_invalid() {
    let story = Story::start();
    Browser::run(story.site(), Window::Wide, async |browser| {
        browser.open_view("requests").await;
        browser
            .wait_for_text(".list", "GetAuthorizationToken")
            .await;
        browser.fill("Filter of requests", "status:403").await;
        browser.wait_for_text(".total", "1 of").await;
        // The page writes its address at most twice in a second.
        browser
            .wait("location.hash === '#requests?q=status:403'")
            .await;
        browser.fill("Filter of requests", "status:40").await;
        browser
            .wait_for_text("#filter-error", "invalid value \"40\" of status")
            .await;
    });
}
