# Functions for the scripts that run containers with podman. A script sources this file after steps.sh.

# Selects an own storage, own networks and a runtime for podman and buildah, in a directory. The containers and images of the user are not used.
# runc and cgroupfs also work where there is no systemd, as in a container.
use_own_containers() {
    containers=$1
    mkdir -p "$containers/networks"
    cat >"$containers/containers.conf" <<CONF
[containers]
default_ulimits = ["nofile=20000:20000", "nproc=4096:4096"]
log_driver = "k8s-file"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
helper_binaries_dir = ["$containers/network-tools/usr/lib/podman", "/usr/lib/podman", "/usr/libexec/podman"]
[network]
network_backend = "netavark"
network_config_dir = "$containers/networks"
CONF
    printf '[storage]\ndriver = "vfs"\ngraphroot = "%s/storage"\nrunroot = "%s/run"\n' "$containers" "$containers" >"$containers/storage.conf"
    export CONTAINERS_CONF=$containers/containers.conf CONTAINERS_STORAGE_CONF=$containers/storage.conf
    # Logins of the user are not used either.
    export REGISTRY_AUTH_FILE=$containers/auth.json
    echo '{}' >"$REGISTRY_AUTH_FILE"
}

install_container_tools() {
    local program missing=()
    [[ $(id -u) -eq 0 ]] || fail "this script runs containers and needs root"
    for program in buildah podman runc skopeo iptables; do
        command -v "$program" >/dev/null || missing+=("$program")
    done
    [[ ${#missing[@]} -eq 0 ]] || apt_install "containers" "${missing[@]}"
    command -v ip >/dev/null || apt_install "network namespaces" iproute2
    unpack_network_tools
}

# The programs of podman's networks. They are unpacked and not installed, because their installation would change the networks of podman of the
# user.
unpack_network_tools() {
    [[ ! -x /usr/lib/podman/netavark || ! -x /usr/lib/podman/aardvark-dns ]] || return 0
    [[ ! -x $containers/network-tools/usr/lib/podman/aardvark-dns ]] || return 0
    local downloads=$containers/downloads package
    echo "unpacking netavark and aardvark-dns into $containers/network-tools"
    mkdir -p "$downloads"
    (cd "$downloads" && apt-get download -qq -o APT::Sandbox::User=root netavark aardvark-dns) || fail "apt-get cannot download netavark and aardvark-dns"
    for package in "$downloads"/*.deb; do
        dpkg -x "$package" "$containers/network-tools"
    done
}

# Runs a script in a new network namespace: all ports are free, and no other host can be reached.
isolated() {
    unshare --net "$BASH" -euo pipefail -c 'ip link set lo up; exec "$@"' isolated "$@"
}

remove_containers() {
    [[ -n ${containers-} ]] || return 0
    podman rm --all --force --time 0 >/dev/null 2>&1 || true
    podman volume prune --force >/dev/null 2>&1 || true
    podman network prune --force >/dev/null 2>&1 || true
    # Images without a name are those of earlier runs.
    podman image prune --force >/dev/null 2>&1 || true
}
