//! The fence of `--redirect sandbox`: a network with a loopback device and nothing else, in which AWS's names lead to the mock.
//!
//! This process goes behind it itself, before it has any thread besides its first, and so does the command that it runs. The files that it
//! puts in the place of the system's are seen there alone.

use std::io;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use tempfile::TempDir;

use crate::sandbox::error::SandboxError;
use crate::sandbox::loopback;

/// Where AWS's names lead behind the fence. Docker and its engine ask no certificate of a name that leads to 127.0.0.0/8, as if it were
/// insecure, so that it is an address of those that RFC 5737 keeps for documentation.
pub(super) const ADDRESS: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 1);

/// Where machines of EC2 find their metadata. Behind the fence it is this machine itself, so that nobody waits there for a network that
/// there is none of.
pub(crate) const METADATA: Ipv4Addr = Ipv4Addr::new(169, 254, 169, 254);

/// What stands in the place of the system's files; it is gone with this value.
#[derive(Debug)]
pub struct Sandbox {
    files: TempDir,
}

impl Sandbox {
    /// Goes behind a new fence.
    ///
    /// # Errors
    ///
    /// When this is not allowed: it takes root, or a kernel that lets users have namespaces.
    pub fn enter() -> Result<Self, SandboxError> {
        // As root the files are made outside, and as a user in a namespace of one's own.
        let files = tempfile::Builder::new()
            .prefix("mock-ecr-sandbox-")
            .tempdir();
        let files = files.map_err(failed("cannot make a directory"))?;
        let user = rustix::process::geteuid().as_raw();
        let group = rustix::process::getegid().as_raw();
        let mut namespaces = CloneFlags::CLONE_NEWNET | CloneFlags::CLONE_NEWNS;
        if user != 0 {
            namespaces |= CloneFlags::CLONE_NEWUSER;
        }
        unshare(namespaces).map_err(denied)?;
        if user != 0 {
            map_user(user, group).map_err(failed("cannot keep the user's name"))?;
        }
        loopback::raise().map_err(failed("cannot raise the loopback device"))?;
        for address in [ADDRESS, METADATA] {
            let added = loopback::add(address);
            added.map_err(failed("cannot give the loopback device an address"))?;
        }
        // What is mounted from here on is seen here alone.
        bind(None, Path::new("/"), MsFlags::MS_REC | MsFlags::MS_PRIVATE)
            .map_err(failed("cannot part from the system's mounts"))?;
        let sandbox = Sandbox { files };
        sandbox
            .block_escape_sockets()
            .map_err(failed("cannot cover the doors that lead out"))?;
        Ok(sandbox)
    }

    /// Lets names lead to 198.51.100.1, and the system's clients trust a certificate.
    pub fn configure(&self, names: &[String], certificate: &str) -> Result<PathBuf, SandboxError> {
        let hosts = self.write("hosts", &hosts(names));
        let trusted = self.write("ca.pem", certificate);
        let (hosts, trusted) = (
            hosts.map_err(failed("cannot write the names of hosts"))?,
            trusted.map_err(failed("cannot write the certificate"))?,
        );
        cover(Path::new("/etc/hosts"), &hosts).map_err(failed("cannot cover /etc/hosts"))?;
        for bundle in TRUST_STORES.map(Path::new) {
            cover(bundle, &trusted).map_err(failed("cannot cover the system's trust store"))?;
        }
        Ok(trusted)
    }

    /// Sockets in files lead through the fence: to a container engine, and to whoever resolves names.
    fn block_escape_sockets(&self) -> io::Result<()> {
        let nothing = self.write("nothing", "")?;
        for socket in ESCAPE_SOCKETS.map(Path::new) {
            cover(socket, &nothing)?;
        }
        Ok(())
    }

    fn write(&self, name: &str, text: &str) -> io::Result<PathBuf> {
        let path = self.files.path().join(name);
        std::fs::write(&path, text)?;
        Ok(path)
    }
}

/// Where systems keep whom they trust: Debian and Alpine, Fedora and its kin, openSUSE, BSDs' OpenSSL.
const TRUST_STORES: [&str; 5] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

const ESCAPE_SOCKETS: [&str; 9] = [
    "/etc/resolv.conf",
    "/run/docker.sock",
    "/run/containerd/containerd.sock",
    "/run/podman/podman.sock",
    "/run/crio/crio.sock",
    "/run/nscd/socket",
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

/// Puts a file in the place of one that is there.
fn cover(path: &Path, with: &Path) -> io::Result<()> {
    // A link is covered where it leads to.
    match std::fs::canonicalize(path) {
        Ok(path) => bind(Some(with), &path, MsFlags::MS_BIND),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

fn bind(from: Option<&Path>, to: &Path, flags: MsFlags) -> io::Result<()> {
    let nothing: Option<&str> = None;
    Ok(mount(from, to, nothing, flags, nothing)?)
}

/// The user is who they were, inside the namespace as well.
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
        what: "namespaces of network and mounts take root, or a kernel that lets users have them \
               (kernel.unprivileged_userns_clone, user.max_user_namespaces)",
        cause: errno.into(),
    }
}
