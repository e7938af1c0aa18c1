//! The sandbox of `--redirect sandbox`: a network namespace in which the loopback device is the only device. In the sandbox, AWS's host
//! names resolve to the mock.
//!
//! A process enters the sandbox before it starts a second thread. The commands that the process runs are in the same sandbox. Files are
//! bind-mounted over system files; these mounts are visible only inside the sandbox.

mod cover;
mod descriptors;
mod loopback;
mod resolver;
mod runtime_directory;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{File, Permissions, set_permissions};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::mount::MsFlags;
use nix::sched::{CloneFlags, setns, unshare};
use tempfile::TempDir;

use crate::access;
use crate::sandbox::addresses::{ADDRESS, METADATA};
use crate::sandbox::error::SandboxError;
use crate::sandbox::namespace::cover::{bind, cover, cover_socket, naming};
use crate::sandbox::namespace::resolver::unresolved::UnresolvedNames;
use crate::sandbox::namespace::resolver::{NAME_SERVER, Resolver};

/// The sandbox that this process has entered. This value owns the files that are mounted over system files. When it is dropped, the files
/// are deleted, and the process stays in the sandbox.
#[derive(Debug)]
pub struct Sandbox {
    files: TempDir,
    unresolved: UnresolvedNames,
}

impl Sandbox {
    /// Creates a sandbox and moves this process into it.
    ///
    /// The sandbox is a network namespace in which the loopback device is the only device, and a mount namespace in which the sockets of
    /// container engines and name resolvers are replaced by an empty file. The directories of users in `/run/user` are replaced by empty
    /// directories, because rootless engines have their sockets there. `/etc/resolv.conf` contains the address of the sandbox's name
    /// server, which responds after a call of [`Sandbox::configure`]. Child processes inherit the sandbox. The process cannot leave the
    /// sandbox.
    ///
    /// The process must not have started a second thread. Otherwise, the call fails or only the calling thread enters the sandbox.
    ///
    /// # Errors
    ///
    /// Returns an error in the following cases:
    ///
    /// - The user is not root, and the kernel does not allow user namespaces for unprivileged users. No kernel allows them in a chroot.
    /// - The user is not root, and the process has several threads.
    /// - A step of the set-up fails.
    ///
    /// After an error, the process may already be in the new namespaces.
    pub fn enter() -> Result<Self, SandboxError> {
        // Created before the process enters the new namespaces.
        let files = access::temporary_directory("mock-ecr-sandbox-");
        let files = files.map_err(failed("cannot create a directory"))?;
        let user = rustix::process::geteuid().as_raw();
        let group = rustix::process::getegid().as_raw();
        let mut namespaces = CloneFlags::CLONE_NEWNET | CloneFlags::CLONE_NEWNS;
        if user != 0 {
            namespaces |= CloneFlags::CLONE_NEWUSER;
        }
        unshare(namespaces).map_err(denied)?;
        if user != 0 {
            map_user(user, group).map_err(failed("cannot map the user and group ids"))?;
        }
        loopback::raise().map_err(failed("cannot set the loopback device up"))?;
        for address in [ADDRESS, METADATA] {
            let added = loopback::add(address);
            added.map_err(failed("cannot add an address to the loopback device"))?;
        }
        // Mounts from here on are visible only inside the sandbox.
        make_mounts_private().map_err(failed("cannot make the mounts private"))?;
        let sandbox = Sandbox {
            files,
            unresolved: UnresolvedNames::default(),
        };
        sandbox.block_escape_sockets().map_err(failed(
            "cannot block the sockets that lead out of the sandbox",
        ))?;
        sandbox
            .replace_name_server()
            .map_err(failed("cannot replace the addresses of name servers"))?;
        Ok(sandbox)
    }

    /// Closes the file descriptors that this process has inherited, except the standard streams and the descriptors that the arguments of
    /// `command` name, such as `/dev/fd/63`. A descriptor of a directory or a socket can otherwise be used to leave the sandbox.
    ///
    /// A program should call this function at its start. A descriptor of this process that is not closed when another program is executed
    /// counts as inherited.
    ///
    /// # Errors
    ///
    /// Returns an error if `/proc` is not mounted, or if a descriptor cannot be closed.
    pub fn close_inherited_descriptors(command: &[OsString]) -> Result<(), SandboxError> {
        let closed = descriptors::close_inherited(command);
        closed.map_err(failed("cannot close the inherited file descriptors"))
    }

    /// Redirects host names to the mock, and replaces the content of the system's trust stores with the mock's certificate.
    ///
    /// Inside the sandbox, the name server resolves every name for which [`MockEcr::is_aws_host_name`](mock_ecr::MockEcr::is_aws_host_name)
    /// returns `true` to 198.51.100.1. `/etc/hosts` contains `names` with this address, for clients that do not call a name server.
    /// `certificate` is the CA certificate of the mock, in PEM. Returns the path of a file with this certificate.
    ///
    /// The name server responds until the current tokio runtime ends.
    ///
    /// # Errors
    ///
    /// Returns an error if a file cannot be written or mounted, or if the function is called outside a tokio runtime.
    pub fn configure(&self, names: &[String], certificate: &str) -> Result<PathBuf, SandboxError> {
        let hosts = self.write("hosts", &hosts(names));
        let trusted = self.write("ca.pem", certificate);
        let (hosts, trusted) = (
            hosts.map_err(failed("cannot write the hosts file"))?,
            trusted.map_err(failed("cannot write the certificate"))?,
        );
        cover(Path::new("/etc/hosts"), &hosts).map_err(failed("cannot replace the hosts file"))?;
        for bundle in TRUST_STORES.map(Path::new) {
            cover(bundle, &trusted).map_err(failed("cannot replace the system's trust store"))?;
        }
        let resolver = Resolver::bind(NAME_SERVER, self.unresolved.clone());
        let serving = resolver.and_then(|resolver| resolver.serve());
        serving.map_err(failed("cannot start the name server"))?;
        Ok(trusted)
    }

