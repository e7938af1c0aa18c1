//! Correct clients pass: `ecr`, its commands for other client types, and the mutant without a fault.

use ecr_contract::ClientType;
use ecr_contract::report::{Report, Verdict};

use crate::failures::failures;
use crate::suite::{Suite, built, mutant};

/// Asserts that no scenario fails with the severity `must` or `should`, apart from the exceptions, which must fail.
#[track_caller]
fn passes(report: &Report, excepted: &[&str]) {
    let failed = report.scenarios.iter().filter(|scenario| {
        matches!(
            scenario.verdict,
            Verdict::Failed | Verdict::Warning | Verdict::SetUpError
        )
    });
    let (known, others): (Vec<_>, Vec<_>) =
        failed.partition(|scenario| excepted.contains(&&*scenario.id));
    let others: Vec<Vec<String>> = others.into_iter().map(failures).collect();
    assert!(others.is_empty(), "{others:#?}");
    assert_eq!(known.len(), excepted.len(), "every exception fails");
    let passed = report.scenarios.iter();
    let passed = passed
        .filter(|scenario| scenario.verdict == Verdict::Passed)
        .count();
    assert!(passed > 15, "{passed} scenarios passed");
}

#[test]
fn ecr_passes_as_a_credential_helper() {
    let client = [&*built("ecr"), "credential-helper"];
    passes(
        &Suite::of(ClientType::DockerCredential, &client).report(),
        &[],
    );
}

#[test]
fn ecr_passes_as_a_kubelet_credential_provider() {
    let client = [&*built("ecr"), "kubelet-credential-provider"];
    passes(&Suite::of(ClientType::Kubelet, &client).report(), &[]);
}

#[test]
fn ecr_passes_as_a_library_with_a_line_protocol() {
    let client = [&*built("ecr"), "login-lines"];
    passes(&Suite::of(ClientType::Library, &client).report(), &[]);
}

#[test]
fn ecr_passes_as_a_refresher() {
    let client = [&*built("ecr"), "keep-login", "{registries}", "{file}"];
    passes(&Suite::of(ClientType::Refresher, &client).report(), &[]);
}

#[test]
fn the_client_without_a_fault_passes_as_a_token_printer() {
    let client = [&*mutant(), "token-printer", "{registry}"];
    passes(&Suite::of(ClientType::TokenPrinter, &client).report(), &[]);
}

#[test]
fn the_client_without_a_fault_passes_as_a_caller_of_docker_login() {
    let client = [&*mutant(), "docker-login-caller", "{registries}"];
    passes(
        &Suite::of(ClientType::DockerLoginCaller, &client).report(),
        &[],
    );
}

#[test]
fn the_client_without_a_fault_passes_as_an_image_tool() {
    let client = [&*mutant(), "image-tool", "{image}"];
    passes(&Suite::of(ClientType::ImageTool, &client).report(), &[]);
}
