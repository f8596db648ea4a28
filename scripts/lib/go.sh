# Sourced by the scripts, after setup.sh: builds programs that are written in Go, and gets Go for it.
# shellcheck shell=bash

# go_install GO_VERSION PACKAGE@VERSION FOLDER: puts a program into a folder that is not there yet. What the build needs
# is kept beside it and removed with it: modules and objects take twenty times the program's room.
go_install() (
    build="$3.build"
    chmod -R u+w "$build" 2>/dev/null || true
    rm -rf "$build"
    mkdir -p "$build"
    trap 'rm -rf "$build"' EXIT
    export GOMODCACHE="$build/modules" GOCACHE="$build/cache" GOFLAGS=-modcacherw GOTOOLCHAIN=local CGO_ENABLED=0
    need_go "$1"
    say "build $2"
    GOBIN="$build/bin" timeout 3600 go install -trimpath -ldflags=-s "$2" || fail "$2 could not be built"
    mv -T "$build/bin" "$3"
)

# need_go VERSION (as in 1.25.8): go at that version or later.
need_go() {
    local found
    # The place of Go's own packages, for shells that do not have it in their PATH.
    have go || PATH="$PATH:/usr/local/go/bin"
    have go || need golang-go
    found="$(go env GOVERSION)" || fail "go does not run"
    if [ "$(printf '%s\n' "go$1" "$found" | sort -V | head -n 1)" != "go$1" ]; then
        fetch_go "$1" "$found"
    fi
}

# A go that is too old, as Debian 12 has it, can still fetch a later one from the module mirror, and checks it like any
# module.
fetch_go() {
    local module folder
    module="golang.org/toolchain@v0.0.1-go$1.$(go env GOOS)-$(go env GOARCH)"
    say "fetch Go $1, because $2 is too old"
    timeout 900 go mod download "$module" ||
        fail "Go $1 or later is needed and could not be fetched: install it (https://go.dev/doc/install)"
    # The files of modules are not executable.
    folder="$(go env GOMODCACHE)/$module"
    chmod +x "$folder"/bin/* "$folder"/pkg/tool/*/*
    PATH="$folder/bin:$PATH"
}
