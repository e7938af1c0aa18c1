//! The actions of the console change the mock.

use serde_json::{Value, json};

use crate::console::browser::{Browser, Site, Window};
use crate::console::live::send_pings;
use crate::mock::{ADDRESS, Mock, Password};

/// Returns the response to a request to the control API.
#[track_caller]
pub(crate) fn control(mock: &Mock, path: &str) -> Value {
    let url = format!("http://{ADDRESS}/_mock/{path}");
    let output = mock
        .command("curl")
        .args(["--silent", "--fail", &url])
        .output()
        .unwrap();
    assert!(output.status.success(), "{path}: {output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Sends a JSON body to the control API.
#[track_caller]
pub(crate) fn post(mock: &Mock, path: &str, body: &str) {
    let url = format!("http://{ADDRESS}/_mock/{path}");
    let output = mock
        .command("curl")
        .args(["--silent", "--fail", "--json", body, &url])
        .output()
        .unwrap();
    assert!(output.status.success(), "{path}: {output:?}");
}

const BAR: &str = "document.getElementById('call')";

#[test]
fn the_clock_is_moved_set_and_started() {
    let mock = Mock::serve(&[]);
    Browser::run(Site::of(&mock), Window::Wide, async |browser| {
        browser.open_view("requests").await;
        browser.wait_for_text("#clock", "2015-11-29 21:30:53").await;
        browser.wait(&format!("!{BAR}.checkVisibility()")).await;
        browser.click("button", "+12 h: advance the clock").await;
        browser.wait_for_text("#clock", "2015-11-30 09:30:53").await;
        browser
            .wait_for_text("#call", "POST /_mock/clock/advance")
            .await;
        browser.wait_for_text("#call", "done").await;
        let hover = "dispatchEvent(new MouseEvent('mouseenter'))";
        let button = "document.querySelector('[aria-label^=\"+1 h\"]')";
        browser.value(&format!("{button}.{hover}")).await;
        let text = browser.text("#call").await;
        assert!(text.contains("Would send"), "{text}");
        assert!(text.contains("last call: done"), "{text}");
        browser.click("button", "Set …").await;
        browser.fill("Time in UTC", "2030-01-01 00:00").await;
        browser.click("dialog button", "Set").await;
        browser.wait_for_text("#clock", "2030-01-01 00:00:00").await;
        browser.click("button", "Let the clock run").await;
        browser.wait_for_text("#clock", "running").await;
    });
    let clock = control(&mock, "clock");
    assert_eq!(clock["state"], "running");
    assert!(
        clock["now"].as_str().unwrap().starts_with("2030-01-01T00:"),
        "{clock}"
    );
}

/// A repository whose lifecycle policy keeps one image.
const LIFECYCLE: &str = r#"
[[repositories]]
name = "app"
lifecycle_policy = """{"rules": [{"rulePriority": 1, "action": {"type": "expire"},
    "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1}}]}"""
"#;

/// Pushes an image without layers.
#[track_caller]
pub(crate) fn push(mock: &Mock, tag: &str) {
    let url = format!("http://{ADDRESS}/v2/app/manifests/{tag}");
    let layer =
        json!({"digest": format!("sha256:{}", tag.repeat(64)), "urls": ["https://example.com"]});
    let output = mock
        .command("curl")
        .args(["--silent", "--fail", "--request", "PUT", "--user"])
        .arg(format!("AWS:{}", Password::Valid.issue()))
        .args([
            "--header",
            "Content-Type: application/vnd.oci.image.manifest.v1+json",
            "--data",
        ])
        .arg(json!({"layers": [layer]}).to_string())
        .arg(url)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn a_lifecycle_policy_is_run_after_a_question() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("mock.toml");
    std::fs::write(&file, LIFECYCLE).unwrap();
    let mock = Mock::serve(&["--config", file.to_str().unwrap()]);
    push(&mock, "1");
    push(&mock, "2");
    Browser::run(Site::of(&mock), Window::Wide, async |browser| {
        browser.open_view("repositories").await;
        browser.click(".names a span", "app").await;
        browser
            .wait_for_text("main", "1 image would be expired or archived now")
            .await;
        browser.click("button", "Run the lifecycle policy").await;
        browser
            .click("dialog button", "Run the lifecycle policy")
            .await;
        browser
            .wait_for_text("main", "No image would be expired or archived now")
            .await;
        browser
            .wait("document.querySelectorAll('tr[data-digest]').length === 1")
            .await;
    });
    let images = control(&mock, "images");
    assert_eq!(images["images"].as_array().unwrap().len(), 1, "{images}");
}

#[test]
fn a_reset_is_confirmed_first() {
    let mock = Mock::serve(&[]);
    Browser::run(Site::of(&mock), Window::Wide, async |browser| {
        browser.open_view("tokens").await;
        browser.click("button", "Issue").await;
        browser
            .wait("document.querySelectorAll('.token').length === 1")
            .await;
        browser.click("button", "Reset the mock").await;
        browser.click("dialog button", "Cancel").await;
        assert_eq!(control(&mock, "tokens")["issued"], 1);
        browser.click("button", "Reset the mock").await;
        browser.click("dialog button", "Reset").await;
        browser
            .wait_for_text(".tokens", "No token was issued yet")
            .await;
    });
    assert_eq!(control(&mock, "tokens")["issued"], 0);
}

#[test]
fn the_request_log_is_cleared_and_the_focus_stays_in_the_page() {
    let mock = Mock::serve(&[]);
    send_pings(&mock, 2);
    Browser::run(Site::of(&mock), Window::Wide, async |browser| {
        let address = "requests?q=status:401";
        browser.open_view_at("requests", address).await;
        browser.wait_for_text(".total", "2 requests").await;
        browser.click("button", "Clear the request log").await;
        browser.click("dialog button", "Clear").await;
        browser
            .wait_for_text(".first", "The request log is empty")
            .await;
        browser
            .wait("document.activeElement.textContent === 'The request log is empty'")
            .await;
        assert_eq!(browser.path().await, "/_mock/ui/#requests");
    });
}

#[test]
fn the_page_asks_for_the_control_key_and_keeps_it() {
    let mock = Mock::serve(&["--control-key", "the-key-of-the-test"]);
    Browser::run(Site::of(&mock), Window::Wide, async |browser| {
        browser.open_view("requests").await;
        browser.fill("Control key", "another").await;
        browser.click("dialog button", "Continue").await;
        browser.wait_for_text("dialog", "The key is wrong.").await;
        let text = browser.text("main").await;
        assert!(!text.contains("No client has called"), "{text}");
        browser.press("\u{e00c}").await;
        browser.click("#banner button", "Enter the key").await;
        browser.fill("Control key", "the-key-of-the-test").await;
        browser.click("dialog button", "Continue").await;
        browser
            .wait_for_text("main", "No client has called this mock yet")
            .await;
        browser.open("/_mock/ui/?again#tokens").await;
        browser
            .wait_for_text(".tokens", "No token was issued yet")
            .await;
        browser.open("/_mock/ui/#key=the-key-of-the-test").await;
        browser.wait("!location.hash.includes('key')").await;
        browser.log().await;
    });
}
