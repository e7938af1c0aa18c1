# Functions that several scripts use. A script sources this file from the root of the repository.

# Runs a command as a step, and prints how long it took. `current_step` is the name of the step, for the message of a failure.
step() {
    current_step=$1
    shift
    local started=$SECONDS
    printf '\n== %s\n' "$current_step"
    "$@"
    printf '== %s: %d s\n' "$current_step" $((SECONDS - started))
}

# Prints the result of a script when it exits. The script sets `all_passed` after its last step.
finish() {
    if [[ -n ${all_passed-} ]]; then
        printf '\n%s: passed in %d s%s\n' "$1" "$SECONDS" "${unchecked-}"
    else
        printf '\n%s: FAILED at step "%s"\n' "$1" "${current_step-start}" >&2
    fi
}

# The Rust version of the lints and of the recorded public API (public-api.txt of each library). Both differ between versions.
rust_version=1.95.0

# Selects the Rust version above for this script. Installs it with rustup if it is missing.
use_toolchain() {
    local found
    command -v cargo >/dev/null || fail "cargo is not on the PATH; install Rust with rustup first"
    read -r _ found _ < <(rustc --version)
    [[ $found != "$rust_version" ]] || return 0
    if ! command -v rustup >/dev/null; then
        echo "warning: this is Rust $found, and rustup is missing: lints and the public API can differ from those of Rust $rust_version"
        return 0
    fi
    echo "the checks use Rust $rust_version instead of $found, because lints and the public API differ between versions"
    rustup run "$rust_version" cargo clippy --version >/dev/null 2>&1 || install_toolchain
    export RUSTUP_TOOLCHAIN=$rust_version
}

install_toolchain() {
    echo "installing Rust $rust_version with rustup; the default toolchain does not change"
    rustup toolchain install "$rust_version" --profile minimal --component clippy,rustfmt ||
        fail "rustup cannot install Rust $rust_version (see above)"
}

target_directory() {
    local target=${CARGO_TARGET_DIR:-target}
    mkdir -p "$target"
    (cd "$target" && pwd)
}

rustup_add() {
    command -v rustup >/dev/null || fail "cargo has no $1 and rustup is missing; install $1"
    echo "installing $1 with rustup"
    rustup component add "$1"
}

# Installs Python packages into a separate virtual environment, if they are not installed there. Returns an error if pip fails, even if the
# function is called in a condition, where bash ignores `set -e`.
install_venv() {
    local venv=$1
    shift
    if [[ $(cat "$venv/installed" 2>/dev/null) == "$*" ]] && is_venv "$venv"; then
        return
    fi
    require_python
    echo "installing $* with pip into $venv"
    rm -rf "$venv"
    python3 -m venv "$venv" && "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@" && echo "$*" >"$venv/installed"
}

# A virtual environment stops working if the Python that created it is removed, so its existence is not sufficient.
is_venv() {
    "$1/bin/python" -c '' 2>/dev/null
}

require_python() {
    has_venv || apt_install "Python 3 with venv" python3 python3-venv
    has_venv || fail "python3 still has no venv and ensurepip; install a complete Python"
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' ||
        fail "$(python3 --version) is too old for AWS CLI v1; put Python 3.10 or later on the PATH as python3"
}

# Debian's python3 has venv but not ensurepip. Environments without ensurepip have no pip.
has_venv() {
    python3 -c 'import venv, ensurepip' 2>/dev/null
}

python_clients=scripts/python-clients.txt

# Exports the paths of AWS CLI v1 (AWS_V1) and of a Python with boto3 (MOCK_ECR_PYTHON) for the tests.
install_python_clients() {
    local venv
    venv=$(target_directory)/python-clients
    export AWS_V1=$venv/bin/aws MOCK_ECR_PYTHON=$venv/bin/python
    if ! has_python_clients "$venv"; then
        require_python
        echo "installing $python_clients with pip into $venv"
        rm -rf "$venv"
        python3 -m venv "$venv"
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$python_clients"
        cp "$python_clients" "$venv/installed"
    fi
    "$AWS_V1" --version
    "$MOCK_ECR_PYTHON" -c 'import boto3; print("boto3", boto3.__version__)'
}

has_python_clients() {
    cmp -s "$python_clients" "$1/installed" && is_venv "$1"
}

# Exports the directory of the clients that are not installed by the system. The argument `--all` also installs those of scripts/verdicts.
install_other_clients() {
    MOCK_ECR_CLIENTS=$(target_directory)/real-clients
    export MOCK_ECR_CLIENTS
    scripts/install-clients "$@"
}

apt_install() {
    local what=$1
    shift
    if [[ $(id -u) -ne 0 ]] || ! command -v apt-get >/dev/null; then
        fail "$what is missing; install it, or run this script as root on a system with apt-get"
    fi
    echo "installing $* with apt-get, for $what"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
}

# The program and the library are both called mock_ecr. In one run they would overwrite each other's pages.
build_docs() {
    local options=(--locked --no-deps --all-features --document-private-items)
    export RUSTDOCFLAGS="-D warnings"
    cargo doc "${options[@]}" --package mock-ecr-cli
    cargo doc "${options[@]}" --workspace --exclude mock-ecr-cli
}

fail() {
    echo "error: $1" >&2
    exit 1
}

# Fails if a program needs shared libraries.
require_static() {
    [[ -f $1 && -x $1 ]] || fail "$1 is not a program"
    command -v file >/dev/null || apt_install "the type of a program" file
    [[ $(file --brief --dereference "$1") == *stati*" linked"* ]] ||
        fail "$1 is not a static program; build one with scripts/release --dry-run x86_64-unknown-linux-musl"
}

# Prints the processor of a program, in the words of Debian and of container images.
architecture_of() {
    case $(file --brief --dereference "$1") in
    *x86-64*) echo amd64 ;;
    *aarch64*) echo arm64 ;;
    *) fail "$1 is a program for another processor than x86-64 and ARM64" ;;
    esac
}

workspace_version() {
    sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml
}

workspace_repository() {
    sed -n '/^\[workspace.package\]/,/^\[/s/^repository = "\(.*\)"/\1/p' Cargo.toml
}
