//! The colours of the console and of the HTML report.

use std::fs;
use std::path::Path;

/// The package `ecr-contract` contains a copy of the file, because a published package contains only its own files.
#[test]
fn the_report_has_the_colours_of_the_console() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let source = fs::read_to_string(crates.join("mock-ecr/src/web/console/theme.css")).unwrap();
    let copy = crates.join("ecr-contract/src/report/html/theme.css");
    if std::env::var_os("MOCK_ECR_BLESS").is_some() {
        fs::write(&copy, &source).unwrap();
    }
    let copied = fs::read_to_string(&copy).unwrap();
    assert_eq!(
        copied, source,
        "run this test with MOCK_ECR_BLESS=1 to update the copy"
    );
}

/// Another file than `theme.css` contains no colour, so that a change of a colour is a change of one line.
#[test]
fn the_layout_of_the_report_contains_no_colour() {
    let file = "../ecr-contract/src/report/html/page.css";
    let css = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
    // A colour is an hexadecimal number after a colon. A selector with an ID is at the start of a line.
    assert!(!css.contains(": #") && !css.contains("rgb(") && !css.contains("hsl("));
    assert!(css.contains("var(--panel)") && css.contains("var(--bad)"));
}
