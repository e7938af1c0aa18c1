//! The console without a mouse, with a screen reader, and on a small screen.

use serde_json::Value;

use crate::console::browser::{Browser, Window};
use crate::console::reads::Story;
use crate::installed::node_modules;

const VIEWS: [&str; 6] = [
    "requests",
    "tokens",
    "faults",
    "repositories",
    "principals",
    "setup",
];

#[test]
fn axe_finds_no_serious_violation_in_any_view() {
    let axe = std::fs::read_to_string(node_modules().join("axe-core/axe.min.js")).unwrap();
    let story = Story::start();
    for window in [Window::Wide, Window::Narrow] {
        Browser::run(story.site(), window, async |browser| {
            for scheme in ["light", "dark"] {
                browser.prefer(scheme).await;
                for view in VIEWS {
                    browser.open("/_mock/ui/").await;
                    browser.open_view(view).await;
                    check(browser, &axe, &format!("{view} {scheme} {window:?}")).await;
                    browser
                        .screenshot(&format!("{view}-{scheme}-{window:?}"))
                        .await;
                }
            }
        });
    }
}

/// Asserts that axe-core finds no serious violation in the page.
pub(super) async fn check(browser: &Browser, axe: &str, place: &str) {
    let violations = browser.axe(axe).await;
    let violations: Vec<&Value> = violations
        .as_array()
        .unwrap()
        .iter()
        .filter(|violation| {
            let impact = violation["impact"].as_str().unwrap_or_default();
            ["serious", "critical"].contains(&impact)
        })
        .collect();
    assert!(violations.is_empty(), "{place}: {violations:#?}");
}

#[test]
fn no_view_is_wider_than_a_small_screen() {
    let story = Story::start();
    Browser::run(story.site(), Window::Narrow, async |browser| {
        for view in VIEWS {
            browser.open_view(view).await;
            let width = browser.value("document.documentElement.scrollWidth").await;
            assert_eq!(width, 360, "{view}");
            let tab = "document.querySelector('#views [aria-current]')";
            let right = format!("{tab}.getBoundingClientRect().right");
            let right = browser.value(&right).await.as_f64().unwrap();
            assert!(right <= 360.0, "the tab of {view} ends at {right}");
        }
    });
}

#[test]
fn the_keyboard_selects_requests_and_views() {
    let story = Story::start();
    Browser::run(story.site(), Window::Wide, async |browser| {
        browser.open("/_mock/ui/").await;
        browser
            .wait_for_text(".list", "GetAuthorizationToken")
            .await;
        browser.press("/").await;
        browser
            .wait("document.activeElement.type === 'search'")
            .await;
        browser.press(DOWN).await;
        browser.wait(LIST_HAS_FOCUS).await;
        browser.press("\u{e010}\u{e007}").await;
        browser.wait_for_text(".pane", "Repeat it").await;
        browser.press(ESCAPE).await;
        browser.wait("document.querySelector('.pane').hidden").await;
        browser.press("gt").await;
        browser.wait_for_view("tokens").await;
    });
}

#[test]
fn arrow_keys_select_the_requests_that_match_the_filter() {
    let story = Story::start();
    Browser::run(story.site(), Window::Wide, async |browser| {
        browser.open_view("requests").await;
        browser.wait_for_text(".list", "GET app:1").await;
        browser.press("l").await;
        browser.wait(LIST_HAS_FOCUS).await;
        browser.press("/").await;
        browser
            .press(format!("status:403{ENTER}{DOWN}{DOWN}"))
            .await;
        browser.wait_for_text(".pane", "The token expired").await;
        assert_eq!(
            browser.path().await,
            "/_mock/ui/#requests?q=status:403&open=15"
        );
    });
}

#[test]
fn enter_opens_a_request_that_matches_the_filter() {
    let story = Story::start();
    Browser::run(story.site(), Window::Wide, async |browser| {
        browser.open_view_at("requests", "requests?open=0").await;
        browser.wait_for_text(".pane", "Repeat it").await;
        browser.press("/").await;
        browser.press(format!("status:403{ENTER}{ENTER}")).await;
        browser.wait_for_text(".pane", "The token expired").await;
        let focus = "document.activeElement.textContent === '#15 GET app:1'";
        browser.wait(focus).await;
        browser.press("gi").await;
        browser.wait_for_view("repositories").await;
        browser.wait("document.activeElement.id === 'main'").await;
    });
}

#[test]
fn the_details_have_room_in_a_low_window() {
    let story = Story::start();
    Browser::run(story.site(), Window::Low, async |browser| {
        browser.open_view_at("requests", "requests?open=15").await;
        browser.wait_for_text(".pane", "Repeat it").await;
        browser.wait_for_text(".rejection", "GET app:1").await;
        let pane = "document.querySelector('.pane').getBoundingClientRect()";
        let room = format!("Math.min(innerHeight, {pane}.bottom) - {pane}.top");
        let room = browser.value(&room).await.as_f64().unwrap();
        assert!(room >= 320.0, "{room}");
    });
}

#[test]
fn the_focus_returns_when_the_details_are_closed() {
    let story = Story::start();
    Browser::run(story.site(), Window::Wide, async |browser| {
        browser.open_view("requests").await;
        browser.wait_for_text(".chips", "token expired 1").await;
        browser.click(".chip", "token expired 1").await;
        browser
            .wait("document.activeElement.ariaPressed === 'true'")
            .await;
        browser.click(".rejection a", "GET app:1").await;
        browser.wait_for_text(".pane", "Repeat it").await;
        browser.click(".pane h2", "#15 GET app:1").await;
        browser.press(ESCAPE).await;
        browser
            .wait("document.activeElement.closest('.rejection')")
            .await;
        browser
            .value("document.querySelector('.skip').focus()")
            .await;
        browser.press(ENTER).await;
        browser.wait(LIST_HAS_FOCUS).await;
    });
}

const LIST_HAS_FOCUS: &str = "document.activeElement.getAttribute('role') === 'listbox'";
const ENTER: &str = "\u{e007}";
const ESCAPE: &str = "\u{e00c}";
const DOWN: &str = "\u{e015}";