    /// Returns the host names that processes in the sandbox looked up and that are not AWS host names. These names do not resolve. At most
    /// 1,000 names are recorded.
    pub fn unresolved_names(&self) -> BTreeSet<String> {
        self.unresolved.names()
    }

    fn replace_name_server(&self) -> io::Result<()> {
        let configuration = format!("nameserver {}\n", NAME_SERVER.ip());
        let file = self.write("resolv.conf", &configuration)?;
        cover(Path::new("/etc/resolv.conf"), &file)
    }

    /// Replaces the sockets of container engines and name resolvers by an empty file. A network namespace does not block connections to Unix
    /// domain sockets.
    fn block_escape_sockets(&self) -> io::Result<()> {
        let nothing = self.write("nothing", "")?;
        for socket in ESCAPE_SOCKETS.map(Path::new) {
            cover_socket(socket, &nothing)?;
        }
        for socket in runtime_directory::sockets() {
            cover_socket(&socket, &nothing)?;
        }
        runtime_directory::replace(self.files.path())
    }

    /// Writes a file that is mounted over a file of the system. Each user can read it, and only the owner can write it, whatever the umask
    /// is.
    fn write(&self, name: &str, text: &str) -> io::Result<PathBuf> {
        let path = self.files.path().join(name);
        std::fs::write(&path, text)?;
        set_permissions(&path, Permissions::from_mode(0o644))?;
        Ok(path)
    }
}

/// The trust stores of Debian and Alpine, of Fedora and RHEL (two files), of openSUSE, and of OpenSSL on BSD.
const TRUST_STORES: [&str; 5] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

const ESCAPE_SOCKETS: [&str; 12] = [
    "/run/docker.sock",
    "/run/docker/containerd/containerd.sock",
    "/run/containerd/containerd.sock",
    "/run/k3s/containerd/containerd.sock",
    "/run/cri-dockerd.sock",
    "/run/podman/podman.sock",
    "/run/crio/crio.sock",
    "/run/nscd/socket",
    "/run/systemd/private",
    "/run/systemd/resolve/io.systemd.Resolve",
    "/run/dbus/system_bus_socket",
    "/run/buildkit/buildkitd.sock",
];

fn hosts(names: &[String]) -> String {
    let own = "127.0.0.1 localhost\n::1 localhost\n".to_owned();
    names
        .iter()
        .fold(own, |text, name| text + &format!("{ADDRESS} {name}\n"))
}

/// Makes all mounts private, so that later mounts are not visible outside the sandbox.
///
/// In a chroot, `/` may be a directory that is not a mount point. The propagation of such a directory cannot be changed (EINVAL). In this
/// case, the mounts are made private from the root of the mount namespace.
fn make_mounts_private() -> io::Result<()> {
    match make_private_below_root() {
        Err(error) if error.raw_os_error() == Some(Errno::EINVAL as i32) => {
            in_thread_outside_chroot(make_private_below_root)
        }
        result => result,
    }
}

fn make_private_below_root() -> io::Result<()> {
    bind(None, Path::new("/"), MsFlags::MS_REC | MsFlags::MS_PRIVATE)
}

/// Runs a function in a thread whose root directory is the root of the mount namespace, and waits until the thread has ended.
///
/// The thread has its own root directory, so this process stays in its chroot even if a step fails.
fn in_thread_outside_chroot(run: fn() -> io::Result<()>) -> io::Result<()> {
    let namespace = open("/proc/self/ns/mnt")?;
    let thread = std::thread::spawn(move || {
        unshare(CloneFlags::CLONE_FS)?;
        // setns(2) changes the root directory of the thread to the root of the namespace.
        setns(namespace, CloneFlags::CLONE_NEWNS)?;
        run()
    });
    let ended = thread.join();
    ended.unwrap_or_else(|_| Err(io::Error::other("a thread panicked")))
}

/// Opens a file. The error contains the path.
fn open(path: &str) -> io::Result<File> {
    File::open(path).map_err(naming(Path::new(path)))
}

/// Maps the IDs of the user and of the group to the same IDs inside the user namespace.
fn map_user(user: u32, group: u32) -> io::Result<()> {
    std::fs::write("/proc/self/setgroups", "deny")?;
    std::fs::write("/proc/self/uid_map", format!("{user} {user} 1"))?;
    std::fs::write("/proc/self/gid_map", format!("{group} {group} 1"))
}

fn failed(what: &'static str) -> impl FnOnce(io::Error) -> SandboxError {
    move |cause| SandboxError::Create { what, cause }
}

fn denied(errno: nix::Error) -> SandboxError {
    SandboxError::Create {
        what: "it needs root privileges or user namespaces, which many containers, every chroot and some kernels do not permit",
        cause: errno.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_without_namespaces_is_one_sentence_that_names_the_proxy() {
        let error = denied(Errno::EPERM).to_string();
        let start = "cannot create a sandbox: it needs root privileges or user namespaces";
        let end = ": Operation not permitted (os error 1); use --redirect proxy";
        assert!(error.starts_with(start) && error.ends_with(end), "{error}");
        let in_suite = crate::SuiteError::NoSandbox(error.clone());
        assert_eq!(in_suite.to_string(), error);
    }
}
