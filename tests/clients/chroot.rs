//! The sandbox of `mock-ecr run` in a chroot whose root directory is not a mount point.

use std::process::{Command, Output};

use assert_cmd::cargo::cargo_bin;

use crate::sandbox;

/// Creates a root directory in a tmpfs, with bind mounts of the directories of the system, and runs the remaining arguments in a chroot.
///
/// The mounts are shared, as those of most systems are. If the sandbox did not make them private, its files would also be mounted outside.
const CHROOT: &str = r#"
set -e
base=$1 root=$1/root mock=$2 directories=$3
shift 3
mount -t tmpfs none "$base"
for directory in $directories; do
    if [ -L "/$directory" ]; then
        mkdir -p "$root" && cp -P "/$directory" "$root/$directory"
    elif [ -e "/$directory" ]; then
        mkdir -p "$root/$directory" && mount --rbind "/$directory" "$root/$directory"
    fi
done
mkdir "$root/tmp" && touch "$root/mock-ecr" && mount --bind "$mock" "$root/mock-ecr"
mount --make-rshared "$base"
chroot "$root" "$@"
grep -c amazonaws.com "$root/etc/hosts" || true
"#;

/// Runs a command in a chroot with these directories of the system.
fn in_chroot(directories: &str, command: &[&str]) -> Output {
    sandbox::require();
    // Not deleted recursively: it must never contain a mount outside of the namespace.
    let base = tempfile::tempdir().unwrap().keep();
    let output = Command::new("unshare")
        .args(["--mount", "--propagation", "private", "--"])
        .args(["sh", "-c", CHROOT, "sh"])
        .args([base.as_path(), &cargo_bin("mock-ecr")])
        .arg(directories)
        .args(command)
        .output()
        .unwrap();
    std::fs::remove_dir(&base).unwrap();
    output
}

const SCRIPT: &str = "getent hosts 999999999999.dkr.ecr.eu-west-1.amazonaws.com | cut -d ' ' -f 1
    curl -s -o /dev/null -w '%{http_code}\n' https://999999999999.dkr.ecr.eu-west-1.amazonaws.com/v2/
    test -e /root/etc || echo in the chroot";

#[test]
fn the_sandbox_works_in_a_chroot_whose_root_is_not_a_mount_point() {
    let run = ["/mock-ecr", "run", "--redirect", "sandbox", "--"];
    let directories = "bin dev etc lib lib64 proc sbin usr";
    let output = in_chroot(directories, &[&run[..], &["sh", "-c", SCRIPT]].concat());
    let printed = String::from_utf8_lossy(&output.stdout);
    assert_eq!(
        printed, "198.51.100.1\n401\nin the chroot\n0\n",
        "{output:?}"
    );
}

#[test]
fn the_sandbox_requires_proc() {
    let run = ["/mock-ecr", "run", "--redirect", "sandbox", "--", "true"];
    let output = in_chroot("bin dev etc lib lib64 sbin usr", &run);
    let printed = String::from_utf8_lossy(&output.stderr);
    let expected = "mock-ecr: cannot create a sandbox: cannot close the inherited file descriptors: \
                    /proc/self/fdinfo: No such file or directory (os error 2); use --redirect proxy\n";
    assert_eq!(printed, expected);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn the_error_without_root_is_one_sentence_that_names_the_proxy() {
    let user = [
        "setpriv",
        "--reuid=65534",
        "--regid=65534",
        "--clear-groups",
        "env",
        "TMPDIR=/dev/shm",
    ];
    let run = ["run", "--redirect", "sandbox", "--", "true"];
    let contract = [
        "contract",
        "--client-type=token-printer",
        "--redirect=sandbox",
        "true",
    ];
    for (command, code) in [(&run[..], 1), (&contract[..], 2)] {
        let output = in_chroot(
            "bin dev etc lib lib64 proc sbin usr",
            &[&user[..], &["/mock-ecr"], command].concat(),
        );
        let printed = String::from_utf8_lossy(&output.stderr);
        let expected = "mock-ecr: cannot create a sandbox: it needs root privileges or user namespaces, which many containers, \
                        every chroot and some kernels do not permit: Operation not permitted (os error 1); use --redirect proxy\n";
        assert_eq!(printed, expected);
        assert_eq!(output.status.code(), Some(code));
    }
}
