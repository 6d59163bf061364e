#!/usr/bin/env bash
# A newer commit need not wait for the probation of the one before; but what has not proved itself is nothing to go back to, also
# when the engine is killed in between, and also when somebody holds it.
. "$(dirname "$0")/lib.sh"

new_repo
git -C "$R" branch other
cat >"$T/web.yaml" <<YAML
repository: $R
ref: main
mountpoint: $M
poll: 1h
probation: {run: [sh, -c, 'echo {revision} >>$T/log; ! grep -q bad $M/a'], for: 1m, every: 100ms}
YAML
good=$(rev)
ok 'mount' refmount mount --config "$T/web.yaml"
second=$(commit a two)
ok 'one on probation' served "$second"
is "$(status "s['health'], s['probation']['fallback']")" "[\"Progressing\", \"$good\"]" 'which .status says'
like "$(status "s['reason']")" '^on probation until 20' 'and until when'
third=$(commit a three)
ok 'a newer one is served meanwhile' served "$third"
is "$(status "s['probation']['fallback']")" "$good" 'what would be gone back to is as before'
kill -9 "$(pid_of engine)"
: >"$T/log"
ok 'the next engine goes on' wait_until 10 grep -q "$third" "$T/log"
is "$(status "s['probation']['fallback']")" "$good" 'likewise'
bad=$(commit a bad)
ok 'one that fails' wait_until 20 grep -q "$bad rolled back" "$M/.refmount/history"
ok 'goes back beyond all of them' serving "$good"

git -C "$R" checkout -q other
other=$(commit a bad2)
ok 'switch to something that fails' refmount switch "$M" other --reason 'a trial' --for 1h
ok 'is rolled back as well' wait_until 20 grep -q "$other rolled back" "$M/.refmount/history"
ok 'to what was held before it' serving "$good"
is "$(status "s['health'], s['hold']['revision'], s['hold']['reason']")" "[\"Suspended\", \"$good\", \"probation failed\"]" \
	'and held there'
ok 'for no longer than was asked for' test "$(status "s['hold']['until']")" != null
finish
