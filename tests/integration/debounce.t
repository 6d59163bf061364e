#!/usr/bin/env bash
# A ref that moves again and again is followed once it is quiet; `sync` does not wait.
. "$(dirname "$0")/lib.sh"

new_repo
cat >"$T/web.yaml" <<YAML
repository: $R
ref: main
mountpoint: $M
poll: 1h
debounce: 1h
YAML
first=$(rev)
ok 'the first revision does not wait' timeout 20 refmount mount --config "$T/web.yaml"
second=$(commit a two)
ok 'a push is noticed' wait_until 10 status_is "s['desired']" "$second"
is "$(cat "$M/.refmount/revision")" "$first" 'and waited for'
is "$(status "s['sync'], s['health']")" '["OutOfSync", "Progressing"]' 'which .status says'
ok 'sync does not wait for it' refmount sync "$M" --timeout 20s
ok 'it is served' serving "$second"
ok 'nor does switch' refmount switch "$M" "$first"

refmount umount "$M" && rm -rf /var/lib/refmount/*
sed -i 's/^debounce: 1h/debounce: 500ms/' "$T/web.yaml"
ok 'a shorter while' refmount mount --config "$T/web.yaml"
git -C "$R" checkout -q --detach
for n in 1 2 3 4 5; do last=$(commit a "$n") && printf 'start\nupdate refs/heads/main %s\nprepare\ncommit\n' "$last"; done >"$T/moves"
git -C "$R" update-ref --stdin <"$T/moves" >/dev/null
ok 'then it is followed' served "$last"
is "$(grep -c . "$M/.refmount/history")" 2 'in one step'
finish
