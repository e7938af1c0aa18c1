//! The scanning configurations of registries and repositories.

use super::{Api, image, rule};
use crate::raw::RawRequest;
use crate::signer::Signer;

#[tokio::test]
async fn a_registry_has_basic_scanning_until_another_configuration_is_put() {
    // Source of the outputs of Get: an AWS blog post of 2024.
    let api = Api::start().await;
    let get = "GetRegistryScanningConfiguration";
    let empty =
        r#"{"registryId":"123456789012","scanningConfiguration":{"rules":[],"scanType":"BASIC"}}"#;
    assert_eq!(api.output(get, "{}").await, empty);

    let rule = rule("SCAN_ON_PUSH", "*");
    let configuration = format!(r#"{{"rules":[{rule}],"scanType":"BASIC"}}"#);
    let put = api.put_rules("BASIC", &[("SCAN_ON_PUSH", "*")]).await;
    assert_eq!(
        put,
        format!(r#"{{"registryScanningConfiguration":{configuration}}}"#)
    );
    let got = api.output(get, "{}").await;
    let expected =
        format!(r#"{{"registryId":"123456789012","scanningConfiguration":{configuration}}}"#);
    assert_eq!(got, expected);

    let elsewhere = RawRequest::call(get).body("{}");
    let elsewhere = elsewhere.signed_by(&Signer::default().in_region("eu-west-1"));
    assert_eq!(elsewhere.to(&api.0).await.body, empty);
    let put = api.output("PutRegistryScanningConfiguration", "{}").await;
    assert_eq!(
        put,
        r#"{"registryScanningConfiguration":{"rules":[],"scanType":"BASIC"}}"#
    );
}

#[tokio::test]
async fn rules_have_frequencies_of_the_scan_type_once() {
    // Source of the accepted pair: the acceptance tests of terraform-provider-aws. The texts are [ASSUME].
    let api = Api::start().await;
    api.put_rules(
        "ENHANCED",
        &[("SCAN_ON_PUSH", "a*"), ("CONTINUOUS_SCAN", "*")],
    )
    .await;
    api.put_rules("BASIC", &[("SCAN_ON_PUSH", "a*"), ("MANUAL", "*")])
        .await;
    for (scan_type, frequencies, text) in [
        (
            "ENHANCED",
            ["MANUAL", "SCAN_ON_PUSH"],
            "SCAN_ON_PUSH or CONTINUOUS_SCAN, the frequencies of the scan type ENHANCED",
        ),
        (
            "BASIC",
            ["CONTINUOUS_SCAN", "SCAN_ON_PUSH"],
            "SCAN_ON_PUSH or MANUAL, the frequencies of the scan type BASIC",
        ),
        ("BASIC", ["MANUAL"; 2], "one rule for each scan frequency"),
    ] {
        let rules = frequencies.map(|frequency| rule(frequency, "*")).join(",");
        let input = format!(r#"{{"scanType":"{scan_type}","rules":[{rules}]}}"#);
        let text = format!(
            "Invalid parameter at 'rules' failed to satisfy constraint: 'must have {text}'"
        );
        let (operation, code) = (
            "PutRegistryScanningConfiguration",
            "InvalidParameterException",
        );
        api.assert_error(operation, &input, code, &text).await;
    }
    let got = api.output("GetRegistryScanningConfiguration", "{}").await;
    assert!(got.contains(r#""scanType":"BASIC""#), "{got}");
}

#[tokio::test]
async fn the_scanning_configurations_of_repositories_are_returned() {
    let api = Api::start().await;
    let batch_get = |names: &'static str| {
        let input = format!(r#"{{"repositoryNames":[{names}]}}"#);
        let api = &api;
        async move {
            api.output("BatchGetRepositoryScanningConfiguration", &input)
                .await
        }
    };
    let configuration = |filters: &str, frequency: &str, scan_on_push: bool| {
        format!(
            r#"{{"appliedScanFilters":[{filters}],"repositoryArn":"arn:aws:ecr:us-east-1:123456789012:repository/app","repositoryName":"app","scanFrequency":"{frequency}","scanOnPush":{scan_on_push}}}"#
        )
    };
    let output = |configuration: &str| {
        format!(r#"{{"failures":[],"scanningConfigurations":[{configuration}]}}"#)
    };
    let manual = output(&configuration("", "MANUAL", false));
    assert_eq!(batch_get(r#""app""#).await, manual);

    // Source of the reason: getmoto/moto.
    let missing = r#"{"failures":[{"failureCode":"REPOSITORY_NOT_FOUND","failureReason":"REPOSITORY_NOT_FOUND","repositoryName":"none"}],"scanningConfigurations":[]}"#;
    assert_eq!(batch_get(r#""none""#).await, missing);

    api.put_rules("BASIC", &[("SCAN_ON_PUSH", "a*")]).await;
    let filter = r#"{"filter":"a*","filterType":"WILDCARD"}"#;
    let on_push = output(&configuration(filter, "SCAN_ON_PUSH", false));
    assert_eq!(batch_get(r#""app""#).await, on_push);
    api.put_rules("ENHANCED", &[("CONTINUOUS_SCAN", "a*")])
        .await;
    let continuous = output(&configuration(filter, "CONTINUOUS_SCAN", false));
    assert_eq!(batch_get(r#""app""#).await, continuous);

    api.put_rules("BASIC", &[]).await;
    let put = r#"{"imageScanningConfiguration":{"scanOnPush":true},"repositoryName":"app"}"#;
    api.output("PutImageScanningConfiguration", put).await;
    let by_repository = output(&configuration("", "SCAN_ON_PUSH", true));
    assert_eq!(batch_get(r#""app""#).await, by_repository);
}

#[tokio::test]
async fn the_setting_of_a_repository_is_stored() {
    // Source of the output: cloud-custodian, a recorded response.
    let api = Api::start().await;
    let (operation, configuration) = (
        "PutImageScanningConfiguration",
        r#""imageScanningConfiguration":{"scanOnPush":true}"#,
    );
    let put = api
        .output(
            operation,
            &format!(r#"{{"repositoryName":"app",{configuration}}}"#),
        )
        .await;
    let expected =
        format!(r#"{{{configuration},"registryId":"123456789012","repositoryName":"app"}}"#);
    assert_eq!(put, expected);
    let described = api.output("DescribeRepositories", "{}").await;
    assert!(described.contains(configuration), "{described}");
    let deleted = api
        .output("DeleteRepository", r#"{"repositoryName":"app"}"#)
        .await;
    assert!(deleted.contains(configuration), "{deleted}");
    let (input, code) = (
        r#"{"imageScanningConfiguration":{},"repositoryName":"none"}"#,
        "RepositoryNotFoundException",
    );
    let text =
        "The repository with name 'none' does not exist in the registry with id '123456789012'";
    api.assert_error(operation, input, code, text).await;
}

#[tokio::test]
async fn scans_are_authorized_on_the_repository() {
    let api = Api::with_config(
        "[[principals]]\narn = 'arn:aws:iam::123456789012:user/ci'\naccess_key_id = 'AKIAIOSFODNN7EXAMPLE'\nsecret_access_key = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'\ndeny = ['ecr:*Scan*']\n[[repositories]]\nname = 'app'\n",
    )
    .await;
    let names = r#"{"repositoryNames":["app"]}"#.to_owned();
    let put = r#"{"imageScanningConfiguration":{},"repositoryName":"app"}"#.to_owned();
    let app = "arn:aws:ecr:us-east-1:123456789012:repository/app";
    for (operation, input, resource) in [
        ("StartImageScan", image("1.0", ""), app),
        ("DescribeImageScanFindings", image("1.0", ""), app),
        ("BatchGetRepositoryScanningConfiguration", names, app),
        ("PutImageScanningConfiguration", put, app),
        ("GetRegistryScanningConfiguration", "{}".to_owned(), "*"),
        ("PutRegistryScanningConfiguration", "{}".to_owned(), "*"),
    ] {
        let denied = api.call(operation, &input).await;
        let text = format!("is not authorized to perform: ecr:{operation} on resource: {resource}");
        assert!(denied.body.contains(&text), "{}", denied.body);
    }
}
