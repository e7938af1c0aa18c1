//! A PostgreSQL server for a test, with databases in a temporary directory.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// A server that listens on a socket in its directory. It is stopped when it is dropped, and when the test process ends.
pub(crate) struct Server {
    process: Child,
    directory: TempDir,
}

impl Server {
    /// Creates a server. Its programs are those in `/usr/lib/postgresql`, or those that `pg_config` names.
    pub(crate) fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let data = directory.path().join("data");
        if is_root() {
            std::os::unix::fs::chown(directory.path(), Some(NOBODY), Some(NOBODY)).unwrap();
        }
        let mut initdb = command("initdb");
        initdb.args([
            "--username=me",
            "--auth=trust",
            "--no-sync",
            "--no-locale",
            "--encoding=UTF8",
        ]);
        let created = initdb.arg("--pgdata").arg(&data).output().unwrap();
        assert!(created.status.success(), "{created:?}");
        let process = serve(&directory);
        Server { process, directory }
    }

    /// Returns the URL of the database that every server has.
    pub(crate) fn url(&self) -> String {
        let directory = self.directory.path().display().to_string();
        format!("postgres://me@{}/postgres", directory.replace('/', "%2F"))
    }

    /// Executes statements of SQL, and returns what they print.
    pub(crate) fn execute(&self, sql: &str) -> String {
        let mut command = command("psql");
        command.args([
            "--no-psqlrc",
            "--quiet",
            "--tuples-only",
            "--no-align",
            "--command",
            sql,
        ]);
        let output = command.arg(self.url()).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Ends the sessions of all other processes.
    pub(crate) fn end_sessions(&self) {
        self.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'",
        );
    }

    /// Removes all records of the store.
    pub(crate) fn remove_records(&self) {
        self.execute("DELETE FROM mock_ecr_records");
    }

    /// Returns the number of records of the store in a folder at the top.
    pub(crate) fn count(&self, folder: &str) -> usize {
        let sql = format!(
            "SELECT count(*) FROM mock_ecr_records WHERE encode(key, 'escape') LIKE '{folder}%'"
        );
        self.execute(&sql).trim().parse().unwrap()
    }

    /// Ends the server as a crash does, and starts it again with the same data.
    pub(crate) fn restart(&mut self) {
        self.stop();
        self.process = serve(&self.directory);
    }

    fn stop(&mut self) {
        // SIGQUIT: the server ends its sessions at once.
        let id = self.process.id().to_string();
        let stopped = Command::new("kill").args(["-QUIT", &id]).status();
        assert!(stopped.unwrap().success());
        self.process.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Starts the server of a directory, and waits until it accepts connections.
fn serve(directory: &TempDir) -> Child {
    let mut command = command("postgres");
    command.args([
        "-c",
        "listen_addresses=",
        "-c",
        "fsync=off",
        "-c",
        "max_connections=200",
    ]);
    command.arg("-D").arg(directory.path().join("data"));
    command.arg("-k").arg(directory.path());
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    let mut process = command.spawn().unwrap();
    let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
    let mut log = Vec::new();
    let is_ready = |line: &String| line.contains("ready to accept connections");
    while !log.last().is_some_and(is_ready) {
        match lines.next() {
            Some(line) => log.push(line.unwrap()),
            None => panic!("PostgreSQL did not start: {log:#?}"),
        }
    }
    // The server ends if it cannot write its log.
    std::thread::spawn(move || lines.for_each(drop));
    process
}

/// Returns a command that runs a program of PostgreSQL, which rejects root, and ends it when the calling thread ends.
fn command(program: &str) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "QUIT"]);
    if is_root() {
        let id = NOBODY.to_string();
        command.args(["--reuid", &id, "--regid", &id, "--clear-groups"]);
    }
    command
        .arg("--")
        .arg(programs().join(program))
        .current_dir("/");
    command
}

fn is_root() -> bool {
    let output = Command::new("id").arg("--user").output().unwrap();
    output.stdout == b"0\n"
}

/// The user and the group `nobody`.
const NOBODY: u32 = 65534;

/// Returns the directory of the programs. Debian and Ubuntu have one for each version.
fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    let paths = versions.map(|version| version.unwrap().path().join("bin"));
    let mut found: Vec<_> = paths.filter(|path| path.join("initdb").exists()).collect();
    found.sort();
    if let Some(newest) = found.pop() {
        return newest;
    }
    let output = Command::new("pg_config").arg("--bindir").output();
    let output =
        output.expect("this test needs a PostgreSQL server: install the package postgresql");
    String::from_utf8(output.stdout).unwrap().trim().into()
}
