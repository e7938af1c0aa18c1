//! Errors of the library: the text of an error does not contain its cause, which is its source.

use std::error::Error;
use std::iter;
use std::path::Path;

use mock_ecr::config::{AuthorityLocation, StoreLocation};
use mock_ecr::fault::{CertificateFault, Fault, FaultAction};
use mock_ecr::tls::CertificateAuthority;
use mock_ecr::{Config, MockEcr, MockEcrBuilder, Preserve, StartError};
use tempfile::TempDir;

/// Returns the text of an error and of its causes, joined by colons.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    texts(error).join(": ")
}

fn texts(error: &(dyn Error + 'static)) -> Vec<String> {
    let errors = iter::successors(Some(error), |&error| error.source());
    errors.map(ToString::to_string).collect()
}

/// Asserts that the texts of an error and of its causes contain the texts in `expected`, one each, and that no text repeats its cause.
#[track_caller]
pub(crate) fn says_once(error: &(dyn Error + 'static), expected: &[&str]) {
    let texts = texts(error);
    assert_eq!(texts.len(), expected.len(), "{texts:#?}");
    for (text, expected) in texts.iter().zip(expected) {
        assert!(text.contains(expected), "{expected:?} in {texts:#?}");
    }
    for (text, cause) in texts.iter().zip(&texts[1..]) {
        assert!(!text.contains(cause), "{texts:#?}");
    }
}

async fn rejected(builder: MockEcrBuilder) -> StartError {
    builder.start().await.err().unwrap()
}

/// Returns a path below a file, where no file can exist.
fn nowhere(folder: &TempDir) -> std::path::PathBuf {
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    file.join("folder")
}

#[tokio::test]
async fn an_address_in_use_is_reported_once() {
    let first = MockEcr::start().await.unwrap();
    let error = rejected(MockEcr::builder().listen(first.address())).await;
    says_once(&error, &["cannot listen on 127.0.0.1:", "in use"]);
}

#[tokio::test]
async fn an_unusable_store_is_reported_once() {
    let folder = tempfile::tempdir().unwrap();
    let location = StoreLocation::Directory(nowhere(&folder));
    let error = rejected(MockEcr::builder().store(location)).await;
    says_once(&error, &["cannot open the store file:", "ot a directory"]);
    let StartError::Store(error) = error else {
        panic!("{error:?}")
    };
    says_once(&error, &["cannot open the store file:", "ot a directory"]);

    let location = "s3://images".parse().unwrap();
    let error = rejected(MockEcr::builder().store(location)).await;
    let expected = ["cannot open the store s3://images", "no credentials"];
    says_once(&error, &expected);
}

#[tokio::test]
async fn an_unusable_certificate_authority_is_reported_once() {
    let folder = tempfile::tempdir().unwrap();
    let expected = ["cannot store a certificate authority in", "ot a directory"];
    let location = AuthorityLocation::Directory(nowhere(&folder));
    says_once(&rejected(MockEcr::builder().tls(location)).await, &expected);
    let error = CertificateAuthority::in_directory(&nowhere(&folder)).unwrap_err();
    says_once(&error, &expected);

    std::fs::write(folder.path().join("ca.pem"), "").unwrap();
    std::fs::write(folder.path().join("ca-key.pem"), "nothing").unwrap();
    let error = CertificateAuthority::in_directory(folder.path()).unwrap_err();
    let expected = [
        "ca-key.pem is not the key of a certificate authority",
        "PEM",
    ];
    says_once(&error, &expected);
}

#[tokio::test]
async fn an_invalid_configuration_is_reported_once() {
    let error = Config::from_file("no/such/config.toml").unwrap_err();
    let expected = ["no/such/config.toml: cannot read the file", "No such file"];
    says_once(&error, &expected);

    let toml = "[[faults]]\naction = { bandwidth = 0 }\n";
    let expected = [
        "line 2: faults[0].action: invalid value \"bandwidth\"",
        "at least 1 byte",
    ];
    says_once(&Config::parse(toml).unwrap_err(), &expected);
    let toml = "[[faults]]\nmatch = { operation = 'GetAuthToken' }\naction = { bandwidth = 1 }\n";
    let expected = [
        "line 2: faults[0].match.operation: invalid value \"GetAuthToken\"",
        "did you mean",
    ];
    says_once(&Config::parse(toml).unwrap_err(), &expected);
    let builder = MockEcr::builder().fault(Fault::new(FaultAction::Bandwidth(0)));
    let expected = [
        "faults[0].action: invalid value \"bandwidth\"",
        "at least 1 byte",
    ];
    says_once(&rejected(builder).await, &expected);

    let untrusted = Fault::new(FaultAction::Certificate(CertificateFault::Expired));
    let error = rejected(MockEcr::builder().fault(untrusted)).await;
    says_once(
        &error,
        &["invalid fault in the configuration", "does not accept"],
    );
}

#[tokio::test]
async fn the_last_method_of_a_builder_reports_the_first_invalid_argument() {
    let builder = MockEcr::builder().region("US EAST").repository("App");
    let expected = ["invalid argument in region(\"US EAST\")", "invalid region"];
    says_once(&rejected(builder).await, &expected);
    let builder = MockEcr::builder().repository("App").region("US EAST");
    let expected = ["invalid argument in repository(\"App\")", "lower-case"];
    says_once(&rejected(builder).await, &expected);
    let builder = MockEcr::builder().proxy_endpoint("localhost");
    let expected = ["in proxy_endpoint(\"localhost\")", "expected http://"];
    says_once(&rejected(builder).await, &expected);

    let ecr = MockEcr::start().await.unwrap();
    let error = ecr.faults().error("Slow").times(1).set().unwrap_err();
    let expected = ["invalid argument in error(\"Slow\")", "expected one of"];
    says_once(&error, &expected);
    let misspelled = ecr.faults().throttling().operation("GetAuthToken");
    let expected = [
        "invalid argument in operation(\"GetAuthToken\")",
        "did you mean \"GetAuthorizationToken\"?",
    ];
    says_once(&misspelled.set().unwrap_err(), &expected);
    let error = ecr
        .faults()
        .throttling()
        .probability(2.0)
        .set()
        .unwrap_err();
    says_once(
        &error,
        &["invalid probability 2: expected a number from 0 to 1"],
    );
    assert!(ecr.faults().list().is_empty());
}

#[tokio::test]
async fn an_invalid_layout_is_reported_once() {
    let folder = tempfile::tempdir().unwrap();
    let said = async |builder: MockEcrBuilder, expected: &[&str]| {
        let error = rejected(builder).await;
        says_once(&error, expected);
    };
    let beginning = "cannot create the repositories of the configuration";
    let expected = [beginning, "index.json cannot be read", "No such file"];
    said(with_layout(folder.path()), &expected).await;
    let index = folder.path().join("index.json");
    std::fs::write(&index, "{}").unwrap();
    let expected = [
        beginning,
        "is not the index of an OCI layout",
        "missing field",
    ];
    said(with_layout(folder.path()), &expected).await;
    let digest = format!("sha256:{}", "0".repeat(64));
    let tag = r#""annotations":{"org.opencontainers.image.ref.name":"a b"}"#;
    let tagged = format!(r#"{{"manifests":[{{"digest":"{digest}",{tag}}}]}}"#);
    std::fs::write(&index, tagged).unwrap();
    let expected = [beginning, "invalid tag in", "invalid tag \"a b\""];
    said(with_layout(folder.path()), &expected).await;
}

#[tokio::test]
async fn a_failed_reset_is_reported_once() {
    let folder = tempfile::tempdir().unwrap();
    let index = folder.path().join("index.json");
    std::fs::write(&index, r#"{"manifests":[]}"#).unwrap();
    let ecr = with_layout(folder.path()).start().await.unwrap();
    std::fs::remove_file(index).unwrap();
    let error = ecr.reset(Preserve::Nothing).await.unwrap_err();
    let beginning = "cannot reset the repositories to those of the configuration";
    let expected = [beginning, "index.json cannot be read", "No such file"];
    says_once(&error, &expected);
}

/// Returns the builder of a mock whose initial state has the images of a layout.
fn with_layout(folder: &Path) -> MockEcrBuilder {
    let folder = folder.display();
    let toml = format!("[[repositories]]\nname = 'app'\nlayout = '{folder}'\n");
    MockEcr::from_config(Config::parse(&toml).unwrap())
}
