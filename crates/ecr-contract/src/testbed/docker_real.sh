#!/bin/sh
# A program `docker` that records its calls and runs the docker CLI. It records each call in a directory RECORDS/NUMBER: `arguments` (one a line),
# `command`, `stdin` if the password is passed on stdin, and for a login that docker accepts docker's `config.json`, and `stored` if docker has passed
# the login to a credential store: the response of the store.

number=1
while ! mkdir "RECORDS/$number" 2>/dev/null; do number=$((number + 1)); done
record=RECORDS/$number
by_stdin= command= config=${DOCKER_CONFIG:-$HOME/.docker} previous=
for argument; do
    printf '%s\n' "$argument"
    case $previous:$argument in
    --config:*) config=$argument ;;
    *:--config=*) config=${argument#--config=} ;;
    *:--password-stdin | *:--password-stdin=*) by_stdin=1 ;;
    *:login | *:logout) [ -n "$command" ] || command=$argument ;;
    esac
    previous=$argument
done >"$record/arguments"
printf '%s' "$command" >"$record/command"
if [ -n "$by_stdin" ]; then
    cat >"$record/stdin"
    DOCKER "$@" <"$record/stdin"
else
    DOCKER "$@"
fi
code=$?
if [ $code = 0 ] && [ "$command" = login ]; then
    cp "$config/config.json" "$record/config.json"
    store=$(sed -n 's/.*"credsStore": *"\([^"]*\)".*/\1/p' "$config/config.json")
    for argument; do
        [ -n "$store" ] || break
        host=${argument#http*://}
        printf '%s' "${host%%/*}" | "docker-credential-$store" get >"$record/stored" 2>&1 && break
    done
fi
exit $code
