//! Texts of clients are shown as texts, and any address is accepted.

use crate::console::browser::{Browser, Site, Window};
use crate::mock::{ADDRESS, Mock};

#[test]
fn markup_in_a_user_agent_and_a_path_is_shown_as_text() {
    let markup = "<img src=x onerror=document.title='executed'>";
    let mock = Mock::serve(&[]);
    Browser::run(Site::of(&mock), Window::Wide, async |browser| {
        browser.open_view("requests").await;
        let url = format!("http://{ADDRESS}/v2/app/manifests/1?{}", "%3Cscript%3E");
        let mut curl = mock.command("curl");
        let output = curl
            .args(["--silent", "--user-agent", markup, &url])
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        browser.wait_for_text(".list", "GET app:1").await;
        browser.press("").await;
        browser.click("[role=option] .title", "GET app:1").await;
        browser.wait_for_text(".pane", markup).await;
        assert_eq!(
            browser
                .value("document.querySelectorAll('main img').length")
                .await,
            0
        );
        assert_eq!(browser.value("document.title").await, "Requests – mock-ecr");
    });
}

#[test]
fn names_of_object_and_an_invalid_key_in_the_address_open_the_requests() {
    let mock = Mock::serve(&[]);
    Browser::run(Site::of(&mock), Window::Wide, async |browser| {
        for address in ["__proto__", "constructor", "key=100%&a"] {
            // Another query loads the page again.
            let query = address.len();
            browser.open(&format!("/_mock/ui/?{query}#{address}")).await;
            browser.wait_for_view("requests").await;
            browser.wait_for_text("#clock .state", "frozen").await;
        }
        assert_eq!(
            browser
                .value("sessionStorage['mock-ecr-control-key']")
                .await,
            "100%&a"
        );
    });
}
