//! The console without a mouse, with a screen reader, and on a small screen.

use serde_json::{Value, json};

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
                    browser.open(&format!("/_mock/ui/#{view}")).await;
                    browser
                        .wait(&format!(
                            "document.querySelector('main').className === {}",
                            json!(format!("view-{view}"))
                        ))
                        .await;
                    check(browser, &axe, &format!("{view} {scheme} {window:?}")).await;
                    browser
                        .screenshot(&format!("{view}-{scheme}-{window:?}"))
                        .await;
                }
            }
        });
    }
}

async fn check(browser: &Browser, axe: &str, place: &str) {
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
            browser.open(&format!("/_mock/ui/#{view}")).await;
            browser
                .wait(&format!(
                    "document.querySelector('main').className === {}",
                    json!(format!("view-{view}"))
                ))
                .await;
            let width = browser.value("document.documentElement.scrollWidth").await;
            assert_eq!(width, 360, "{view}");
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
        browser.press("\u{e015}").await;
        browser
            .wait("document.activeElement.getAttribute('role') === 'listbox'")
            .await;
        browser.press("\u{e010}\u{e007}").await;
        browser.wait_for_text(".pane", "Repeat it").await;
        browser.press("\u{e00c}").await;
        browser.wait("document.querySelector('.pane').hidden").await;
        browser.press("gt").await;
        browser
            .wait("document.querySelector('main').className === 'view-tokens'")
            .await;
    });
}
