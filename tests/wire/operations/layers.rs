//! Operations on layers: upload in parts, availability, download URLs.

use super::{Api, HELLO};
use crate::raw::RawRequest;

/// Starts an upload and returns its ID.
async fn begin(api: &Api) -> String {
    let begun = api
        .output("InitiateLayerUpload", r#"{"repositoryName":"app"}"#)
        .await;
    let upload = begun
        .strip_prefix(r#"{"partSize":10485760,"uploadId":""#)
        .unwrap();
    upload.strip_suffix(r#""}"#).unwrap().to_owned()
}

fn part(upload: &str, first: u64, last: u64, blob: &str) -> String {
    format!(
        r#"{{"repositoryName":"app","uploadId":"{upload}","partFirstByte":{first},"partLastByte":{last},"layerPartBlob":"{blob}"}}"#
    )
}

fn end(upload: &str, digest: &str) -> String {
    format!(r#"{{"repositoryName":"app","uploadId":"{upload}","layerDigests":["{digest}"]}}"#)
}

#[tokio::test]
async fn a_layer_is_uploaded_in_parts_and_downloaded_from_its_url() {
    let api = Api::start().await;
    let upload = begin(&api).await;
    let rest =
        format!(r#""registryId":"123456789012","repositoryName":"app","uploadId":"{upload}"}}"#);
    for (first, last, blob) in [(0, 2, "aGVs"), (3, 4, "bG8=")] {
        let uploaded = api
            .output("UploadLayerPart", &part(&upload, first, last, blob))
            .await;
        assert_eq!(uploaded, format!(r#"{{"lastByteReceived":{last},{rest}"#));
    }
    let done = api
        .output("CompleteLayerUpload", &end(&upload, HELLO))
        .await;
    assert_eq!(done, format!(r#"{{"layerDigest":"{HELLO}",{rest}"#));
    let input = format!(
        r#"{{"repositoryName":"app","layerDigests":["{HELLO}","sha256:{}","x"]}}"#,
        "0".repeat(64)
    );
    let output = api.output("BatchCheckLayerAvailability", &input).await;
    assert!(
        output.contains(&format!(
            r#"{{"layerAvailability":"AVAILABLE","layerDigest":"{HELLO}","layerSize":5}}"#
        )),
        "{output}"
    );
    assert!(output.contains(r#"{"layerAvailability":"UNAVAILABLE","layerDigest":"sha256:00"#));
    assert!(output.contains(r#"{"failureCode":"InvalidLayerDigest""#));
    let input = format!(r#"{{"repositoryName":"app","layerDigest":"{HELLO}"}}"#);
    let url = api.output("GetDownloadUrlForLayer", &input).await;
    let path = url
        .strip_prefix(r#"{"downloadUrl":"http://localhost"#)
        .unwrap();
    let layer = RawRequest::new("GET", path.split('"').next().unwrap());
    assert_eq!(layer.to(&api.0).await.body, "hello");
}

#[tokio::test]
async fn an_invalid_host_is_not_in_the_url_of_a_layer() {
    let api = Api::start().await;
    let upload = begin(&api).await;
    api.output("UploadLayerPart", &part(&upload, 0, 4, "aGVsbG8="))
        .await;
    api.output("CompleteLayerUpload", &end(&upload, HELLO))
        .await;
    let input = format!(r#"{{"repositoryName":"app","layerDigest":"{HELLO}"}}"#);
    let call = RawRequest::call("GetDownloadUrlForLayer").body(input);
    let local = format!("http://localhost:{}/", api.0.address().port());
    for (host, url) in [
        ("mock.test:1", "http://mock.test:1/"),
        ("mock..test", &local),
        ("a,b", &local),
    ] {
        let output = call.clone().on_host(host).signed().to(&api.0).await.body;
        let start = format!(r#"{{"downloadUrl":"{url}"#);
        assert!(output.starts_with(&start), "{host}: {output}");
    }
}

#[tokio::test]
async fn an_error_for_a_part_out_of_order_has_the_last_valid_byte() {
    // Source of the members: the service model; the text is [ASSUME].
    let api = Api::start().await;
    let upload = begin(&api).await;
    api.output("UploadLayerPart", &part(&upload, 0, 2, "aGVs"))
        .await;
    let rejected = api
        .call("UploadLayerPart", &part(&upload, 4, 5, "bG8="))
        .await;
    let body = format!(
        r#"{{"__type":"InvalidLayerPartException","lastValidByteReceived":2,"message":"The layer part begins at byte 4, expected byte 3","registryId":"123456789012","repositoryName":"app","uploadId":"{upload}"}}"#
    );
    assert_eq!((rejected.status(), rejected.body), (400, body));
}

#[tokio::test]
async fn an_invalid_upload_is_rejected() {
    // Source of the codes: the service model; the texts are [ASSUME].
    let api = Api::start().await;
    let upload = begin(&api).await;
    let rejected = async |operation: &str, input: &str, code: &str| {
        let response = api.call(operation, input).await;
        assert!(response.body.contains(code), "{}", response.body);
    };
    rejected(
        "CompleteLayerUpload",
        &end(&upload, HELLO),
        "EmptyUploadException",
    )
    .await;
    rejected(
        "UploadLayerPart",
        &part(&upload, 0, 9, "aGVs"),
        "InvalidParameterException",
    )
    .await;
    rejected(
        "UploadLayerPart",
        &part(&upload, 9, 0, "aGVs"),
        "InvalidParameterException",
    )
    .await;
    api.output("UploadLayerPart", &part(&upload, 0, 2, "aGVs"))
        .await;
    rejected(
        "CompleteLayerUpload",
        &end(&upload, HELLO),
        "InvalidLayerException",
    )
    .await;
    api.output("UploadLayerPart", &part(&upload, 3, 4, "bG8="))
        .await;
    api.output("CompleteLayerUpload", &end(&upload, HELLO))
        .await;
    rejected(
        "CompleteLayerUpload",
        &end(&upload, HELLO),
        "UploadNotFoundException",
    )
    .await;
    let again = begin(&api).await;
    api.output("UploadLayerPart", &part(&again, 0, 4, "aGVsbG8="))
        .await;
    rejected(
        "CompleteLayerUpload",
        &end(&again, HELLO),
        "LayerAlreadyExistsException",
    )
    .await;
    let digest = format!("sha256:{}", "0".repeat(64));
    let absent = format!(r#"{{"repositoryName":"app","layerDigest":"{digest}"}}"#);
    rejected("GetDownloadUrlForLayer", &absent, "LayersNotFoundException").await;
    let response = api.call("GetDownloadUrlForLayer", &absent).await;
    let text = format!(
        "The layer with digest '{digest}' does not exist in the repository with name 'app' in the registry with id '123456789012'"
    );
    assert!(response.body.contains(&text), "{}", response.body);
}

#[tokio::test]
async fn a_part_has_the_maximum_length_of_the_model() {
    let api = Api::start().await;
    let upload = begin(&api).await;
    let most = 20_971_520_usize;
    let blob = "A".repeat(most.div_ceil(3) * 4 - 2);
    let blob = format!("{}A=", &blob[..blob.len()]);
    let last = most as u64 - 1;
    api.output("UploadLayerPart", &part(&upload, 0, last, &blob))
        .await;
    let more = format!("{}AAAA", "A".repeat(most.div_ceil(3) * 4));
    let rejected = api
        .call("UploadLayerPart", &part(&upload, 0, last, &more))
        .await;
    assert!(
        rejected.body.contains("less than or equal to 20971520"),
        "{}",
        rejected.body
    );
}
