//! The HTML report of `mock-ecr contract`, which has the colours of the console, in a browser.

use std::path::Path;
use std::process::Command;

use crate::console::accessible::check;
use crate::console::browser::{Browser, Window};
use crate::console::reads::Story;
use crate::installed::{built, node_modules};

/// Writes the report of a client that fails scenarios with rejected requests and faults.
fn write_report(file: &Path) {
    let mut command = Command::new(built("mock-ecr"));
    command.args(["contract", "--client-type", "image-tool", "--strict"]);
    command.args(["--startup", "200ms", "--redirect", "sandbox"]);
    command.args(["--scenario", "REG-0*", "--scenario", "EXP-12"]);
    command.arg(format!("--report=html={}", file.display()));
    command.arg("--").arg(built("examples/mutant"));
    let output = command.args(["--fault", "never-renews", "image-tool", "{image}"]);
    let output = output.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
}

#[test]
fn the_report_is_accessible_and_fits_a_small_screen() {
    let axe = std::fs::read_to_string(node_modules().join("axe-core/axe.min.js")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.html");
    write_report(&file);
    let story = Story::start();
    for window in [Window::Wide, Window::Narrow] {
        Browser::run(story.site(), window, async |browser| {
            for scheme in ["light", "dark"] {
                browser.prefer(scheme).await;
                browser.open_file(&file).await;
                browser
                    .screenshot(&format!("report-{scheme}-{window:?}"))
                    .await;
                let all =
                    "document.querySelectorAll('details').forEach((one) => { one.open = true; })";
                browser.value(all).await;
                let place = format!("the report {scheme} {window:?}");
                check(browser, &axe, &place).await;
                let surplus =
                    "document.documentElement.scrollWidth - document.documentElement.clientWidth";
                assert_eq!(browser.value(surplus).await, 0, "{place}");
            }
            let text = browser.text(".events").await;
            assert!(text.contains("The token was revoked at"), "{text}");
        });
    }
}
