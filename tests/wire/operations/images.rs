//! Operations on images, and the same images in the registry.

use super::{Api, HELLO, put_input};
use crate::image::{IMAGE, IMAGE_DIGEST, OCI_INDEX, OCI_MANIFEST, OTHER_IMAGE, image_with};
use crate::raw::RawRequest;

#[tokio::test]
async fn an_image_that_is_put_can_be_pulled() {
    let api = Api::start().await;
    let put = api.put("latest", IMAGE).await;
    assert_eq!(
        put,
        format!(
            r#"{{"image":{{"imageId":{{"imageDigest":"{IMAGE_DIGEST}","imageTag":"latest"}},"imageManifest":"{}","imageManifestMediaType":"{OCI_MANIFEST}","registryId":"123456789012","repositoryName":"app"}}}}"#,
            IMAGE.replace('"', "\\\"")
        )
    );
    let token = api.0.issue_token();
    let pull = RawRequest::new("GET", "/v2/app/manifests/latest").with_token(&token);
    let pulled = pull.to(&api.0).await;
    assert_eq!(
        (&pulled.body[..], pulled.header("content-type")),
        (IMAGE, OCI_MANIFEST)
    );
    let text = format!(
        "Image with digest '{IMAGE_DIGEST}' and tag 'latest' already exists in the repository with name 'app' in registry with id '123456789012'"
    );
    let input = put_input("latest", IMAGE);
    api.assert_error("PutImage", &input, "ImageAlreadyExistsException", &text)
        .await;
}

