#!/usr/bin/env bash
# Pulls an image with docker and an engine of its own, which ends with this script. The mounts of the engine are in a mount namespace of its
# own, and its data is in a home directory.
#
# usage: docker_pull.sh HOME IMAGE
set -euo pipefail
engine=$1/engine
image=$2
mkdir -p "$engine"
echo '{}' >"$engine/daemon.json"
export DOCKER_HOST=unix://$engine/docker.sock
unshare --mount -- dockerd --host "$DOCKER_HOST" --config-file "$engine/daemon.json" --data-root "$engine/data" \
    --exec-root "$engine/exec" --pidfile "$engine/pid" --storage-driver vfs \
    --bridge none --iptables=false --ip-forward=false 2>"$engine/log" &
daemon=$!
# An engine that is killed does not stop its containerd, so it gets SIGTERM.
trap 'kill "$daemon" 2>/dev/null; wait' EXIT
until grep -q "API listen on" "$engine/log"; do
    if ! kill -0 "$daemon" 2>/dev/null; then
        echo "the engine did not start:" >&2
        cat "$engine/log" >&2
        exit 1
    fi
    sleep 0.05
done
docker pull "$image"
