//! The actions of the console change the mock.

use serde_json::{Value, json};

use crate::console::browser::{Browser, Site, Window};
use crate::console::reads::Story;
use crate::mock::{ADDRESS, Mock, Password};

/// Returns the response to a request to the control API.
#[track_caller]
fn control(mock: &Mock, path: &str) -> Value {
    let url = format!("http://{ADDRESS}/_mock/{path}");
    let output = mock
        .command("curl")
        .args(["--silent", "--fail", &url])
        .output()
        .unwrap();
    assert!(output.status.success(), "{path}: {output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_clock_is_moved_set_and_started() {
    let mock = Mock::serve(&[]);
    Browser::run(Site::of(&mock), Window::Wide, async |browser| {
        browser.open_view("requests").await;
        browser.wait_for_text("#clock", "2015-11-29 21:30:53").await;
        browser.click("button", "+12 h: advance the clock").await;
        browser.wait_for_text("#clock", "2015-11-30 09:30:53").await;
        browser
            .wait_for_text("#call", "POST /_mock/clock/advance")
            .await;
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
        let revoke = browser
            .value("document.querySelector('.token button').ariaLabel")
            .await;
        browser.click("button", revoke.as_str().unwrap()).await;
        browser.wait_for_text(".token", "Revoked at").await;
    });
    let tokens = control(&mock, "tokens");
    assert_eq!(tokens["issued"], 1, "{tokens}");
    assert_eq!(tokens["tokens"][0]["revoked"]["scope"], "token", "{tokens}");
}

#[test]
fn a_fault_is_added_by_the_form_and_by_a_recipe_and_removed() {
    let mock = Mock::serve(&[]);
    Browser::run(Site::of(&mock), Window::Wide, async |browser| {
        browser.open_view("faults").await;
        browser
            .wait_for_text("main", "None. The mock responds as ECR does.")
            .await;
        browser
            .fill("Operation of the API", "GetAuthorizationToken")
            .await;
        browser.click("button", "Add").await;
        browser
            .wait_for_text(".fault-row", "GetAuthorizationToken")
            .await;
        browser
            .click("button", "Apply: Throttle two calls for a token")
            .await;
        browser
            .wait("document.querySelectorAll('.fault-row').length === 2")
            .await;
        browser.screenshot("faults").await;
        browser.click("button", "Remove fault 0").await;
        browser
            .wait("document.querySelectorAll('.fault-row').length === 1")
            .await;
    });
    let faults = control(&mock, "faults");
    assert_eq!(faults["faults"].as_array().unwrap().len(), 1, "{faults}");
    assert_eq!(faults["faults"][0]["match"]["times"], 2, "{faults}");
}

#[test]
fn each_recipe_is_accepted() {
    let mock = Mock::serve(&[]);
    let mut recipes = 0;
    Browser::run(Site::of(&mock), Window::Wide, async |browser| {
        browser.open_view("faults").await;
        browser
            .wait("document.querySelector('.recipes button')")
            .await;
        let names =
            "[...document.querySelectorAll('.recipes button')].map((button) => button.ariaLabel)";
        let names = browser.value(names).await;
        for name in names.as_array().unwrap() {
            browser.click("button", name.as_str().unwrap()).await;
            browser.wait_for_text("#call", "done").await;
            recipes += 1;
        }
    });
    // One of them moves the clock.
    let faults = control(&mock, "faults");
    assert_eq!(faults["faults"].as_array().unwrap().len(), recipes - 1);
    assert!(recipes > 8, "{recipes}");
}

#[test]
fn an_invalid_fault_is_rejected_in_its_form() {
    let mock = Mock::serve(&[]);
    Browser::run(Site::of(&mock), Window::Wide, async |browser| {
        browser.open_view("faults").await;
        browser
            .fill("Operation of the API", "GetAuthorisationToken")
            .await;
        browser.click("button", "Add").await;
        browser
            .wait_for_text(
                "form [role=alert]",
                "did you mean \"GetAuthorizationToken\"?",
            )
            .await;
        assert_eq!(
            browser.log().await.len(),
            1,
            "the response has the status 400"
        );
    });
    let faults = control(&mock, "faults");
    assert_eq!(faults["faults"].as_array().unwrap().len(), 0, "{faults}");
}

#[test]
fn a_fault_is_for_either_an_operation_or_a_route_and_is_prepared_from_a_request() {
    let story = Story::start();
    Browser::run(story.site(), Window::Wide, async |browser| {
        browser.open_view("requests").await;
        browser.click(".rejection a", "GET app:1").await;
        browser.click("a", "Add a fault for such requests").await;
        browser.wait_for_view("faults").await;
        let operation = "document.querySelector('[name=operation]')";
        browser.wait(&format!("{operation}.disabled")).await;
        browser
            .wait_for_text("form", r#"{"match":{"route":"manifest","method":"GET"}"#)
            .await;
        // The section of the method is open.
        browser.fill("HTTP method", "HEAD").await;
        browser.select("Route of the registry", "any").await;
        browser.wait(&format!("!{operation}.disabled")).await;
        browser.fill("Operation of the API", "ListImages").await;
        browser
            .wait("document.querySelector('[name=route]').disabled")
            .await;
    });
}

#[test]
fn a_root_user_with_a_token_is_a_principal_although_the_configuration_has_none() {
    let mock = Mock::serve(&[]);
    Browser::run(Site::of(&mock), Window::Wide, async |browser| {
        browser.open_view("tokens").await;
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
            .click("button", "Revoke all tokens of user/developer")
            .await;
        browser.click("dialog button", "Revoke all tokens").await;
        browser.wait_for_text("#call", "done").await;
        browser.click("a", "Issue a token").await;
        browser.click("button", "Issue").await;
        browser
            .wait_for_text("main", "later tokens of this principal are revoked too")
            .await;
    });
    let tokens = control(&mock, "tokens");
    let revoked = &tokens["tokens"][0]["revoked"];
    assert_eq!(revoked["scope"], "principal", "{tokens}");
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
fn push(mock: &Mock, tag: &str) {
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
fn the_page_asks_for_the_control_key_and_keeps_it() {
    let mock = Mock::serve(&["--control-key", "the-key-of-the-test"]);
    Browser::run(Site::of(&mock), Window::Wide, async |browser| {
        browser.open_view("requests").await;
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
