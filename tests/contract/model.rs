//! The suite can be passed: by `ecr`, by what is made of it, and by the client whose faults are off.

use ecr_contract::ClientType;
use ecr_contract::report::{Report, Verdict};

use crate::suite::{Suite, built, failures, mutant};

/// Claims that everything that must and should hold did, but for scenarios of which it is known and said why.
#[track_caller]
fn passes(report: &Report, excepted: &[&str]) {
    let failed = report.scenarios.iter().filter(|scenario| {
        matches!(
            scenario.verdict,
            Verdict::Failed | Verdict::Warning | Verdict::SetUpError
        )
    });
    let (known, new_failures): (Vec<_>, Vec<_>) =
        failed.partition(|scenario| excepted.contains(&&*scenario.id));
    let new_failures: Vec<Vec<String>> = new_failures.into_iter().map(failures).collect();
    assert!(new_failures.is_empty(), "{new_failures:#?}");
    assert_eq!(known.len(), excepted.len(), "what is excepted fails");
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
fn ecr_passes_as_a_credential_provider_of_the_kubelet() {
    let client = [&*built("ecr"), "kubelet-credential-provider"];
    passes(&Suite::of(ClientType::Kubelet, &client).report(), &[]);
}

#[test]
fn ecr_passes_as_a_library_by_lines() {
    let client = [&*built("ecr"), "login-lines"];
    passes(&Suite::of(ClientType::Library, &client).report(), &[]);
}

#[test]
fn ecr_passes_as_a_refresher() {
    let client = [&*built("ecr"), "keep-login", "{registries}", "{file}"];
    passes(&Suite::of(ClientType::Refresher, &client).report(), &[]);
}

#[test]
fn the_client_without_a_fault_passes_as_what_prints_a_token() {
    let client = [&*mutant(), "token-printer", "{registry}"];
    passes(&Suite::of(ClientType::TokenPrinter, &client).report(), &[]);
}

#[test]
fn the_client_without_a_fault_passes_as_what_calls_docker_login() {
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
