//! The addresses that `mock-ecr serve` returns: clients log in, push and pull with them.
//!
//! The clients run in a network namespace with only a loopback device, so a host name of AWS cannot be resolved.

use std::fs;

use crate::images::{assert_pulled_image, assert_same_image_id};
use crate::shell::{Redirection, START_ENGINE, Shell};

/// Starts a mock, and sets the variables `endpoint` and `uri` to the addresses in the responses.
const PROLOGUE: &str = r#"
set -e
trap 'kill $(jobs -p) 2>/dev/null' EXIT
mock-ecr serve &
curl --silent --retry 20 --retry-connrefused http://127.0.0.1:4566/_mock/health >health
eval "$(mock-ecr env)"
endpoint=$(aws ecr get-authorization-token --query 'authorizationData[0].proxyEndpoint' --output text)
uri=$(aws ecr create-repository --repository-name team/app --query repository.repositoryUri --output text)
password() { aws ecr get-login-password; }
"#;

/// Runs a script that must push an image to the repository and pull it, and returns what the script prints.
#[track_caller]
fn run(script: &str) -> (Shell, String) {
    let shell = Shell::redirected_by(Redirection::Nowhere);
    let output = shell.script(&format!(
        "{PROLOGUE}{script}\necho $endpoint $uri >addresses"
    ));
    assert!(output.status.success(), "{output:?}");
    let addresses = fs::read_to_string(shell.file("addresses")).unwrap();
    assert_eq!(addresses, "http://localhost:4566 localhost:4566/team/app\n");
    (shell, String::from_utf8(output.stdout).unwrap())
}

/// Runs a script that pulls the image to the layout `pulled`.
#[track_caller]
fn assert_pulled(script: &str) {
    let (shell, _) = run(script);
    assert_pulled_image(&shell);
}

/// The engine runs, because docker 29 needs it for a login by plain HTTP.
#[test]
fn docker_logs_in_and_crane_pushes_and_pulls() {
    assert_pulled(&format!(
        r#"{START_ENGINE}
        password | docker login --username AWS --password-stdin "$endpoint"
        crane push image "$uri:1"
        crane pull --format oci "$uri:1" pulled
        "#,
    ));
}

#[test]
fn oras_logs_in_pushes_and_pulls() {
    assert_pulled(
        r#"
        password | oras login --username AWS --password-stdin "${endpoint#*://}"
        oras cp --from-oci-layout image:1.0 "$uri:1"
        oras cp --to-oci-layout "$uri:1" pulled:1.0
        "#,
    );
}

#[test]
fn skopeo_logs_in_pushes_and_pulls() {
    assert_pulled(
        r#"
        password | skopeo login --tls-verify=false --username AWS --password-stdin "$endpoint"
        skopeo copy --all --dest-tls-verify=false oci:image:1.0 "docker://$uri:1"
        skopeo copy --all --src-tls-verify=false "docker://$uri:1" oci:pulled:1.0
        "#,
    );
}

#[test]
fn the_login_command_of_the_mock_logs_in_to_the_same_address() {
    assert_pulled(
        r#"
        mock-ecr login
        oras cp --from-oci-layout image:1.0 "$uri:1"
        crane pull --format oci "$uri:1" pulled
        "#,
    );
}

#[test]
fn podman_logs_in_pushes_and_pulls() {
    let (_, printed) = run(r#"
        password | podman login --tls-verify=false --username AWS --password-stdin "$endpoint"
        image=$(podman pull --quiet oci:image:1.0)
        podman push --tls-verify=false "$image" "$uri:1"
        podman rmi --force "$image"
        podman pull --tls-verify=false "$uri:1"
        "#);
    assert_same_image_id(&printed);
}

#[test]
fn buildah_logs_in_pushes_and_pulls() {
    let (_, printed) = run(r#"
        password | buildah login --tls-verify=false --username AWS --password-stdin "${endpoint#*://}"
        image=$(buildah pull --quiet oci:image:1.0)
        buildah push --tls-verify=false "$image" "docker://$uri:1"
        buildah rmi --force "$image"
        buildah pull --tls-verify=false "$uri:1"
        "#);
    assert_same_image_id(&printed);
}
