//! The actions on tokens and principals.

use crate::console::actions::control;
use crate::console::browser::{Browser, Site, Window};
use crate::mock::{ADDRESS, Mock};

#[test]
fn a_token_is_issued_explained_and_revoked() {
    let mock = Mock::serve(&[]);
    Browser::run(Site::of(&mock), Window::Wide, async |browser| {
        browser.open_view("tokens").await;
        browser.click("button", "Issue").await;
        browser
            .wait("document.querySelectorAll('.token').length === 1")
            .await;
        browser
            .fill("Token, password", "QVdTOm5vdCBhIHRva2Vu")
            .await;
        browser.click("button", "Explain").await;
        browser
            .wait_for_text("main", "The password is not an ECR token")
            .await;
        browser.fill("Token, password", "{}").await;
        browser
            .wait_for_text("[aria-label='Explain a token']", "no password")
            .await;
        let text = browser.text("main").await;
        assert!(!text.contains("The password is not"), "{text}");
        let revoke = browser
            .value("document.querySelector('.token button').ariaLabel")
            .await;
        browser.click("button", revoke.as_str().unwrap()).await;
        browser.wait_for_text(".token", "Revoked at").await;
        browser
            .wait("document.activeElement.textContent === 'Revoke all of user/developer'")
            .await;
    });
    let tokens = control(&mock, "tokens");
    assert_eq!(tokens["issued"], 1, "{tokens}");
    assert_eq!(tokens["tokens"][0]["revoked"]["scope"], "token", "{tokens}");
}

/// Issues tokens at different times, in one process.
#[track_caller]
fn issue_tokens(mock: &Mock, count: usize) {
    let url = format!("http://{ADDRESS}/_mock");
    let calls = [("clock/advance", r#"{"by":"1s"}"#), ("tokens", "{}")];
    let mut curl = mock.command("curl");
    for (path, body) in std::iter::repeat_n(calls, count).flatten() {
        curl.args([
            "--silent",
            "--fail",
            "--output",
            "/dev/null",
            "--json",
            body,
        ])
        .arg(format!("{url}/{path}"))
        .arg("--next");
    }
    let output = curl.arg(format!("{url}/health")).output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn the_newest_200_tokens_are_shown_and_then_all() {
    let mock = Mock::serve(&[]);
    issue_tokens(&mock, 202);
    Browser::run(Site::of(&mock), Window::Wide, async |browser| {
        browser.open_view("tokens").await;
        browser
            .wait_for_text("main", "The newest 200 of 202 tokens.")
            .await;
        browser.click("button", "Show all").await;
        browser
            .wait("document.querySelectorAll('.token').length === 202")
            .await;
    });
}

#[test]
fn a_root_user_with_a_token_is_a_principal_although_the_configuration_has_none() {
    let mock = Mock::serve(&[]);
    Browser::run(Site::of(&mock), Window::Wide, async |browser| {
        browser.open_view("tokens").await;
        browser
            .wait("document.querySelectorAll('#principals option').length === 1")
            .await;
        browser
            .fill("Principal (ARN)", "arn:aws:iam::123456789012:root")
            .await;
        browser.click("button", "Issue").await;
        browser
            .wait_for_text("main", "The token is valid for 12 h")
            .await;
        browser.open_view("principals").await;
        let root = "section.card:last-child";
        browser.wait_for_text(root, "root of 123456789012").await;
        browser
            .wait_for_text(root, "not in the configuration")
            .await;
        browser.wait_for_text(root, "1 token, 1 valid").await;
    });
}

#[test]
fn all_tokens_of_a_principal_are_revoked() {
    let mock = Mock::serve(&[]);
    Browser::run(Site::of(&mock), Window::Wide, async |browser| {
        browser.open_view("tokens").await;
        browser.click("button", "Issue").await;
        browser
            .wait_for_text("main", "The token is valid for 12 h")
            .await;
        browser.open_view("principals").await;
        browser.wait_for_text("main", "1 token, 1 valid").await;
        browser
            .click("button", "Revoke all of user/developer")
            .await;
        browser
            .click("dialog button", "Revoke all of user/developer")
            .await;
        browser.wait_for_text("#call", "done").await;
        browser.click("a", "Issue a token").await;
        browser
            .wait_for_text(
                "form",
                r#"{"principal":"arn:aws:iam::123456789012:user/developer"}"#,
            )
            .await;
        browser.click("button", "Issue").await;
        browser
            .wait_for_text("main", "later tokens of this principal are revoked too")
            .await;
    });
    let tokens = control(&mock, "tokens");
    let revoked = &tokens["tokens"][0]["revoked"];
    assert_eq!(revoked["scope"], "principal", "{tokens}");
}