#[tokio::test]
async fn an_image_that_was_pushed_is_described() {
    let api = Api::start().await;
    let token = api.0.issue_token();
    let request = |method, path: &str| RawRequest::new(method, path).with_token(&token);
    let upload = format!("/v2/app/blobs/uploads/?digest={HELLO}");
    assert_eq!(
        request("POST", &upload)
            .body("hello")
            .to(&api.0)
            .await
            .status(),
        201
    );
    let manifest = format!(
        r#"{{"mediaType":"{OCI_MANIFEST}","artifactType":"a/b","subject":{{"digest":"{IMAGE_DIGEST}"}},"layers":[{{"digest":"{HELLO}","size":5}}]}}"#
    );
    let push = request("PUT", "/v2/app/manifests/1.0").with("Content-Type", OCI_MANIFEST);
    let pushed = push.body(&manifest[..]).to(&api.0).await;
    let digest = pushed.header("docker-content-digest");
    let detail = format!(
        r#"{{"artifactMediaType":"a/b","imageDigest":"{digest}","imageManifestMediaType":"{OCI_MANIFEST}","imagePushedAt":1.448832653241E9,"imageSizeInBytes":5,"imageStatus":"ACTIVE","imageTags":["1.0"],"registryId":"123456789012","repositoryName":"app","subjectManifestDigest":"{IMAGE_DIGEST}"}}"#
    );
    for ids in ["", r#","imageIds":[{"imageTag":"1.0"}]"#] {
        let input = format!(r#"{{"repositoryName":"app"{ids}}}"#);
        let described = api.output("DescribeImages", &input).await;
        assert_eq!(described, format!(r#"{{"imageDetails":[{detail}]}}"#));
    }
}

#[tokio::test]
async fn an_absent_image_is_reported_with_its_id() {
    // Source of the text: getmoto/moto, `ecr/exceptions.py`.
    let api = Api::start().await;
    let text = "The image with imageId {imageDigest:'null', imageTag:'x'} does not exist within the repository with name 'app' in the registry with id '123456789012'";
    let input = r#"{"repositoryName":"app","imageIds":[{"imageTag":"x"}]}"#;
    api.assert_error("DescribeImages", input, "ImageNotFoundException", text)
        .await;
}

#[tokio::test]
async fn images_are_listed_in_pages_and_by_tag_status() {
    let api = Api::start().await;
    for tag in ["b", "a"] {
        api.put(tag, IMAGE).await;
    }
    api.put("c", OTHER_IMAGE).await;
    let untag = r#"{"repositoryName":"app","imageIds":[{"imageTag":"c"}]}"#;
    let all = api
        .output("ListImages", r#"{"repositoryName":"app"}"#)
        .await;
    let of = |tag: &str| format!(r#"{{"imageDigest":"{IMAGE_DIGEST}","imageTag":"{tag}"}}"#);
    assert!(all.contains(&format!("{},{}", of("a"), of("b"))), "{all}");
    let mut seen = Vec::new();
    let mut next = String::new();
    loop {
        let input = format!(r#"{{"repositoryName":"app","maxResults":1{next}}}"#);
        let page = api.output("ListImages", &input).await;
        let page: serde_json::Value = serde_json::from_str(&page).unwrap();
        seen.push(page["imageIds"][0]["imageTag"].as_str().unwrap().to_owned());
        match page["nextToken"].as_str() {
            Some(token) => next = format!(r#","nextToken":"{token}""#),
            None => break,
        }
    }
    seen.sort();
    assert_eq!(seen, ["a", "b", "c"]);
    api.output("BatchDeleteImage", untag).await;
    let untagged = r#"{"repositoryName":"app","filter":{"tagStatus":"UNTAGGED"}}"#;
    assert_eq!(
        api.output("ListImages", untagged).await,
        r#"{"imageIds":[]}"#
    );
}

#[tokio::test]
async fn batch_operations_return_images_and_failures() {
    // Source of the codes: the enum ImageFailureCode of the service model; the texts are [ASSUME].
    let api = Api::start().await;
    api.put("latest", IMAGE).await;
    let other = HELLO;
    for (image_id, code) in [
        (r#"{"imageTag":"none"}"#.to_owned(), "ImageNotFound"),
        ("{}".to_owned(), "MissingDigestAndTag"),
        (r#"{"imageDigest":"x"}"#.to_owned(), "InvalidImageDigest"),
        (r#"{"imageTag":"a b"}"#.to_owned(), "InvalidImageTag"),
        (format!(r#"{{"imageDigest":"{other}"}}"#), "ImageNotFound"),
        (
            format!(r#"{{"imageDigest":"{IMAGE_DIGEST}","imageTag":"x"}}"#),
            "ImageTagDoesNotMatchDigest",
        ),
    ] {
        let input = format!(
            r#"{{"repositoryName":"app","imageIds":[{image_id},{{"imageTag":"latest"}}]}}"#
        );
        for operation in ["BatchGetImage", "BatchDeleteImage"] {
            let input = match operation {
                "BatchGetImage" => input.clone(),
                _ => format!(r#"{{"repositoryName":"app","imageIds":[{image_id}]}}"#),
            };
            let output = api.output(operation, &input).await;
            let failure = format!(r#"{{"failures":[{{"failureCode":"{code}","#);
            assert!(output.starts_with(&failure), "{operation}: {output}");
            assert!(
                output.contains(&format!(r#""imageId":{image_id}}}]"#)),
                "{output}"
            );
            let has_image = output.contains(r#""imageManifest":"{"#);
            assert_eq!(has_image, operation == "BatchGetImage");
        }
    }
}

#[tokio::test]
async fn an_image_is_deleted_with_its_last_tag() {
    // Source: the description of BatchDeleteImage in AWS's API reference.
    let api = Api::start().await;
    for tag in ["a", "b"] {
        api.put(tag, IMAGE).await;
    }
    for (tag, left) in [("a", 1), ("b", 0)] {
        let input = format!(r#"{{"repositoryName":"app","imageIds":[{{"imageTag":"{tag}"}}]}}"#);
        let gone = api.output("BatchDeleteImage", &input).await;
        let image_id = format!(r#"{{"imageDigest":"{IMAGE_DIGEST}","imageTag":"{tag}"}}"#);
        assert_eq!(
            gone,
            format!(r#"{{"failures":[],"imageIds":[{image_id}]}}"#)
        );
        let described = api
            .output("DescribeImages", r#"{"repositoryName":"app"}"#)
            .await;
        assert_eq!(described.matches("imageDigest").count(), left);
    }
}

#[tokio::test]
async fn an_image_that_an_index_references_is_not_deleted() {
    // Source of the code: the enum ImageFailureCode of the service model.
    let api = Api::start().await;
    api.put("one", IMAGE).await;
    let index = format!(r#"{{"manifests":[{{"digest":"{IMAGE_DIGEST}"}}]}}"#);
    let put = put_input("all", &index).replace(OCI_MANIFEST, OCI_INDEX);
    api.output("PutImage", &put).await;
    let input = r#"{"repositoryName":"app","imageIds":[{"imageTag":"one"}]}"#;
    let output = api.output("BatchDeleteImage", input).await;
    assert!(output.contains("ImageReferencedByManifestList"), "{output}");
    let both = r#"{"repositoryName":"app","imageIds":[{"imageTag":"all"},{"imageTag":"one"}]}"#;
    let output = api.output("BatchDeleteImage", both).await;
    assert!(output.starts_with(r#"{"failures":[],"#), "{output}");
}

#[tokio::test]
async fn an_invalid_or_incomplete_manifest_is_rejected() {
    // Source: the table of rejections.
    let api = Api::start().await;
    let input = |manifest: &str| {
        let manifest = manifest.replace('"', "\\\"");
        format!(r#"{{"repositoryName":"app","imageManifest":"{manifest}"}}"#)
    };
    let text =
        "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax'";
    api.assert_error("PutImage", &input("{"), "InvalidParameterException", text)
        .await;
    for (media_type, member, kind, code) in [
        (OCI_MANIFEST, "layers", "Layers", "LayersNotFoundException"),
        (
            OCI_INDEX,
            "manifests",
            "Images",
            "ReferencedImagesNotFoundException",
        ),
    ] {
        let manifest =
            format!(r#"{{"mediaType":"{media_type}","{member}":[{{"digest":"{HELLO}"}}]}}"#);
        let text = format!(
            "{kind} with digests '[{HELLO}]' required for pushing image into repository with name 'app' in the registry with id '123456789012' do not exist"
        );
        api.assert_error("PutImage", &input(&manifest), code, &text)
            .await;
    }
    let wrong =
        format!(r#"{{"repositoryName":"app","imageManifest":"{{}}","imageDigest":"{HELLO}"}}"#);
    let text = format!(
        "The image with digest '{HELLO}' in repository 'app' and registry ID '123456789012' does not match the image digest that Amazon ECR has calculated."
    );
    let code = "ImageDigestDoesNotMatchException";
    api.assert_error("PutImage", &wrong, code, &text).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_calls_delete_each_image_once() {
    let api = Api::start().await;
    for round in 0..5 {
        let mut ids = Vec::new();
        for image in 0..20 {
            let tag = format!("{round}-{image}");
            let annotations = format!(r#""annotations":{{"n":"{tag}"}}"#);
            api.put(&tag, &image_with(&annotations)).await;
            ids.push(format!(r#"{{"imageTag":"{tag}"}}"#));
        }
        let input = format!(
            r#"{{"repositoryName":"app","imageIds":[{}]}}"#,
            ids.join(",")
        );
        let delete = || api.output("BatchDeleteImage", &input);
        let outputs = tokio::join!(delete(), delete(), delete(), delete());
        let outputs = [outputs.0, outputs.1, outputs.2, outputs.3].concat();
        // Each image is in the result of one call, and a failure of the others.
        let failures = outputs.matches(r#""failureCode":"ImageNotFound""#).count();
        let deleted = outputs.matches(r#""imageDigest""#).count();
        assert_eq!((deleted, failures), (20, 60), "{outputs}");
    }
}

#[tokio::test]
async fn a_media_type_that_a_header_cannot_contain_is_rejected() {
    let api = Api::start().await;
    let text = "Invalid parameter at 'imageManifestMediaType' failed to satisfy constraint: 'Invalid media type'";
    for media_type in [r"a/b\u0001c", r"a/b\r\nX: y", "a/\u{e9}"] {
        let input = format!(
            r#"{{"repositoryName":"app","imageTag":"a","imageManifest":"{{}}","imageManifestMediaType":"{media_type}"}}"#
        );
        api.assert_error("PutImage", &input, "InvalidParameterException", text)
            .await;
    }
}

#[tokio::test]
async fn no_image_is_archived() {
    let api = Api::start().await;
    api.put("a", IMAGE).await;
    let input = r#"{"repositoryName":"app","filter":{"imageStatus":"ARCHIVED"}}"#;
    let listed = api.output("ListImages", input).await;
    assert_eq!(listed, r#"{"imageIds":[]}"#);
    let described = api.output("DescribeImages", input).await;
    assert_eq!(described, r#"{"imageDetails":[]}"#);
}

#[tokio::test]
async fn the_size_of_an_index_is_that_of_its_largest_image() {
    // Source: the documentation of `imageSizeInBytes` in the service model.
    let api = Api::start().await;
    let token = api.0.issue_token();
    let upload = format!("/v2/app/blobs/uploads/?digest={HELLO}");
    let upload = RawRequest::new("POST", &upload).with_token(&token);
    upload.body("hello").to(&api.0).await;
    let image = format!(r#"{{"layers":[{{"digest":"{HELLO}","size":5}}]}}"#);
    let put = api.put("large", &image).await;
    let (_, digest) = put.split_once(r#""imageDigest":""#).unwrap();
    let digest = &digest[..digest.find('"').unwrap()];
    api.put("small", IMAGE).await;
    let index =
        format!(r#"{{"manifests":[{{"digest":"{IMAGE_DIGEST}"}},{{"digest":"{digest}"}}]}}"#);
    let put = put_input("index", &index).replace(OCI_MANIFEST, OCI_INDEX);
    api.output("PutImage", &put).await;
    let input = r#"{"repositoryName":"app","imageIds":[{"imageTag":"index"}]}"#;
    let described = api.output("DescribeImages", input).await;
    assert!(
        described.contains(r#""imageSizeInBytes":5,"#),
        "{described}"
    );
}

#[tokio::test]
async fn a_manifest_that_is_longer_with_its_escapes_is_accepted() {
    // Source: the service model limits the characters of the manifest.
    let api = Api::start().await;
    let escaped = "\\u0061".repeat(1_400_000);
    let image = image_with(r#""annotations":{"a":"LONG"}"#);
    let input = put_input("long", &image).replace("LONG", &escaped);
    let response = api.call("PutImage", &input).await;
    assert_eq!(response.status(), 200);
}

#[tokio::test]
async fn the_length_of_a_manifest_is_counted_in_characters() {
    // Source: as above. `é` has two bytes.
    let api = Api::start().await;
    let around = image_with(r#""annotations":{"a":"WIDE"}"#);
    let most = 4_194_304 - (around.len() - "WIDE".len());
    let token = api.0.issue_token();
    for (count, api_status, registry_status) in [(most, 200, 201), (most + 1, 400, 405)] {
        let wide = "é".repeat(count);
        let input = put_input("wide", &around).replace("WIDE", &wide);
        let put = api.call("PutImage", &input).await;
        let manifest = around.replace("WIDE", &wide);
        let push = RawRequest::new("PUT", "/v2/app/manifests/wide").with_token(&token);
        let push = push.with("Content-Type", OCI_MANIFEST).body(manifest);
        let pushed = push.to(&api.0).await;
        assert_eq!(
            (put.status(), pushed.status()),
            (api_status, registry_status)
        );
        let text = "must have length less than or equal to 4194304";
        for rejected in [put, pushed] {
            let is_rejected = rejected.status() >= 400;
            assert_eq!(rejected.body.contains(text), is_rejected);
        }
    }
}

#[tokio::test]
async fn named_images_and_repositories_have_no_pages() {
    // Source: the documentation of `maxResults` and `nextToken` in the service model; the text is [ASSUME].
    let api = Api::start().await;
    for (operation, names, list) in [
        (
            "DescribeImages",
            r#""repositoryName":"app","imageIds":[{"imageTag":"a"}]"#,
            "imageIds",
        ),
        (
            "DescribeRepositories",
            r#""repositoryNames":["app"]"#,
            "repositoryNames",
        ),
    ] {
        for (member, value) in [("maxResults", "1"), ("nextToken", r#""x""#)] {
            let input = format!(r#"{{{names},"{member}":{value}}}"#);
            let text = format!(
                "Invalid parameter at '{member}' failed to satisfy constraint: 'cannot be used with {list}'"
            );
            let code = "InvalidParameterException";
            api.assert_error(operation, &input, code, &text).await;
        }
    }
}

/// Source of the length: `ImageTag` in the service model. OCI Distribution 1.1 permits 128 characters.
#[tokio::test]
async fn a_tag_has_at_most_300_characters() {
    let (long, longer) = ("a".repeat(300), "a".repeat(301));
    for (dialect, pushed) in [("ecr", 201), ("oci", 400)] {
        let config = format!("dialect = '{dialect}'\n[[repositories]]\nname = 'app'\n");
        let api = Api::with_config(&config).await;
        api.put(&long, IMAGE).await;
        let all = r#"{"repositoryName":"app"}"#;
        let one = format!(r#"{{"repositoryName":"app","imageIds":[{{"imageTag":"{long}"}}]}}"#);
        for (operation, input) in [
            ("ListImages", all),
            ("DescribeImages", all),
            ("BatchGetImage", &one),
        ] {
            let output = api.output(operation, input).await;
            let tag = format!("\"{long}\"");
            assert!(output.contains(&tag), "{operation}: {output}");
        }
        let text = "Invalid parameter at 'imageTag' failed to satisfy constraint: 'must have length less than or equal to 300'";
        let input = put_input(&longer, IMAGE);
        let code = "InvalidParameterException";
        api.assert_error("PutImage", &input, code, text).await;
        let token = api.0.issue_token();
        let send = async |method, path: &str, body| {
            let request = RawRequest::new(method, path).with_token(&token);
            let request = request.with("Content-Type", OCI_MANIFEST).body(body);
            request.to(&api.0).await
        };
        let tags = send("GET", "/v2/app/tags/list", "").await;
        assert!(tags.body.contains(&long), "{}", tags.body);
        let manifest = format!("/v2/app/manifests/{long}");
        assert_eq!(send("GET", &manifest, "").await.body, IMAGE);
        assert_eq!(send("PUT", &manifest, IMAGE).await.status(), pushed);
        assert_eq!(send("DELETE", &manifest, "").await.status(), 202);
        let longer = send("PUT", &format!("/v2/app/manifests/{longer}"), IMAGE).await;
        let has_text = longer.body.contains(text);
        assert_eq!(has_text, dialect == "ecr", "{}", longer.body);
    }
}
