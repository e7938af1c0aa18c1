//! Real clients, as they are installed, have the verdicts in `fixtures/verdicts`. `MOCK_ECR_BLESS=1` updates the verdicts there. A reviewer then
//! reads the timeline of each failure that is new, and writes a sentence.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use ecr_contract::ClientType;

use crate::real::verdicts::Record;
use crate::suite::{Suite, built, failures, file};

mod record;
mod verdicts;

/// A real client: its name on the page of the verdicts, its version and its command.
struct Real {
    name: &'static str,
    version: String,
    command: Vec<String>,
}

fn real(name: &'static str, version: &str, command: &[&str]) -> Real {
    Real {
        name,
        version: version.to_owned(),
        command: command.iter().map(ToString::to_string).collect(),
    }
}

/// The package of docker-credential-ecr-login.
const PACKAGE: &str = "amazon-ecr-credential-helper";

/// The version of the programs of this workspace.
const OURS: &str = env!("CARGO_PKG_VERSION");

#[test]
fn commands_that_print_a_password() {
    let aws = named_by("AWS_V1");
    recorded(
        ClientType::TokenPrinter,
        &[
            real(
                "AWS CLI v1",
                &version_that(&aws, &["--version"]),
                &[&aws, "ecr", "get-login-password"],
            ),
            real("ecr", OURS, &[&built("ecr"), "get-login-password"]),
        ],
    );
}

#[test]
fn credential_helpers_of_docker() {
    let newer = newer("docker-credential-ecr-login");
    let older = installed("older/usr/bin/docker-credential-ecr-login");
    let older = older.display().to_string();
    recorded(
        ClientType::DockerCredential,
        &[
            real(
                "ecr-login 0.6",
                &version_of(PACKAGE, "bookworm)"),
                &[&older],
            ),
            real(
                "a newer ecr-login",
                &version_of(PACKAGE, "testing)"),
                &[&newer],
            ),
            real("ecr", OURS, &[&built("ecr"), "credential-helper"]),
        ],
    );
}

#[test]
fn sdks() {
    let python = named_by("MOCK_ECR_PYTHON");
    let driver = |name: &str| {
        file(&format!("tests/contract/drivers/{name}"))
            .display()
            .to_string()
    };
    let modules = format!("NODE_PATH={}", installed("node_modules").display());
    recorded(
        ClientType::Library,
        &[
            real(
                "boto3",
                &version_that(&python, &["-c", "import boto3; print(boto3.__version__)"]),
                &[&python, &driver("boto3_driver.py")],
            ),
            real(
                "SDK for JavaScript",
                &version_of("@aws-sdk/client-ecr", ""),
                &["env", &modules, "node", &driver("javascript_driver.js")],
            ),
            real("ecr", OURS, &[&built("ecr"), "login-lines"]),
        ],
    );
}

#[test]
fn tools_that_pull_an_image() {
    let podman = [
        "podman",
        "--storage-driver",
        "vfs",
        "--root",
        "{home}/storage",
    ];
    let podman = [
        &podman[..],
        &["--runroot", "{home}/run-storage", "pull", "{image}"],
    ]
    .concat();
    recorded(
        ClientType::ImageTool,
        &[
            real(
                "skopeo",
                &version_of("skopeo", ""),
                &["skopeo", "copy", "docker://{image}", "dir:{home}/pulled"],
            ),
            real("podman", &version_of("podman", ""), &podman),
            real(
                "docker",
                &version_of("docker", ""),
                &["docker", "manifest", "inspect", "--verbose", "{image}"],
            ),
            real(
                "crane",
                &version_of("crane", "testing)"),
                &[
                    &newer("crane"),
                    "pull",
                    "--format",
                    "oci",
                    "{image}",
                    "{home}/pulled",
                ],
            ),
            real(
                "oras",
                &version_of("oras", "testing)"),
                &[
                    &newer("oras"),
                    "cp",
                    "--to-oci-layout",
                    "{image}",
                    "{home}/pulled:1",
                ],
            ),
        ],
    );
}

#[test]
fn a_pipe_into_docker_login() {
    let aws = named_by("AWS_V1");
    let pipe = format!(
        "{aws} ecr get-login-password | docker login --username AWS --password-stdin {{registry}}"
    );
    let careful = format!("set -o pipefail; {pipe}");
    let version = version_that(&aws, &["--version"]);
    recorded(
        ClientType::DockerLoginCaller,
        &[
            real("aws | docker login", &version, &["sh", "-c", &pipe]),
            real(
                "aws | docker login, with pipefail",
                &version,
                &["bash", "-c", &careful],
            ),
        ],
    );
}

/// Runs the clients, and compares their verdicts with the records.
#[track_caller]
fn recorded(client_type: ClientType, clients: &[Real]) {
    let mut differences = Vec::new();
    for client in clients {
        let words: Vec<&str> = client.command.iter().map(String::as_str).collect();
        let report = Suite::of(client_type, &words).measured().report();
        let found = Record::of(client.name, client.version.clone(), &report);
        if std::env::var_os("MOCK_ECR_BLESS").is_some() {
            found.write();
            continue;
        }
        let recorded = Record::read(&found.path());
        for scenario in &report.scenarios {
            let known = recorded.verdicts.get(&scenario.id).map(|one| one.verdict);
            if known != Some(scenario.verdict) {
                let (id, verdict) = (&scenario.id, scenario.verdict);
                differences.push(format!("{}: {id}: {known:?}, now {verdict:?}", client.name));
                differences.extend(failures(scenario));
            }
        }
    }
    assert!(
        differences.is_empty(),
        "differs from fixtures/verdicts: {differences:#?}\ninstalled:\n{}",
        versions()
    );
}

/// Returns the versions of the clients. Those of the system and of Debian testing change without a change of this repository.
fn versions() -> String {
    fs::read_to_string(installed("versions")).unwrap()
}

/// Returns the version in the line of `versions` that starts with a name and ends with an origin.
#[track_caller]
fn version_of(name: &str, origin: &str) -> String {
    let versions = versions();
    let mut lines = versions.lines();
    let line = lines.find_map(|line| {
        let rest = line.strip_prefix(name)?.strip_prefix(' ')?;
        line.ends_with(origin).then_some(rest)
    });
    numbers(line.unwrap_or_else(|| panic!("{name} is in\n{versions}")))
}

/// Returns the first version that a program prints.
#[track_caller]
fn version_that(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let start = text.find(|c: char| c.is_ascii_digit());
    numbers(&text[start.expect("the program prints a version")..])
}

/// Returns the numbers at the start of a text, without a suffix such as that of a package.
fn numbers(text: &str) -> String {
    let is_number = |c: &char| c.is_ascii_digit() || *c == '.';
    text.chars().take_while(is_number).collect()
}

/// Returns the path of a program of Debian testing.
fn newer(name: &str) -> String {
    installed(&format!("newer/usr/bin/{name}"))
        .display()
        .to_string()
}

#[track_caller]
fn installed(name: &str) -> PathBuf {
    let folder = std::env::var_os("MOCK_ECR_CLIENTS").map(PathBuf::from);
    let path = folder
        .expect("MOCK_ECR_CLIENTS must be set: scripts/install-clients creates the directory")
        .join(name);
    assert!(
        path.exists(),
        "{} is missing: run scripts/install-clients",
        path.display()
    );
    path
}

#[track_caller]
fn named_by(variable: &str) -> String {
    let path = std::env::var(variable).unwrap_or_default();
    assert!(
        !path.is_empty(),
        "{variable} must name a program: scripts/test sets it"
    );
    path
}
