# Sourced by scripts/services, after setup.sh: what can be done with one server.
# shellcheck shell=bash disable=SC2154
#
# A file of scripts/services.d, given its `name`, its `folder` and where `programs` are kept, defines:
#   port, port_variable  where the server listens, on 127.0.0.1 only, and the environment variable that sets it
#   program              the executable file that its process runs
#   command              how it is started; one argument names its folder
#   install_program      installs the program unless it is there
#   before_start         makes what must be there before the start
#   answers              whether the server answers as it should
#   after_start          makes what tests use of it, unless it is there
#   variables            prints what tests must know, as `export NAME=VALUE`

readonly ready_seconds=60 stop_seconds=20 log_lines=20

# use_server NAME SERVICES
use_server() {
    name="$1" folder="$2/$1" programs="$2/programs"
    # shellcheck source=scripts/services.d/s3.sh
    source "scripts/services.d/$name.sh"
}

up() {
    local wanted_port="$port"
    install_program
    # A server of another version gives way.
    if is_running && [ "$running_program" != "$(readlink -f "$program")" ]; then
        down
        port="$wanted_port"
    fi
    if ! is_running; then
        start
    elif [ -n "${!port_variable:-}" ] && [ "$port" != "$wanted_port" ]; then
        fail "$name is up on port $port, not on $wanted_port: scripts/services down $name"
    fi
    wait_until_ready
    after_start
    printf '%s: up on 127.0.0.1:%s\n' "$name" "$port"
}

# Ends the server that was started last, and nothing else; by force if it does not end in time.
down() {
    local deadline=$((SECONDS + stop_seconds)) signal=TERM
    while is_running; do
        kill -s "$signal" "$process" 2>/dev/null || true
        sleep 0.1
        if [ "$SECONDS" -ge "$deadline" ]; then
            [ "$signal" = TERM ] || fail "$name: process $process does not end"
            signal=KILL deadline=$((SECONDS + stop_seconds))
        fi
    done
    rm -f "$folder/pid"
    printf '%s: down\n' "$name"
}

# Ends it as a crash does.
crash() {
    is_running || fail "$name is down: scripts/services up $name"
    kill -s KILL "$process" 2>/dev/null || true
    down
    # A process loses its program before its sockets.
    while is_taken; do sleep 0.1; done
}

wipe() {
    down
    rm -rf "${folder:?}"
}

show_status() {
    if ! is_running; then
        printf '# %s: down\n' "$name"
        return 1
    fi
    if ! answers; then
        printf '# %s: process %s does not answer on 127.0.0.1:%s; log: %s\n' "$name" "$process" "$port" "$folder/log"
        return 1
    fi
    printf '# %s: up on 127.0.0.1:%s; process %s; log: %s\n' "$name" "$port" "$process" "$folder/log"
    variables
}

show_env() {
    is_running || fail "$name is down: scripts/services up $name"
    variables
}

start() {
    if ! [[ "$port" =~ ^[1-9][0-9]{0,4}$ ]] || [ "$port" -gt 65535 ]; then
        fail "$port_variable: '$port' is no port"
    fi
    if is_taken; then
        fail "$name: port $port of 127.0.0.1 is taken by another program; choose one with $port_variable=PORT"
    fi
    mkdir -p "$folder"
    before_start
    # In a session of its own, so that no terminal ends it, and without the lock, which it would hold.
    setsid "${command[@]}" >"$folder/log" 2>&1 </dev/null 9>&- &
    process=$!
    printf '%s\n' "$process" "$port" "$(readlink -f "$program")" >"$folder/pid"
}

# Whether somebody listens on the port.
is_taken() { timeout 5 bash -c "exec 3<>/dev/tcp/127.0.0.1/$port" 2>/dev/null; }

# Whether the server that was started last is still there; sets `process`, `port` and `running_program` to its own.
is_running() {
    local started_port
    [ -f "$folder/pid" ] || return 1
    { read -r process && read -r started_port && read -r running_program; } <"$folder/pid" || return 1
    runs "$process" "$running_program" || return 1
    port="$started_port"
}

# runs PROCESS PROGRAM: the system gives numbers of processes to others in time, so the one of that number must run the
# program, and in this folder.
runs() {
    local executable
    executable="$(readlink "/proc/$1/exe" 2>/dev/null)" || return 1
    # The system adds this where the file has been replaced since.
    [ "${executable% (deleted)}" = "$2" ] && grep -qaF -- "$folder" "/proc/$1/cmdline" 2>/dev/null
}

# Waits until the server answers. One that ends, or does not answer in time, is an error with the log's tail.
wait_until_ready() {
    local deadline=$((SECONDS + ready_seconds))
    until answers && is_running; do
        # This cannot be read of a process that has ended.
        readlink "/proc/$process/exe" >/dev/null 2>&1 || give_up "has ended instead of answering"
        [ "$SECONDS" -lt "$deadline" ] || give_up "does not answer on port $port after $ready_seconds s"
        sleep 0.1
    done
}

give_up() {
    down >/dev/null
    printf '%s: the end of %s:\n' "$name" "$folder/log" >&2
    tail -n "$log_lines" "$folder/log" >&2
    fail "$name $1"
}
