#!/bin/sh
# Runs a command of another release of Debian, whose packages `scripts/install-clients --all` unpacks into a directory. `/usr` is that of this
# directory, in a mount namespace of its own, because its programs need a newer libc than that of the system. All other files are those of the
# sandbox, such as /etc/hosts and the trusted certificates.
#
# usage: in_debian.sh DIRECTORY COMMAND…
exec unshare --mount -- sh -c 'mount --bind "$1/usr" /usr && shift && exec "$@"' sh "$@"
