//! Account settings of a region.

use mock_ecr::{MockEcr, Principal};

use super::{Api, HELLO, put_input};
use crate::raw::RawRequest;
use crate::signer::Signer;

#[tokio::test]
async fn a_setting_has_its_default_until_it_is_set() {
    // Source of the output: an AWS blog post. The defaults are [ASSUME].
    let api = Api::start().await;
    for (name, default) in [
        ("BASIC_SCAN_TYPE_VERSION", "AWS_NATIVE"),
        ("BLOB_MOUNTING", "DISABLED"),
        ("REGISTRY_POLICY_SCOPE", "V2"),
    ] {
        let got = api
            .output("GetAccountSetting", &format!(r#"{{"name":"{name}"}}"#))
            .await;
        assert_eq!(got, format!(r#"{{"name":"{name}","value":"{default}"}}"#));
    }

    let put = r#"{"name":"REGISTRY_POLICY_SCOPE","value":"V1"}"#;
    assert_eq!(api.output("PutAccountSetting", put).await, put);
    let name = r#"{"name":"REGISTRY_POLICY_SCOPE"}"#;
    assert_eq!(api.output("GetAccountSetting", name).await, put);
}

#[tokio::test]
async fn a_setting_applies_to_one_region() {
    let api = Api::start().await;
    let put = r#"{"name":"BLOB_MOUNTING","value":"ENABLED"}"#;
    api.output("PutAccountSetting", put).await;
    let signer = Signer::default().in_region("eu-west-1");
    let call = RawRequest::call("GetAccountSetting").body(r#"{"name":"BLOB_MOUNTING"}"#);
    let elsewhere = call.signed_by(&signer).to(&api.0).await;
    assert_eq!(elsewhere.body, put.replace("ENABLED", "DISABLED"));
}

#[tokio::test]
async fn unknown_names_and_values_are_rejected() {
    // [ASSUME]
    let api = Api::start().await;
    for (operation, input, message) in [
        (
            "GetAccountSetting",
            r#"{"name":"COLOUR"}"#,
            "Invalid parameter at 'name' failed to satisfy constraint: 'must be the name of an account setting'",
        ),
        (
            "PutAccountSetting",
            r#"{"name":"COLOUR","value":"RED"}"#,
            "Invalid parameter at 'name' failed to satisfy constraint: 'must be the name of an account setting'",
        ),
        (
            "PutAccountSetting",
            r#"{"name":"BLOB_MOUNTING","value":"YES"}"#,
            "Invalid parameter at 'value' failed to satisfy constraint: 'Member must satisfy enum value set: [DISABLED, ENABLED]'",
        ),
    ] {
        let code = "InvalidParameterException";
        api.assert_error(operation, input, code, message).await;
    }
}

#[tokio::test]
async fn the_policy_of_the_caller_is_evaluated_before_the_input_is_read() {
    let arn = "arn:aws:iam::123456789012:user/reader".parse().unwrap();
    let reader = Principal::new(arn, "AKIAREADER", "secret").allow(["ecr:Get*"]);
    let ecr = MockEcr::builder().frozen().principal(reader.clone());
    let ecr = ecr.start().await.unwrap();
    let signer = Signer::new(&reader);
    let get = RawRequest::call("GetAccountSetting").body(r#"{"name":"BLOB_MOUNTING"}"#);
    assert_eq!(get.signed_by(&signer).to(&ecr).await.status(), 200);
    let put = RawRequest::call("PutAccountSetting").body(r#"{"name":1}"#);
    let denied = put.signed_by(&signer).to(&ecr).await;
    assert_eq!(denied.status(), 400);
    let text = "User: arn:aws:iam::123456789012:user/reader is not authorized to perform: ecr:PutAccountSetting on resource: * because no identity-based policy allows the ecr:PutAccountSetting action";
    assert!(denied.body.contains(text), "{}", denied.body);
}

#[tokio::test]
async fn the_registry_mounts_layers_if_the_setting_is_enabled() {
    // Source: aws/containers-roadmap#2860 (2026).
    let api =
        Api::with_config("[[repositories]]\nname = 'app'\n[[repositories]]\nname = 'other'\n")
            .await;
    let token = api.0.issue_token();
    let layer = RawRequest::new("POST", format!("/v2/app/blobs/uploads/?digest={HELLO}"));
    let pushed = layer.with_token(&token).body("hello").to(&api.0).await;
    assert_eq!(pushed.status(), 201);
    api.put(
        "1.0",
        &format!(r#"{{"layers":[{{"digest":"{HELLO}","size":5}}]}}"#),
    )
    .await;
    let target = format!("/v2/other/blobs/uploads/?mount={HELLO}&from=app");
    let mount = || RawRequest::new("POST", target.as_str()).with_token(&token);
    assert_eq!(mount().to(&api.0).await.status(), 202);
    let put = r#"{"name":"BLOB_MOUNTING","value":"ENABLED"}"#;
    api.output("PutAccountSetting", put).await;
    assert_eq!(mount().to(&api.0).await.status(), 201);
    let put = r#"{"name":"BLOB_MOUNTING","value":"DISABLED"}"#;
    api.output("PutAccountSetting", put).await;
    assert_eq!(mount().to(&api.0).await.status(), 202);
}

#[tokio::test]
async fn a_layer_is_not_mounted_from_a_repository_with_another_encryption() {
    // Source: the user guide of Amazon ECR, `blob-mounting.html`.
    let api = Api::with_config("blob_mounting = true").await;
    let token = api.0.issue_token();
    for (name, encryption) in [
        ("plain", r#"{"encryptionType":"AES256"}"#),
        ("default-key", r#"{"encryptionType":"KMS"}"#),
        ("key", r#"{"encryptionType":"KMS","kmsKey":"alias/a"}"#),
        (
            "other-key",
            r#"{"encryptionType":"KMS","kmsKey":"alias/b"}"#,
        ),
        ("same-key", r#"{"encryptionType":"KMS","kmsKey":"alias/a"}"#),
        (
            "dual",
            r#"{"encryptionType":"KMS_DSSE","kmsKey":"alias/a"}"#,
        ),
        ("none", "null"),
    ] {
        let create =
            format!(r#"{{"repositoryName":"{name}","encryptionConfiguration":{encryption}}}"#);
        api.output("CreateRepository", &create).await;
    }
    let post = async |path: &str, body| {
        let request = RawRequest::new("POST", path).with_token(&token).body(body);
        request.to(&api.0).await.status()
    };
    for from in ["plain", "key"] {
        let path = format!("/v2/{from}/blobs/uploads/?digest={HELLO}");
        assert_eq!(post(&path, "hello").await, 201);
        let manifest = format!(r#"{{"layers":[{{"digest":"{HELLO}","size":5}}]}}"#);
        let put = put_input("1.0", &manifest).replace("\"app\"", &format!("\"{from}\""));
        api.output("PutImage", &put).await;
    }
    for (from, to, status) in [
        ("plain", "default-key", 202),
        ("plain", "key", 202),
        ("key", "default-key", 202),
        ("key", "other-key", 202),
        ("key", "dual", 202),
        ("key", "none", 202),
        ("key", "same-key", 201),
        ("plain", "none", 201),
    ] {
        let path = format!("/v2/{to}/blobs/uploads/?mount={HELLO}&from={from}");
        assert_eq!(post(&path, "").await, status, "{from} {to}");
    }
}
