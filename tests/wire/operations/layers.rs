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

/// Uploads `hello` and returns the ID of the upload.
async fn upload_hello(api: &Api) -> String {
    let upload = begin(api).await;
    let hello = part(&upload, 0, 4, "aGVsbG8=");
    api.output("UploadLayerPart", &hello).await;
    api.output("CompleteLayerUpload", &end(&upload, HELLO))
        .await;
    upload
}

fn image_of_hello() -> String {
    format!(r#"{{"layers":[{{"digest":"{HELLO}","size":5}}]}}"#)
}

const FIVE_MIB: u64 = 5 << 20;
/// The digest of 5 MiB of zeros and of `lo`.
const LARGE: &str = "sha256:c16847cfbd96ae03067b8ba8b9cf42ef1f0754a64e275fdf1bac01b6e7055ce3";

#[tokio::test]
async fn a_layer_is_uploaded_in_parts_and_downloaded_from_its_url() {
    let api = Api::start().await;
    let upload = begin(&api).await;
    let rest =
        format!(r#""registryId":"123456789012","repositoryName":"app","uploadId":"{upload}"}}"#);
    // 5 MiB of zeros are a multiple of 3 and 2 bytes more.
    let zeros = format!("{}AAA=", "A".repeat((FIVE_MIB as usize / 3) * 4));
    let parts = [
        (0, FIVE_MIB - 1, &zeros[..]),
        (FIVE_MIB, FIVE_MIB + 1, "bG8="),
    ];
    for (first, last, blob) in parts {
        let uploaded = api
            .output("UploadLayerPart", &part(&upload, first, last, blob))
            .await;
        assert_eq!(uploaded, format!(r#"{{"lastByteReceived":{last},{rest}"#));
    }
    let done = api
        .output("CompleteLayerUpload", &end(&upload, LARGE))
        .await;
    assert_eq!(done, format!(r#"{{"layerDigest":"{LARGE}",{rest}"#));
    upload_hello(&api).await;
    api.put("latest", &image_of_hello()).await;
    let input = format!(
        r#"{{"repositoryName":"app","layerDigests":["{HELLO}","sha256:{}","x",""]}}"#,
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
    assert!(output.contains(r#"{"failureCode":"MissingLayerDigest""#));
    let input = format!(r#"{{"repositoryName":"app","layerDigest":"{HELLO}"}}"#);
    let url = api.output("GetDownloadUrlForLayer", &input).await;
    let path = url
        .strip_prefix(r#"{"downloadUrl":"http://localhost"#)
        .unwrap();
    let layer = RawRequest::new("GET", path.split('"').next().unwrap());
    assert_eq!(layer.to(&api.0).await.body, "hello");
}

/// Source: `awscli/examples/ecr/batch-check-layer-availability.rst` in aws/aws-cli.
#[tokio::test]
async fn the_media_type_of_a_layer_is_that_in_the_manifest_of_an_image() {
    let api = Api::start().await;
    upload_hello(&api).await;
    let input = format!(r#"{{"repositoryName":"app","layerDigests":["{HELLO}"]}}"#);
    let check = async || api.output("BatchCheckLayerAvailability", &input).await;
    let without_type =
        format!(r#"{{"layerAvailability":"AVAILABLE","layerDigest":"{HELLO}","layerSize":5}}"#);
    assert!(check().await.contains(&without_type));
    let media_type = "application/vnd.oci.image.layer.v1.tar+gzip";
    let layer = format!(r#"{{"mediaType":"{media_type}","digest":"{HELLO}","size":5}}"#);
    api.put("latest", &format!(r#"{{"layers":[{layer}]}}"#))
        .await;
    let with_type = without_type.replace('}', &format!(r#","mediaType":"{media_type}"}}"#));
    let output = check().await;
    assert!(output.contains(&with_type), "{output}");
    let image = r#"{"repositoryName":"app","imageIds":[{"imageTag":"latest"}]}"#;
    api.output("BatchDeleteImage", image).await;
    assert!(check().await.contains(&without_type));
}

#[tokio::test]
async fn an_invalid_host_is_not_in_the_url_of_a_layer() {
    let api = Api::start().await;
    upload_hello(&api).await;
    api.put("latest", &image_of_hello()).await;
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
    // Source of the members: the service model; of the text: the table of rejections.
    let api = Api::start().await;
    let upload = begin(&api).await;
    api.output("UploadLayerPart", &part(&upload, 0, 2, "aGVs"))
        .await;
    let rejected = api
        .call("UploadLayerPart", &part(&upload, 4, 5, "bG8="))
        .await;
    let body = format!(
        r#"{{"__type":"InvalidLayerPartException","lastValidByteReceived":2,"message":"First byte of the layer part is 4 instead of 3","registryId":"123456789012","repositoryName":"app","uploadId":"{upload}"}}"#
    );
    assert_eq!((rejected.status(), rejected.body), (400, body));
}

#[tokio::test]
async fn an_invalid_upload_is_rejected() {
    // Source of the codes: the service model.
    let api = Api::start().await;
    let upload = begin(&api).await;
    let rejected = async |operation: &str, input: &str, code: &str| {
        let response = api.call(operation, input).await;
        assert!(response.body.contains(code), "{}", response.body);
    };
    rejected(
        "CompleteLayerUpload",
        &end(&upload, HELLO),
        &format!("The upload with id '{upload}' in the repository with name 'app' in registry with id '123456789012' cannot be completed because it does not have any parts."),
    )
    .await;
    rejected(
        "UploadLayerPart",
        &part(&upload, 0, 9, "aGVs"),
        "InvalidLayerPartException",
    )
    .await;
    rejected(
        "UploadLayerPart",
        &part(&upload, 9, 0, "aGVs"),
        "InvalidLayerPartException",
    )
    .await;
    api.output("UploadLayerPart", &part(&upload, 0, 2, "aGVs"))
        .await;
    rejected(
        "CompleteLayerUpload",
        &end(&upload, HELLO),
        "None of the provided layer digests match the calculated layer digest",
    )
    .await;
    api.output("UploadLayerPart", &part(&upload, 3, 4, "bG8="))
        .await;
    rejected(
        "CompleteLayerUpload",
        &end(&upload, HELLO),
        r#""__type":"LayerPartTooSmallException","message":"All layer parts except the last part should be at least 5MB""#,
    )
    .await;
    let completed = upload_hello(&api).await;
    rejected(
        "CompleteLayerUpload",
        &end(&completed, HELLO),
        "UploadNotFoundException",
    )
    .await;
    let again = begin(&api).await;
    api.output("UploadLayerPart", &part(&again, 0, 4, "aGVsbG8="))
        .await;
    rejected(
        "CompleteLayerUpload",
        &end(&again, HELLO),
        // [ASSUME]: the end of the text is that of ImageAlreadyExistsException (buildkite-plugins/ecr-buildkite-plugin#111).
        &format!(r#""__type":"LayerAlreadyExistsException","message":"The layer with digest '{HELLO}' already exists in the repository with name 'app' in registry with id '123456789012'""#),
    )
    .await;
}

#[tokio::test]
async fn a_missing_layer_has_no_url() {
    // Source: monken/aws-ecr-public#11.
    let api = Api::start().await;
    let digest = format!("sha256:{}", "0".repeat(64));
    let input = format!(r#"{{"repositoryName":"app","layerDigest":"{digest}"}}"#);
    let text = format!(
        "The layer with digest '{digest}' does not exist within the repository with name 'app' in the registry with id '123456789012'"
    );
    let code = "LayersNotFoundException";
    api.assert_error("GetDownloadUrlForLayer", &input, code, &text)
        .await;
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

#[tokio::test]
async fn one_of_several_sha256_digests_must_match() {
    // Source: `ecr/layer_writer.go` of awslabs/amazon-ecr-containerd-resolver.
    let api = Api::start().await;
    let other = format!("sha256:{}", "0".repeat(64));
    for (digests, status) in [
        (format!(r#""{other}""#), 400),
        (format!(r#""{other}","md5:aabb""#), 400),
        (format!(r#""{other}","{HELLO}""#), 200),
    ] {
        let upload = begin(&api).await;
        let hello = part(&upload, 0, 4, "aGVsbG8=");
        api.output("UploadLayerPart", &hello).await;
        let input = format!(
            r#"{{"repositoryName":"app","uploadId":"{upload}","layerDigests":[{digests}]}}"#
        );
        let response = api.call("CompleteLayerUpload", &input).await;
        assert_eq!(response.status(), status, "{digests}: {}", response.body);
    }
    let upload = begin(&api).await;
    api.output("UploadLayerPart", &part(&upload, 0, 2, "aGVs"))
        .await;
    let done = api
        .output("CompleteLayerUpload", &end(&upload, "md5:aabb"))
        .await;
    assert!(done.starts_with(r#"{"layerDigest":"sha256:"#), "{done}");
}

#[tokio::test]
async fn a_layer_of_no_image_has_no_url() {
    // Source of the code and the text: the documentation of `LayerInaccessibleException` in the service model.
    let api = Api::start().await;
    upload_hello(&api).await;
    let input = format!(r#"{{"repositoryName":"app","layerDigest":"{HELLO}"}}"#);
    let text = "The specified layer is not available because it is not associated with an image. Unassociated image layers may be cleaned up at any time.";
    let code = "LayerInaccessibleException";
    api.assert_error("GetDownloadUrlForLayer", &input, code, text)
        .await;
}
