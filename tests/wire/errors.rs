//! Errors of the library. The text of an error does not repeat the text of its source.

use std::error::Error;
use std::iter;
use std::path::Path;

use mock_ecr::config::{CaLocation, StoreLocation};
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
pub(crate) fn assert_error_chain(error: &(dyn Error + 'static), expected: &[&str]) {
    let texts = texts(error);
    assert_eq!(texts.len(), expected.len(), "{texts:#?}");
    for (text, expected) in texts.iter().zip(expected) {
        assert!(text.contains(expected), "{expected:?} in {texts:#?}");
    }
    for (text, cause) in texts.iter().zip(&texts[1..]) {
        assert!(!text.contains(cause), "{texts:#?}");
    }
}

async fn start_error(builder: MockEcrBuilder) -> StartError {
    builder.start().await.err().unwrap()
}

/// Returns a path below a file, where no file can exist.
fn path_below_file(folder: &TempDir) -> std::path::PathBuf {
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    file.join("folder")
}

#[tokio::test]
async fn an_address_in_use_is_reported_once() {
    let first = MockEcr::start().await.unwrap();
    let error = start_error(MockEcr::builder().listen(first.address())).await;
    assert_error_chain(&error, &["cannot listen on 127.0.0.1:", "in use"]);
}

#[tokio::test]
async fn an_unusable_store_is_reported_once() {
    let folder = tempfile::tempdir().unwrap();
    let location = StoreLocation::Directory(path_below_file(&folder));
    let error = start_error(MockEcr::builder().store(location)).await;
    assert_error_chain(&error, &["cannot open the store file:", "ot a directory"]);
    let StartError::Store(error) = error else {
        panic!("{error:?}")
    };
    assert_error_chain(&error, &["cannot open the store file:", "ot a directory"]);

    let store = StoreLocation::Directory(folder.path().to_owned());
    let layers = "s3://images".parse().unwrap();
    let error = start_error(MockEcr::builder().store(store).layers(layers)).await;
    let expected = [
        "cannot open the location of layers s3://images",
        "no credentials",
    ];
    assert_error_chain(&error, &expected);
}

#[tokio::test]
async fn an_unusable_certificate_authority_is_reported_once() {
    let folder = tempfile::tempdir().unwrap();
    let expected = ["cannot access the certificate authority:", "ot a directory"];
    let location = CaLocation::Directory(path_below_file(&folder));
    assert_error_chain(
        &start_error(MockEcr::builder().tls(location)).await,
        &expected,
    );
    let error = CertificateAuthority::in_directory(&path_below_file(&folder)).unwrap_err();
    assert_error_chain(&error, &expected);

    std::fs::write(folder.path().join("ca.pem"), "").unwrap();
    std::fs::write(folder.path().join("ca-key.pem"), "nothing").unwrap();
    let error = CertificateAuthority::in_directory(folder.path()).unwrap_err();
    let expected = [
        "ca-key.pem and ca.pem are not the key and the certificate of a certificate authority",
        "PEM",
    ];
    assert_error_chain(&error, &expected);
}

#[tokio::test]
async fn an_invalid_configuration_is_reported_once() {
    let error = Config::from_file("no/such/config.toml").unwrap_err();
    let expected = ["no/such/config.toml: cannot read the file", "No such file"];
    assert_error_chain(&error, &expected);

    let toml = "[[faults]]\naction = { bandwidth = 0 }\n";
    let expected = [
        "line 2, column 10: faults[0].action: invalid value \"bandwidth\"",
        "at least 1 byte",
    ];
    assert_error_chain(&Config::parse(toml).unwrap_err(), &expected);
    let toml = "[[faults]]\nmatch = { operation = 'GetAuthToken' }\naction = { bandwidth = 1 }\n";
    let expected = [
        "line 2, column 23: faults[0].match.operation: invalid value \"GetAuthToken\"",
        "did you mean",
    ];
    assert_error_chain(&Config::parse(toml).unwrap_err(), &expected);
    let builder = MockEcr::builder().fault(Fault::new(FaultAction::Bandwidth(0)));
    let expected = [
        "faults[0].action: invalid value \"bandwidth\"",
        "at least 1 byte",
    ];
    assert_error_chain(&start_error(builder).await, &expected);

    let untrusted = Fault::new(FaultAction::Certificate(CertificateFault::Expired));
    let error = start_error(MockEcr::builder().fault(untrusted)).await;
    assert_error_chain(
        &error,
        &["invalid fault in the configuration", "does not accept"],
    );
}

#[tokio::test]
async fn the_last_method_of_a_builder_reports_the_first_invalid_argument() {
    let builder = MockEcr::builder().region("US EAST").repository("App");
    let expected = ["invalid argument in region(\"US EAST\")", "invalid region"];
    assert_error_chain(&start_error(builder).await, &expected);
    let builder = MockEcr::builder().repository("App").region("US EAST");
    let expected = ["invalid argument in repository(\"App\")", "lower-case"];
    assert_error_chain(&start_error(builder).await, &expected);
    let builder = MockEcr::builder().proxy_endpoint("localhost");
    let expected = ["in proxy_endpoint(\"localhost\")", "expected aws, mock"];
    assert_error_chain(&start_error(builder).await, &expected);

    let ecr = MockEcr::start().await.unwrap();
    let error = ecr.faults().error("Slow").times(1).set().unwrap_err();
    let expected = [
        "invalid argument in error(\"Slow\")",
        "or another exception of ECR",
    ];
    assert_error_chain(&error, &expected);
    let misspelled = ecr.faults().error("ThrotlingException").set().unwrap_err();
    let expected = ["in error(\"Throt", "did you mean \"ThrottlingException\"?"];
    assert_error_chain(&misspelled, &expected);
    let misspelled = ecr.faults().throttling().method("GETS").set().unwrap_err();
    let expected = [
        "invalid method \"GETS\": expected one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS; did you mean \"GET\"?",
    ];
    assert_error_chain(&misspelled, &expected);
    let misspelled = ecr.faults().throttling().operation("GetAuthToken");
    let expected = [
        "invalid argument in operation(\"GetAuthToken\")",
        "did you mean \"GetAuthorizationToken\"?",
    ];
    assert_error_chain(&misspelled.set().unwrap_err(), &expected);
    let error = ecr
        .faults()
        .throttling()
        .probability(2.0)
        .set()
        .unwrap_err();
    assert_error_chain(
        &error,
        &["invalid probability 2: expected a number from 0 to 1"],
    );
    assert!(ecr.faults().list().is_empty());
}

#[tokio::test]
async fn an_invalid_layout_is_reported_once() {
    let folder = tempfile::tempdir().unwrap();
    let assert_start_error = async |builder: MockEcrBuilder, expected: &[&str]| {
        let error = start_error(builder).await;
        assert_error_chain(&error, expected);
    };
    let context = "cannot create the repositories of the configuration";
    let key = "repositories[0].layout: cannot import the image layout";
    let expected = [context, key, "index.json cannot be read", "No such file"];
    assert_start_error(with_layout(folder.path()), &expected).await;
    let index = folder.path().join("index.json");
    std::fs::write(&index, "{}").unwrap();
    let expected = [
        context,
        key,
        "is not the index of an OCI layout",
        "missing field",
    ];
    assert_start_error(with_layout(folder.path()), &expected).await;
    let digest = format!("sha256:{}", "0".repeat(64));
    let tag = r#""annotations":{"org.opencontainers.image.ref.name":"a b"}"#;
    let tagged = format!(r#"{{"manifests":[{{"digest":"{digest}",{tag}}}]}}"#);
    std::fs::write(&index, tagged).unwrap();
    let expected = [context, key, "invalid tag in", "invalid tag \"a b\""];
    assert_start_error(with_layout(folder.path()), &expected).await;
}

#[tokio::test]
async fn a_failed_reset_is_reported_once() {
    let folder = tempfile::tempdir().unwrap();
    let index = folder.path().join("index.json");
    std::fs::write(&index, r#"{"manifests":[]}"#).unwrap();
    let ecr = with_layout(folder.path()).start().await.unwrap();
    std::fs::remove_file(index).unwrap();
    let error = ecr.reset(Preserve::Nothing).await.unwrap_err();
    let context = "cannot reset the repositories to those of the configuration";
    let key = "repositories[0].layout: cannot import the image layout";
    let expected = [context, key, "index.json cannot be read", "No such file"];
    assert_error_chain(&error, &expected);
}

/// Returns the builder of a mock whose initial state has the images of a layout.
fn with_layout(folder: &Path) -> MockEcrBuilder {
    let folder = folder.display();
    let toml = format!("[[repositories]]\nname = 'app'\nlayout = '{folder}'\n");
    MockEcr::from_config(Config::parse(&toml).unwrap())
}

#[tokio::test]
async fn an_unknown_region_is_reported_unless_it_is_added() {
    let error = start_error(MockEcr::builder().region("us-eest-1")).await;
    let expected = [
        "region: invalid value \"us-eest-1\": expected a Region of AWS",
        "did you mean \"us-east-1\"?",
    ];
    assert_error_chain(&error, &expected);
    let builder = MockEcr::builder().region("mars").additional_region("mars");
    assert_eq!(
        builder.start().await.unwrap().config().region.as_str(),
        "mars"
    );
    let error = start_error(MockEcr::builder().additional_region("Mars")).await;
    assert!(
        error.to_string().contains("additional_region(\"Mars\")"),
        "{error}"
    );
}
