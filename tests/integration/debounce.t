#!/usr/bin/env bash
# A ref that moves again and again is followed once it is quiet; `sync` does not wait.
. "$(dirname "$0")/lib.sh"

new_repo
cat >"$T/web.yaml" <<YAML
repository: $R
mountpoint: $M
poll: 1h
debounce: 600ms
YAML
ok 'the first revision does not wait' timeout 20 refmount mount --config "$T/web.yaml"
first=$(rev)
for n in 1 2 3 4 5; do last=$(commit a "$n"); done
ok 'a burst is noticed' wait_until 10 status_is "s['desired']" "$last"
is "$(cat "$M/.refmount/revision")" "$first" 'and waited for'
is "$(status "s['sync']")" OutOfSync 'sync'
is "$(status "s['health']")" Progressing 'health'
ok 'then it is followed' served "$last"
is "$(grep -c . "$M/.refmount/history")" 2 'in one step'

sed -i 's/600ms/1h/' "$T/web.yaml"
refmount umount "$M" && refmount mount --config "$T/web.yaml" || die 'cannot mount'
next=$(commit a next)
ok 'an hour of quiet' wait_until 10 status_is "s['desired']" "$next"
ok 'is not over' serving "$last"
ok 'sync does not wait for it' refmount sync "$M" --timeout 20s
ok 'it is served' serving "$next"
ok 'nor does switch' refmount switch "$M" "$first"
finish
