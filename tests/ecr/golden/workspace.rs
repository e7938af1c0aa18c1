//! The directories of a run, and the values of the placeholders in its case.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::case::{Bytes, Case};
use super::fixtures::Shared;
use super::server::Server;
use super::tls::CertificateAuthority;

pub(super) struct Workspace<'a> {
    root: TempDir,
    shared: &'a Shared,
    endpoint: String,
    port: String,
    kernel: String,
}

/// Returns the `PATH` without directories that contain an `aws`. The program runs it for other services.
fn path_without_aws() -> String {
    let path = std::env::var_os("PATH").unwrap();
    let directories = std::env::split_paths(&path).filter(|each| !each.join("aws").exists());
    let path = std::env::join_paths(directories).unwrap();
    path.into_string().unwrap()
}

impl<'a> Workspace<'a> {
    pub(super) fn new(case: &Case, shared: &'a Shared, server: &Server) -> Self {
        let port = server.port().to_string();
        let scheme = case.tls.map_or("http", |_| "https");
        let workspace = Self {
            root: tempfile::tempdir().unwrap(),
            shared,
            endpoint: format!("{scheme}://127.0.0.1:{port}"),
            port,
            kernel: kernel(),
        };
        fs::create_dir(workspace.work()).unwrap();
        fs::create_dir(workspace.home()).unwrap();
        workspace
    }

    /// Writes the initial files of the case.
    pub(super) fn write_files(&self, case: &Case, ca: &CertificateAuthority) {
        self.write_all(&self.work(), &case.files);
        self.write_all(&self.home(), &case.home);
        for name in &case.executable {
            let path = self.work().join(name);
            fs::set_permissions(path, Permissions::from_mode(0o755)).unwrap();
        }
        if case.tls.is_some() {
            fs::write(self.work().join("ca.pem"), &ca.certificate).unwrap();
        }
        if let Some(content) = &case.stdin_file {
            fs::write(self.stdin_file(), content).unwrap();
        }
    }

    /// Returns `{TMP}`, the working directory of the program.
    pub(super) fn work(&self) -> PathBuf {
        self.root.path().join("tmp")
    }

    pub(super) fn home(&self) -> PathBuf {
        self.root.path().join("home")
    }

    pub(super) fn stdin_file(&self) -> PathBuf {
        self.root.path().join("stdin")
    }

    /// Returns the environment of the case.
    pub(super) fn environment(&self, case: &Case) -> BTreeMap<String, String> {
        let mut all = self.shared.environment.clone();
        all.insert("HOME".into(), self.fill("{HOME}"));
        all.insert("PATH".into(), path_without_aws());
        all.retain(|name, _| !case.unset.contains(name));
        for (name, value) in &case.env {
            all.insert(name.clone(), self.fill(value));
        }
        if case.https_proxy {
            all.insert("HTTPS_PROXY".into(), self.fill("http://127.0.0.1:{PORT}"));
        }
        all
    }

    /// Replaces the placeholders in a text of the case.
    pub(super) fn fill(&self, text: &str) -> String {
        let mut filled = text.to_owned();
        for (name, value) in &self.shared.texts {
            filled = filled.replace(&format!("{{{name}}}"), value);
        }
        filled
            .replace("{EP}", &self.endpoint)
            .replace("{PORT}", &self.port)
            .replace("{TMP}", self.work().to_str().unwrap())
            .replace("{HOME}", self.home().to_str().unwrap())
            .replace("{KERNEL}", &self.kernel)
    }

    fn write_all(&self, folder: &Path, files: &BTreeMap<String, Bytes>) {
        for (name, content) in files {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content.bytes(|text| self.fill(text))).unwrap();
        }
    }
}

fn kernel() -> String {
    let name = rustix::system::uname();
    name.release().to_str().unwrap().to_owned()
}
