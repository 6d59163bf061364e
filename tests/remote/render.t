#!/usr/bin/env bash
# render, check, explain and diff take a repository on another machine, and a mount of one; nothing of it stays.
. "$(dirname "$0")/lib.sh"

mkdir "$T/tmp"
export TMPDIR=$T/tmp
new_remote
cat >"$R/refmount.yaml" <<'YAML'
refmount: 1
layers: [values.yaml]
files: {root: files, engines: {'*.j2': jinja}}
YAML
mkdir "$R/files" && echo 'port: 80' >"$R/values.yaml" && echo 'listen {{ port }}' >"$R/files/web.conf.j2"
commit_all >/dev/null && git -C "$R" push -q origin main
git -C "$R" switch -qc next && commit values.yaml 'port: 81' >/dev/null && git -C "$R" push -q origin next
serve_git "$T/srv"
ok 'render' refmount render "$URL/config.git#main" web.conf
is "$(cat "$T/.out")" 'listen 80' 'what a node would see'
ok 'check' refmount check "$URL/config.git#next"
exits 0 'values.yaml:1' 'explain' refmount explain "$URL/config.git#next" port
exits 1 '^.listen 81' 'diff' refmount diff "$URL/config.git#main" "$URL/config.git#next"
exits 2 "no ref 'mian'.*did you mean 'main'" 'a ref that is not there' refmount render "$URL/config.git#mian" web.conf
exits 2 'use https or ssh' 'a remote that can be changed on the way' refmount render git://far.example.com/config.git web.conf
mounted "$URL/config.git#main"
exits 0 'listen 80' 'render of a mount' refmount render "$M" web.conf
ok 'a push' test -n "$(cd "$R" && git switch -q main && push values.yaml 'port: 82')"
exits 0 'listen 80' 'which is what it serves' refmount render "$M" web.conf
is "$(status "s['mirror']")" "$MIRROR" 'from its mirror'
is "$(ls "$T/tmp")" '' 'nothing is left behind'
finish
