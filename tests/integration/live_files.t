#!/usr/bin/env bash
# Files elsewhere that should equal those of the mount: what differs is drift, and can be undone.
. "$(dirname "$0")/lib.sh"

new_repo
commit d/b 'changed' >/dev/null
mkdir "$T/etc"
cat >"$T/node.yaml" <<YAML
repository: $R
ref: main
mountpoint: $M
poll: 1h
live:
- {path: a, live: $T/etc/a}
- {path: d, live: $T/etc/d}
- {path: run, live: $T/etc/run}
YAML
ok 'mounted' refmount mount --config "$T/node.yaml"
drift() { refmount drift "$M" --json | jq -c '[.files[] | [.state, .path]]'; }
drift_is() { [ "$(drift)" = "$1" ]; }

ok 'what is missing is drift' wait_until 10 drift_is '[["missing","a"],["missing","d"],["missing","run"]]'
is "$(status "s['drift']['files']")" 3 '.status counts it'
exits 1 'missing' 'refmount drift exits with 1' refmount drift "$M"
exits 0 "$T/etc/d" 'apply says what it wrote' refmount apply "$M"
ok 'no drift any more' drift_is '[]'
exits 0 '' 'refmount drift exits with 0' refmount drift "$M"
ok 'the same files' diff -r --no-dereference "$M/d" "$T/etc/d"
is "$(stat -c %a "$T/etc/run")" "$(stat -c %a "$M/run")" 'the same mode'

echo mine >"$T/etc/a"
ok 'a change is noticed' wait_until 10 drift_is '[["modified","a"]]'
like "$(refmount drift "$M" --diff)" '^-mine$' 'drift --diff shows what is there'
like "$(refmount drift "$M" --diff)" '^\+one$' 'and what should be'
ok 'applied' refmount apply "$M"
is "$(cat "$T/etc/a")" one 'what the mount has'
is "$(cat "$T/etc/a.refmount-bak")" mine 'what was there is kept'
chmod 600 "$T/etc/a"
ok 'a mode is noticed' wait_until 10 drift_is '[["mode","a"]]'
echo more >"$T/etc/d/extra"
refmount sync "$M"
ok 'so is what is extra' wait_until 10 drift_is '[["mode","a"],["extra","d/extra"]]'
ok 'applied' refmount apply "$M"
ok 'what is extra stays' drift_is '[["extra","d/extra"]]'
rm "$T/etc/d/extra"

second=$(commit a two)
served "$second"
ok 'a switch makes drift' wait_until 10 drift_is '[["modified","a"]]'
ok 'rolled back' refmount rollback "$M"
ok 'and a rollback ends it' wait_until 10 drift_is '[]'

mkfifo "$T/fifo" && rm "$T/etc/run" && ln -s "$T/fifo" "$T/etc/run"
ok 'nothing waits for a pipe' wait_until 10 drift_is '[["modified","run"]]'
exits 2 'live:' 'a mount without live files says so' env M="$T/other" bash -c 'mkdir "$M"; refmount mount '"$R"' "$M" >&2; refmount apply "$M"'
finish
