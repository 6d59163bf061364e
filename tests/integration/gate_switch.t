#!/usr/bin/env bash
# `switch` to a revision that was never served is checked; what was served before and is kept goes at once, whatever the checks say now.
. "$(dirname "$0")/lib.sh"

new_repo
commit mode good >/dev/null
cat >"$T/web.yaml" <<YAML
repository: $R
ref: main
mountpoint: $M
poll: 1h
checks:
  - {name: c, run: [sh, -c, '[ ! -e $T/broken ] && [ "\$(cat {root}/mode)" = good ]']}
YAML
first=$(rev)
ok 'mount' refmount mount --config "$T/web.yaml"
second=$(commit a two)
ok 'a second one' served "$second"
git -C "$R" checkout -qb other
bad=$(commit mode bad)
git -C "$R" checkout -q main

exits 1 "check 'c': exited with 1" 'switch to one that is not good' refmount switch "$M" other
ok 'nothing has changed' serving "$second"
is "$(status "s['hold']")" null 'and nothing is held'
is "$(status "s['health']")" Healthy 'the ref is all right'
touch "$T/broken"
ok 'rollback is not checked' refmount rollback "$M"
ok 'it is served' serving "$first"
ok 'nor is the way back' refmount resume "$M"
ok 'that is served' serving "$second"
exits 1 "check 'c'" 'one that was not served is' refmount switch "$M" "$bad"
finish
