#!/bin/sh
# A program `docker` that logs in nowhere. It parses its command line and stdin as docker 28.2.2 does, prints the same errors, and records each
# call in a directory RECORDS/NUMBER: `arguments` (one a line), `command`, and for a login `username`, `password`, `server` and, if the
# password was passed on stdin, `stdin`. RECORDS/exit contains the exit code of a valid login.

number=1
while ! mkdir "RECORDS/$number" 2>/dev/null; do number=$((number + 1)); done
record=RECORDS/$number
for argument; do printf '%s\n' "$argument"; done >"$record/arguments"

fail() {
    printf '%s\n' "$1" >&2
    exit 1
}

# Options are parsed by docker as by the Go package pflag: those of docker itself are before the command, and those of a command can be between its
# other arguments.
usage() {
    case $command in
    '') usage="[OPTIONS] COMMAND [ARG...]" ;;
    login) usage="login [OPTIONS] [SERVER]" ;;
    *) usage="$command [SERVER]" ;;
    esac
}

# docker checks its own options before those of the command.
check_global_options() {
    case $level in
    debug | info | warn | warning | error | fatal | panic | trace) ;;
    *) fail "Unable to parse logging level: $level" ;;
    esac
    case $server_options in
    *host*context* | *context*host*) fail "conflicting options: cannot specify both --host and --context" ;;
    esac
}

invalid_option() {
    check_global_options
    usage
    printf '%s\n\nUsage:  docker %s\n\nRun %s for more information\n' "$1" "$usage" "'docker ${command:+$command }--help'" >&2
    exit 125
}

# Sets `kind` to the kind of an option, and `long` and `title` to its names. `title` is empty for an unknown option.
find_option() {
    title=
    case $command:$1 in
    :--config) kind=text long=config title=--config ;;
    :--context | :-c) kind=text long=context title="-c, --context" ;;
    :--host | :-H) kind=text long=host title="-H, --host" ;;
    :--log-level | :-l) kind=text long=log-level title="-l, --log-level" ;;
    :--tlscacert | :--tlscert | :--tlskey) kind=text long=${1#--} title=$1 ;;
    :--debug | :-D) kind=flag long=debug title="-D, --debug" ;;
    :--version | :-v) kind=flag long=version title="-v, --version" ;;
    :--tls | :--tlsverify) kind=flag long=${1#--} title=$1 ;;
    login:--username | login:-u) kind=text long=username title="-u, --username" ;;
    login:--password | login:-p) kind=text long=password title="-p, --password" ;;
    login:--password-stdin) kind=flag long=password-stdin title=$1 ;;
    *:--help) kind=flag long=help title="-h, --help" ;;
    *:-h) kind=flag long=help title="-h, --help"; echo "Flag shorthand -h has been deprecated, use --help" ;;
    esac
}

# Stores the value of the option that find_option has found.
store() {
    if [ $kind = flag ]; then
        case $1 in
        1 | t | T | true | TRUE | True) set -- true ;;
        0 | f | F | false | FALSE | False) set -- false ;;
        *) invalid_option "invalid argument \"$1\" for \"$title\" flag: strconv.ParseBool: parsing \"$1\": invalid syntax" ;;
        esac
    fi
    case $long in
    username) has_username=1 username=$1 ;;
    password) has_password=1 password=$1 ;;
    password-stdin) has_stdin=1 by_stdin=$1 ;;
    help) [ "$1" = false ] || help=1 ;;
    log-level) level=$1 ;;
    host | context) server_options="$server_options $long" ;;
    esac
}

# Sets `trimmed` to a text without white space at its ends.
trim() {
    trimmed=${1#"${1%%[![:space:]]*}"}
    trimmed=${trimmed%"${trimmed##*[![:space:]]}"}
}

command= level=info help= server_options=
has_username= username= has_password= password= has_stdin= by_stdin=false
positional=0 server=
only_arguments=
while [ $# -gt 0 ]; do
    argument=$1
    shift
    [ -z "$only_arguments" ] || { positional=$((positional + 1)) server=$argument; continue; }
    case $argument in
    --) [ -z "$command" ] || only_arguments=1 ;;
    ---* | --=*) invalid_option "bad flag syntax: $argument" ;;
    --*)
        name=${argument%%=*}
        find_option "$name"
        [ -n "$title" ] || invalid_option "unknown flag: $name"
        case $argument in
        *=*) store "${argument#*=}" ;;
        *)
            if [ $kind = flag ]; then
                store true
            else
                [ $# -gt 0 ] || invalid_option "flag needs an argument: $name"
                store "$1"
                shift
            fi
            ;;
        esac
        ;;
    -?*)
        letters=${argument#-}
        while [ -n "$letters" ]; do
            rest=${letters#?}
            letter=${letters%"$rest"}
            find_option "-$letter"
            [ -n "$title" ] || invalid_option "unknown shorthand flag: '$letter' in -$letters"
            # An equals sign without a text after it is itself the value.
            case $rest in
            =?*) store "${rest#=}"; break ;;
            esac
            if [ $kind = flag ]; then
                store true
                letters=$rest
            elif [ -n "$rest" ]; then
                store "$rest"
                break
            else
                [ $# -gt 0 ] || invalid_option "flag needs an argument: '$letter' in -$letters"
                store "$1"
                shift
                break
            fi
        done
        ;;
    *)
        if [ -n "$command" ]; then
            positional=$((positional + 1)) server=$argument
        else
            command=$argument
        fi
        ;;
    esac
done

printf '%s' "$command" >"$record/command"
[ -z "$help" ] || { usage; printf 'Usage:  docker %s\n' "$usage"; exit 0; }
check_global_options
case $command in
login | logout)
    usage
    [ $positional -le 1 ] || fail "docker: 'docker $command' requires at most 1 argument

Usage:  docker $usage

SRun 'docker $command --help' for more information"
    ;;
esac
[ "$command" = login ] || exit 0
[ -z "$has_password" ] || [ -z "$has_stdin" ] || fail "conflicting options: cannot specify both --password and --password-stdin"
[ -z "$has_stdin" ] || [ -n "$has_username" ] || fail "the --password-stdin option requires --username to be set"
[ -z "$has_username" ] || [ -n "$username" ] || fail "username is empty"
[ -z "$has_password" ] || [ -n "$password" ] || fail "password is empty"
[ -z "$has_password" ] || echo "WARNING! Using --password via the CLI is insecure. Use --password-stdin." >&2
if [ $by_stdin = true ]; then
    cat >"$record/stdin"
    password=$(cat "$record/stdin")
fi
trim "$username"
username=$trimmed
trim "$password"
password=$trimmed
[ "$has_username$has_password" != 11 ] || [ -n "$password" ] || fail "inappropriate ioctl for device"
[ -n "$username" ] && [ -n "$password" ] || fail "Error: Cannot perform an interactive login from a non TTY device"
server=${server#http://}
server=${server#https://}
server=${server%%/*}
case $server_options in
*host*host*) fail "Failed to initialize: unable to resolve docker endpoint: Specify only one -H" ;;
esac
printf '%s' "$username" >"$record/username"
printf '%s' "$password" >"$record/password"
printf '%s' "${server:-index.docker.io}" >"$record/server"

code=$(cat RECORDS/exit 2>/dev/null || echo 0)
[ "$code" = 0 ] || {
    echo "Error response from daemon: login attempt to https://$server/v2/ failed with status: 400 Bad Request" >&2
    exit "$code"
}
echo "Login Succeeded"
