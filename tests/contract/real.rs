//! Real clients, as they are installed, have the verdicts in `docs/src/contract.md`. `MOCK_ECR_BLESS=1` updates the tables there.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use ecr_contract::ClientType;
use ecr_contract::report::{ScenarioReport, Verdict};

use crate::suite::{Suite, built, failures, file};

/// A real client: its name in the table, and its command.
struct Real {
    name: &'static str,
    command: Vec<String>,
}

fn real(name: &'static str, command: &[&str]) -> Real {
    let command = command.iter().map(ToString::to_string).collect();
    Real { name, command }
}

#[test]
fn commands_that_print_a_password() {
    let aws = named_by("AWS_V1");
    recorded(
        ClientType::TokenPrinter,
        &[
            real("AWS CLI v1", &[&aws, "ecr", "get-login-password"]),
            real("ecr", &[&built("ecr"), "get-login-password"]),
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
            real("ecr-login 0.6", &[&older]),
            real("a newer ecr-login", &[&newer]),
            real("ecr", &[&built("ecr"), "credential-helper"]),
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
            real("boto3", &[&python, &driver("boto3_driver.py")]),
            real(
                "SDK for JavaScript",
                &["env", &modules, "node", &driver("javascript_driver.js")],
            ),
            real("ecr", &[&built("ecr"), "login-lines"]),
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
                &["skopeo", "copy", "docker://{image}", "dir:{home}/pulled"],
            ),
            real("podman", &podman),
            real(
                "docker",
                &["docker", "manifest", "inspect", "--verbose", "{image}"],
            ),
            real(
                "crane",
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
    recorded(
        ClientType::DockerLoginCaller,
        &[
            real("aws \\| docker login", &["sh", "-c", &pipe]),
            real("with pipefail", &["bash", "-c", &careful]),
        ],
    );
}

/// Runs the clients, and compares their verdicts with the table.
#[track_caller]
fn recorded(client_type: ClientType, clients: &[Real]) {
    let mut rows: BTreeMap<String, (String, Vec<&'static str>)> = BTreeMap::new();
    let mut why = Vec::new();
    for client in clients {
        let words: Vec<&str> = client.command.iter().map(String::as_str).collect();
        let report = Suite::of(client_type, &words).report();
        for scenario in &report.scenarios {
            let row = rows.entry(scenario.id.clone());
            let (_, cells) = row.or_insert_with(|| (heading(scenario), Vec::new()));
            cells.push(cell(scenario.verdict));
            why.extend(
                failures(scenario)
                    .into_iter()
                    .map(|line| format!("{}: {line}", client.name)),
            );
        }
    }
    let found = table(clients, rows.into_values());
    let path = file("docs/src/contract.md");
    let page = fs::read_to_string(&path).unwrap();
    let (start, end) = (
        format!("<!-- verdicts: {client_type} -->\n"),
        "<!-- end -->\n",
    );
    let (before, rest) = page
        .split_once(&start)
        .unwrap_or_else(|| panic!("{start} is in the page"));
    let (known, after) = rest.split_once(end).unwrap();
    if std::env::var_os("MOCK_ECR_BLESS").is_some() {
        fs::write(&path, format!("{before}{start}{found}{end}{after}")).unwrap();
        return;
    }
    let differences = found
        .lines()
        .filter(|line| !known.lines().any(|known| known == *line));
    let differences: Vec<&str> = differences.collect();
    assert!(
        differences.is_empty(),
        "differs from the table: {differences:#?}\n{why:#?}\ninstalled:\n{}",
        versions()
    );
}

/// Returns the versions of the clients. Those of the system and of Debian testing change without a change of this repository.
fn versions() -> String {
    fs::read_to_string(installed("versions")).unwrap()
}

#[test]
fn the_versions_on_the_page_are_those_of_the_table_of_clients() {
    let page = |name| fs::read_to_string(file(name)).unwrap();
    let table = page("docs/src/clients.md");
    let contract = page("docs/src/contract.md");
    let (_, rest) = contract.split_once("the tested versions: ").unwrap();
    let (sentence, _) = rest.split_once("are packages of Debian").unwrap();
    let is_version = |word: &&str| word.split('.').all(|part| part.parse::<u32>().is_ok());
    let words = sentence.split_whitespace();
    let words = words.map(|word| word.trim_matches([',', '.']));
    let versions: Vec<&str> = words.filter(is_version).collect();
    assert!(versions.len() > 8, "{versions:?}");
    for version in versions {
        assert!(table.contains(&format!("| {version} |")), "{version}");
    }
}

fn table(clients: &[Real], rows: impl Iterator<Item = (String, Vec<&'static str>)>) -> String {
    let names: Vec<&str> = clients.iter().map(|client| client.name).collect();
    let mut table = format!("| scenario | {} |\n", names.join(" | "));
    writeln!(table, "|---|{}", "---|".repeat(names.len())).unwrap();
    for (heading, cells) in rows {
        writeln!(table, "| {heading} | {} |", cells.join(" | ")).unwrap();
    }
    table
}

/// Returns the id and the title of a scenario, with a link to an incident if there is one.
fn heading(scenario: &ScenarioReport) -> String {
    let ScenarioReport { id, title, .. } = scenario;
    match scenario.why.iter().find(|why| why.starts_with("https://")) {
        Some(link) => format!("[{id}]({link}) {title}"),
        None => format!("{id} {title}"),
    }
}

fn cell(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "passed",
        Verdict::Info => "info",
        Verdict::Warning => "*warning*",
        Verdict::Failed => "**failed**",
        Verdict::NotApplicable => "–",
        Verdict::SetUpError => "set-up error",
    }
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
