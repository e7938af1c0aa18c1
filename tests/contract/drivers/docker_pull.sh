#!/usr/bin/env bash
# Pulls an image with docker and an engine of its own, which ends with this script and whose storage is empty at first. The mounts of the
# engine are in a mount namespace of its own, and its data is in a new directory in a home directory.
#
# usage: docker_pull.sh HOME IMAGE
set -euo pipefail
engine=$(mktemp -d "$1/engine-XXXXXX")
image=$2
mkdir "$engine/tmp"
echo '{}' >"$engine/daemon.json"
# Not named `log`, because the suite reads such files as logs of the client. An engine on a busy machine writes stack traces of its containerd,
# which has not failed.
: >"$engine/output"
export DOCKER_HOST=unix://$engine/docker.sock
TMPDIR=$engine/tmp unshare --mount -- dockerd --host "$DOCKER_HOST" --config-file "$engine/daemon.json" --data-root "$engine/data" \
    --exec-root "$engine/exec" --pidfile "$engine/pid" --storage-driver vfs \
    --bridge none --iptables=false --ip-forward=false 2>"$engine/output" &
daemon=$!
# An engine that is killed does not stop its containerd, so it gets SIGTERM.
trap 'kill "$daemon" 2>/dev/null; wait; rm -rf "$engine/tmp"' EXIT
until grep -q "API listen on" "$engine/output"; do
    if ! kill -0 "$daemon" 2>/dev/null; then
        echo "the engine did not start:" >&2
        cat "$engine/output" >&2
        exit 1
    fi
    sleep 0.05
done
docker pull "$image"
