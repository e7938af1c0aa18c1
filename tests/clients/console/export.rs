//! The request log can be saved as an HTTP Archive.

use serde_json::Value;

use crate::console::browser::{Browser, Site, Window};
use crate::console::live::send_pings;
use crate::mock::Mock;

/// Keeps the content of the file that the page creates in an attribute of the document.
const KEEP_FILE: &str = "(() => {
    const create = URL.createObjectURL;
    URL.createObjectURL = (file) => {
        file.text().then((text) => { document.body.dataset.file = text; });
        return create.call(URL, file);
    };
    return true;
})()";

#[test]
fn the_export_is_an_archive_of_all_requests_although_a_filter_is_set() {
    let mock = Mock::serve(&[]);
    send_pings(&mock, 3);
    Browser::run(Site::of(&mock), Window::Wide, async |browser| {
        browser.open_view("requests").await;
        browser.fill("Filter of requests", "ping=2").await;
        browser.wait_for_text(".total", "1 of 3 requests").await;
        browser.value(KEEP_FILE).await;
        browser.click("button", "Export all as HAR").await;
        browser.wait("document.body.dataset.file").await;
        let file = browser.value("document.body.dataset.file").await;
        let archive: Value = serde_json::from_str(file.as_str().unwrap()).unwrap();
        assert_eq!(archive["log"]["version"], "1.2");
        let entries = archive["log"]["entries"].as_array().unwrap();
        assert_eq!(entries.len(), 3);
        for entry in entries {
            assert_eq!(entry["response"]["status"], 401, "{entry}");
            let url = entry["request"]["url"].as_str().unwrap();
            assert!(url.contains("/v2/?ping="), "{url}");
        }
    });
}
