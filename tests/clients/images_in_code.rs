//! A client reads images that were created in code. The mock runs in the process of the test.

use std::process::Command;

use mock_ecr::MockEcr;
use mock_ecr::repository::Image;
use serde_json::Value;

use crate::layout::{Layout, tar};

#[test]
fn skopeo_copies_an_image_created_in_code() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let layer = tar("hello");
    let image = Image::new().layer(layer.clone()).tag("1.0");
    let mock = MockEcr::builder().image("team/app", image);
    let ecr = runtime.block_on(mock.start()).unwrap();
    let app = ecr.repository("team/app");
    let digests = runtime.block_on(app.digests()).unwrap();
    let manifest = runtime.block_on(app.manifest("1.0")).unwrap();
    let source = format!("docker://{}/team/app:1.0", ecr.address());
    let login = format!("AWS:{}", ecr.issue_token().password());

    let inspect = ["inspect", "--tls-verify=false", "--creds", &login, &source];
    let inspected: Value = serde_json::from_slice(&skopeo(&inspect)).unwrap();
    assert_eq!(inspected["Digest"], digests[0].as_str());
    assert_eq!(inspected["Architecture"], "amd64");
    assert_eq!(inspected["Layers"].as_array().unwrap().len(), 1);

    let pulled = Layout::empty();
    // Without `--preserve-digests`, skopeo compresses the layer.
    let copy = ["copy", "--preserve-digests", "--src-tls-verify=false"];
    let copy = [&copy[..], &["--src-creds", &login]].concat();
    skopeo(&[&copy[..], &[&source, &pulled.reference()]].concat());
    assert_eq!(pulled.digest(), digests[0].as_str());
    let blobs = pulled.blobs();
    assert_eq!(blobs.len(), 3);
    assert!(blobs.values().any(|blob| *blob == layer));
    assert!(blobs.values().any(|blob| *blob == manifest));
}

fn skopeo(arguments: &[&str]) -> Vec<u8> {
    let output = Command::new("skopeo").args(arguments).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    output.stdout
}
