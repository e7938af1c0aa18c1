//! Runs a client, and finds its version.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ecr_contract::report::Report;

use crate::clients::{Client, Version};

/// The version of the programs of this workspace.
const WORKSPACE: &str = env!("CARGO_PKG_VERSION");

impl Client {
    /// Runs the scenarios of the client's type whose IDs match one of the patterns, or all without a pattern.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no report, because a program is missing.
    pub(crate) fn run(&self, patterns: &[String]) -> Result<Report, String> {
        let [json, html] = ["json", "html"].map(|format| self.report_file(format));
        let (json, html) = (json?, html?);
        let _ = fs::remove_file(&json);
        let output = Command::new(built()?.join("mock-ecr"))
            .args(["contract", "--client-type", self.client_type.name()])
            .arg(format!("--report=json={}", json.display()))
            .arg(format!("--report=html={}", html.display()))
            .args(patterns.iter().flat_map(|one| ["--scenario", one]))
            .arg("--")
            .args(self.words()?)
            .output();
        let output = output.map_err(|error| format!("mock-ecr: {error}"))?;
        let text = fs::read_to_string(&json).map_err(|_| {
            let stderr = String::from_utf8_lossy(&output.stderr);
            format!("{}: there is no report: {}", self.name, stderr.trim())
        })?;
        serde_json::from_str(&text).map_err(|error| format!("{}: {error}", self.name))
    }

    /// Returns the path of a report of the last run, in the target directory.
    ///
    /// # Errors
    ///
    /// Returns an error if the directory of the reports cannot be created.
    pub(crate) fn report_file(&self, format: &str) -> Result<PathBuf, String> {
        let folder = built()?.with_file_name("verdicts");
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        Ok(folder.join(self.file_name()).with_extension(format))
    }

    /// Returns the version of the installed client.
    ///
    /// # Errors
    ///
    /// Returns an error if the client is not installed.
    pub(crate) fn installed_version(&self) -> Result<String, String> {
        match &self.version {
            Version::Listed(name) if name == "workspace" => Ok(WORKSPACE.to_owned()),
            Version::Listed(name) => listed(name),
            Version::PrintedBy(command) => printed_by(command),
        }
    }

    /// Returns the command for `mock-ecr contract`.
    fn words(&self) -> Result<Vec<String>, String> {
        let wrapper = self.debian.iter().flat_map(|release| {
            let root = format!("{{clients}}/debian-{release}");
            ["{drivers}/in_debian.sh".to_owned(), root]
        });
        let words = wrapper.chain(self.command.iter().cloned());
        words.map(|word| replaced(&word)).collect()
    }
}

/// Returns the list of the installed clients and their versions. Those of the system and of Debian testing change without a change of this
/// repository.
pub(crate) fn versions() -> Result<String, String> {
    let path = clients()?.join("versions");
    fs::read_to_string(&path).map_err(|error| format!("{}: {error}; {INSTALL}", path.display()))
}

const INSTALL: &str = "scripts/install-clients --all creates it";

/// Returns the version in the line of the list with a name and an origin, such as `crane 0.20.7+ds1-5 (Debian testing)`.
fn listed(name: &str) -> Result<String, String> {
    let versions = versions()?;
    let (name, origin) = match name.split_once(" (") {
        Some((name, origin)) => (name, format!(" ({origin}")),
        None => (name, String::new()),
    };
    let is_origin =
        |rest: &&str| rest.ends_with(&origin) && origin.is_empty() != rest.ends_with(')');
    let of_line = |line: &'_ str| {
        let rest = line.strip_prefix(name)?.strip_prefix(' ')?;
        Some(rest.to_owned()).filter(|rest| is_origin(&rest.as_str()))
    };
    let found = versions.lines().find_map(of_line);
    let found = found.ok_or_else(|| format!("{name}{origin} is not in `versions`; {INSTALL}"))?;
    Ok(numbers(&found))
}

/// Returns the first version that a command prints.
fn printed_by(command: &[String]) -> Result<String, String> {
    let words: Result<Vec<String>, String> = command.iter().map(|word| replaced(word)).collect();
    let words = words?;
    let (program, arguments) = words
        .split_first()
        .ok_or("a version has an empty command")?;
    let output = Command::new(program).args(arguments).output();
    let output = output.map_err(|error| format!("{program}: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let start = text.find(|c: char| c.is_ascii_digit());
    let start = start.ok_or_else(|| format!("{program} prints no version"))?;
    Ok(numbers(&text[start..]))
}

/// Returns the numbers at the start of a text, without a suffix such as that of a package.
fn numbers(text: &str) -> String {
    let is_number = |c: &char| c.is_ascii_digit() || *c == '.';
    text.chars().take_while(is_number).collect()
}

/// Returns the value of a placeholder, or why it is missing.
type Place = fn() -> Result<PathBuf, String>;

/// Replaces the placeholders of `clients.toml`. Those of the suite stay.
fn replaced(word: &str) -> Result<String, String> {
    let places: [(&str, Place); 5] = [
        ("{aws_v1}", || variable("AWS_V1")),
        ("{built}", built),
        ("{clients}", clients),
        ("{drivers}", || Ok(drivers())),
        ("{python}", || variable("MOCK_ECR_PYTHON")),
    ];
    let mut word = word.to_owned();
    for (name, place) in places {
        if word.contains(name) {
            word = word.replace(name, &place()?.display().to_string());
        }
    }
    Ok(word)
}

/// Returns the directory of the programs of this workspace. This program is an example, in a directory of it.
fn built() -> Result<PathBuf, String> {
    let program = env::current_exe().map_err(|error| error.to_string())?;
    let folder = program.parent().and_then(Path::parent);
    let folder = folder.filter(|folder| folder.join("mock-ecr").exists());
    let folder = folder.map(Path::to_owned);
    folder.ok_or_else(|| "mock-ecr is missing: build the workspace first".to_owned())
}

fn clients() -> Result<PathBuf, String> {
    variable("MOCK_ECR_CLIENTS")
}

fn drivers() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/contract/drivers")
}

fn variable(name: &str) -> Result<PathBuf, String> {
    let value = env::var_os(name).filter(|value| !value.is_empty());
    let missing =
        || format!("the variable {name} is missing: scripts/verdicts and scripts/test set it");
    value.map(PathBuf::from).ok_or_else(missing)
}
