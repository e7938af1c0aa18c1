//! Runs `mock-ecr contract`, and reads its report.

use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Mutex;
use std::thread;

use assert_cmd::cargo::cargo_bin;
use ecr_contract::ClientType;
use ecr_contract::report::{CaseReport, Finding, Report, ScenarioReport};

/// A run of `mock-ecr contract`.
pub(crate) struct Suite {
    client_type: ClientType,
    options: Vec<String>,
    client: Vec<String>,
    /// Whether the suite measures the speed of the client.
    is_measured: bool,
    /// A directory that is before the others in `PATH`.
    path: Option<PathBuf>,
}

impl Suite {
    pub(crate) fn of(client_type: ClientType, client: &[&str]) -> Self {
        let client = client.iter().map(ToString::to_string).collect();
        Suite {
            client_type,
            options: Vec::new(),
            client,
            is_measured: false,
            path: None,
        }
    }

    pub(crate) fn with_path(mut self, folder: &Path) -> Self {
        self.path = Some(folder.to_owned());
        self
    }

    pub(crate) fn measured(mut self) -> Self {
        self.is_measured = true;
        self
    }

    pub(crate) fn with(mut self, options: &[&str]) -> Self {
        self.options.extend(options.iter().map(ToString::to_string));
        self
    }

    /// Returns the report, whatever the verdicts are.
    #[track_caller]
    pub(crate) fn report(self) -> Report {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("report.json");
        let target = format!("json={}", file.display());
        let output = self.with(&["--report", &target]).output();
        let Ok(text) = std::fs::read_to_string(&file) else {
            panic!("there is no report: {output:?}");
        };
        serde_json::from_str(&text).unwrap()
    }

    pub(crate) fn output(self) -> Output {
        let mut command = std::process::Command::new(cargo_bin("mock-ecr"));
        command.args(["contract", "--client-type", self.client_type.name()]);
        let chooses = self.options.iter().any(|option| option == "--startup");
        if !self.is_measured && !chooses {
            // Several tests run at the same time.
            command.args(["--startup", "200ms", "--jobs", "8"]);
        }
        if let Some(folder) = &self.path {
            let path = std::env::var_os("PATH").unwrap_or_default();
            let rest = std::env::split_paths(&path);
            let folders = std::iter::once(folder.clone()).chain(rest);
            command.env("PATH", std::env::join_paths(folders).unwrap());
        }
        command.args(self.options).arg("--").args(self.client);
        command.output().unwrap()
    }
}

/// Returns the path of a program of this workspace, which is in the directory of `mock-ecr`.
#[track_caller]
pub(crate) fn built(name: &str) -> String {
    let program = cargo_bin("mock-ecr").with_file_name(name);
    let path = program.display();
    assert!(
        program.exists(),
        "{path} is missing: build the workspace first"
    );
    path.to_string()
}

/// Returns the path of the mutant: a client of every type, with one fault or none.
#[track_caller]
pub(crate) fn mutant() -> String {
    built("examples/mutant")
}

/// Returns the arguments of the mutant as a client of a type.
pub(crate) fn arguments(client_type: ClientType) -> &'static [&'static str] {
    match client_type {
        ClientType::TokenPrinter => &["{registry}"],
        ClientType::DockerLoginCaller => &["{registries}"],
        ClientType::ImageTool => &["{image}"],
        ClientType::Refresher => &["{registries}", "{file}"],
        _ => &[],
    }
}

/// Calls a function with each item, several at the same time, since the clients mostly wait.
pub(crate) fn at_once<T: Send, R: Send>(items: Vec<T>, run: impl Fn(T) -> R + Sync) -> Vec<R> {
    let (left, results) = (Mutex::new(items), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(item) = { left.lock().unwrap().pop() } {
                    let result = run(item);
                    results.lock().unwrap().push(result);
                }
            });
        }
    });
    results.into_inner().unwrap()
}

const AT_ONCE: usize = 6;

#[cfg(feature = "real-clients")]
pub(crate) fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(name)
}

/// Returns the failed expectations, one line each.
pub(crate) fn failures(scenario: &ScenarioReport) -> Vec<String> {
    let of_case = |case: &CaseReport| {
        let name = case
            .name
            .clone()
            .map(|name| format!("/{name}"))
            .unwrap_or_default();
        let id = format!("{}{name}", scenario.id);
        let reason = case.reason.iter().map(|reason| format!("{id}: {reason}"));
        let failures = case.findings.iter().filter(|finding| !finding.passed);
        let failed = failures.map(|finding| describe(&id, finding));
        reason.chain(failed).collect::<Vec<_>>()
    };
    scenario.cases.iter().flat_map(of_case).collect()
}

fn describe(id: &str, finding: &Finding) -> String {
    let Finding {
        step,
        expectation,
        expected,
        observed,
        ..
    } = finding;
    format!("{id} step {step} {expectation}: expected {expected}, observed {observed}")
}
