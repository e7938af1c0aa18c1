//! The form for a fault, and the recipes.

use crate::console::actions::control;
use crate::console::browser::{Browser, Site, Window};
use crate::console::reads::Story;
use crate::mock::Mock;

#[test]
fn a_fault_is_added_by_the_form_and_by_a_recipe_and_removed() {
    let mock = Mock::serve(&[]);
    Browser::run(Site::of(&mock), Window::Wide, async |browser| {
        browser.open_view("faults").await;
        browser.wait_for_text("main", "There are no faults.").await;
        browser.select("Action", "Limit the rate").await;
        browser
            .wait_for_text("form", r#"{"throttle":{"rate":1,"#)
            .await;
        browser.select("Action", "Respond with an error").await;
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
