# Sourced by scripts/bench: archives to views by DuckDB and Polars, beside pinflow, on the same two cores.
# shellcheck shell=bash disable=SC2154

readonly peer_names=(DuckDB Polars)

peers() {
    say "build"
    cargo build --locked --release --bin pinflow
    python="$(benches/peers/install)"
    # The last two cores that this process may use.
    cores="$("$python" -c 'import os; print(*sorted(os.sched_getaffinity(0))[-2:], sep=",")')"
    [[ "$cores" == *,* ]] || fail "peers: two cores are needed"
    say "peers: do all give the same where records are corrected, deleted, repeated and scattered over partitions?"
    archive corrections 20000 --correction-rate 0.2 --delete-rate 0.05 --partitions 12 --scatter-rate 0.1 \
        --per-object 1000 --overlap-rate 0.2 --gap-rate 0.2 --blank-rate 0.01
    agree "20000 posts with corrections"
    printf 'yes\n'
    say "peers: what they take with two threads, pinflow with two workers being 1"
    printf "%-40s %20s %22s %22s\n" "" "processor time" "clock" "peak memory"
    printf "%-40s %6s %6s %6s %8s %6s %6s %8s %6s %6s\n" archive median least most median least most median least most
    beside_peers $((posts / 10))
    beside_peers "$posts"
}

# command_of NAME: sets `command` to what computes the views of `archive`, or of its copy that peers can read.
command_of() {
    local script
    case "$1" in
        pinflow) command=("$release/pinflow" replay "$archive" --workers 2 --quiet --format csv --out "$scratch/pinflow") ;;
        start-*) command=("$python" -c "import ${1#start-}") ;;
        *)
            script="benches/peers/$(tr '[:upper:]' '[:lower:]' <<<"$1")_views.py"
            command=("$python" -B "$script" "$readable" "$scratch/$1" 2)
            ;;
    esac
    command=(taskset -c "$cores" "${command[@]}")
}

# took NAME: seconds of processors, seconds by the clock and MiB that it takes.
took() {
    local command
    command_of "$1"
    "$python" -B benches/peers/measured.py "${command[@]}" 2>"$scratch/errors" || fail "$1: $(cat "$scratch/errors")"
}

# agree LABEL: sets `readable`, and fails unless all give the same bytes. This also fills the page cache.
agree() {
    local peer
    make_readable
    took pinflow >/dev/null
    for peer in "${peer_names[@]}"; do
        rm -rf "${scratch:?}/$peer"
        took "$peer" >/dev/null
        diff -r "$scratch/pinflow" "$scratch/$peer" >/dev/null || fail "$1: pinflow and $peer disagree"
    done
}

# Sets `readable` to a copy of `archive` without the lines that are no JSON, which is kept for the next time. Polars stops
# at the first of them, and DuckDB takes some for records.
make_readable() {
    readable="$archive-json"
    [ -d "$readable" ] && return
    rm -rf "$readable.part"
    "$release/pinflow" replay "$archive" --quiet --json --dead-letters "$scratch/letters" >/dev/null
    "$python" -B benches/peers/readable.py "$archive" "$scratch/letters/dead-letters.ndjson" "$readable.part"
    mv "$readable.part" "$readable"
}

# beside_peers POSTS: measures all of them on an archive, and prints a row for each peer, and one for what remains of it
# when the time is taken off that Python takes to load it.
beside_peers() {
    local label="$1 posts" round peer place
    archive large-objects "$1" --per-object 100000
    agree "$label"
    for ((round = 0; round < rounds; round++)); do
        took pinflow
        for peer in "${peer_names[@]}"; do
            took "$peer"
            took "start-$(tr '[:upper:]' '[:lower:]' <<<"$peer")"
        done
    done | paste -d ' ' - - - - - >"$scratch/rounds"
    place=4
    for peer in "${peer_names[@]}"; do
        awk -v own="$place" '{ print $own / $1, $(own + 1) / $2, $(own + 2) / $3 }' "$scratch/rounds" >"$scratch/ratios"
        show_peer "$label" "$peer"
        awk -v own="$place" '{ print ($own - $(own + 3)) / $1, ($(own + 1) - $(own + 4)) / $2, $(own + 2) / $3 }' \
            "$scratch/rounds" >"$scratch/ratios"
        show_peer "$label" "$peer, once loaded"
        place=$((place + 6))
    done
}

# show_peer ARCHIVE PEER: prints a row of the ratios that were found.
show_peer() {
    local cpu clock memory
    read -r -a cpu <<<"$(ratios 1)"
    read -r -a clock <<<"$(ratios 2)"
    read -r -a memory <<<"$(ratios 3)"
    printf "%-40s %6s %6s %6s %8s %6s %6s %8s %6s %6s\n" "$1, $2" "${cpu[@]}" "${clock[@]}" "${memory[@]}"
    {
        printf '{"bench":"peers","archive":"%s","peer":"%s","rounds":%s,' "$1" "$2" "$rounds"
        printf '"processor_time":{"median":%s,"min":%s,"max":%s},' "${cpu[@]}"
        printf '"clock":{"median":%s,"min":%s,"max":%s},' "${clock[@]}"
        printf '"peak_memory":{"median":%s,"min":%s,"max":%s}}\n' "${memory[@]}"
    } >>"$PINFLOW_BENCH_JSON"
}
