//! The repositories and images that are open follow the mock.

use crate::console::actions::{control, post, push};
use crate::console::browser::{Browser, Site, Window};
use crate::mock::Mock;

/// Starts a mock with a configuration.
#[track_caller]
fn serve(config: &str) -> Mock {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("mock.toml");
    std::fs::write(&file, config).unwrap();
    Mock::serve(&["--config", file.to_str().unwrap()])
}

#[test]
fn the_scan_of_an_open_image_is_shown_while_it_is_in_progress_and_after_it() {
    let mock = serve("[[repositories]]\nname = \"app\"\nscan_on_push = true\n");
    push(&mock, "1");
    let images = control(&mock, "images");
    let digest = images["images"][0]["digest"].as_str().unwrap();
    let place = format!("image?repository=app&digest={digest}");
    assert_eq!(
        control(&mock, &place)["scan"]["status"],
        serde_json::Value::Null
    );
    Browser::run(Site::of(&mock), Window::Wide, async |browser| {
        let view = format!("repositories?open=123456789012/us-east-1/app&image={digest}");
        browser.open_view_at("repositories", &view).await;
        browser.wait_for_text(".tree", "in progress").await;
        browser.click(".tree summary", "Manifest").await;
        post(&mock, "background/run", "{}");
        browser.wait_for_text(".tree", "complete").await;
    });
}

/// A repository whose images expire after a day.
const ONE_DAY: &str = r#"
[[repositories]]
name = "app"
lifecycle_policy = """{"rules": [{"rulePriority": 1, "action": {"type": "expire"},
    "selection": {"tagStatus": "any", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 1}}]}"""
"#;

#[test]
fn the_images_that_would_expire_follow_the_clock() {
    let mock = serve(ONE_DAY);
    push(&mock, "1");
    Browser::run(Site::of(&mock), Window::Wide, async |browser| {
        browser.open_view("repositories").await;
        browser.click(".names a span", "app").await;
        browser
            .wait_for_text("main", "No image would be expired or archived now")
            .await;
        post(&mock, "clock/set", r#"{"to":"2015-11-30T22:00:00Z"}"#);
        browser
            .wait_for_text("main", "1 image would be expired or archived now")
            .await;
    });
}
