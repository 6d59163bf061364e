#!/usr/bin/env bash
# `refmount switch` serves a revision and holds it there until `refmount resume`.
. "$(dirname "$0")/lib.sh"

new_repo
first=$(rev)
git -C "$R" tag v1
second=$(commit a two)
third=$(commit a three)
mounted "$R#main"
ok 'switch to an older commit' refmount switch "$M" main~2 --reason 'to look at it'
is "$(cat "$M/a")" one 'is seen when the command returns'
is "$(cat "$M/.refmount/revision")" "$first" 'revision'
is "$(status "s['health']")" Suspended 'Suspended'
is "$(status "s['sync']")" OutOfSync 'OutOfSync'
is "$(status "list(s['hold'])")" '["revision", "reason", "by", "since", "until"]' 'the keys of hold'
is "$(status "s['hold']['revision']")" "$first" 'hold.revision'
is "$(status "s['hold']['reason']")" 'to look at it' 'hold.reason'
is "$(status "s['hold']['until']")" null 'hold.until: for good'
is "$(status "s['behind']")" 2 'behind by two'

fourth=$(commit a four)
ok 'a push while held moves desired' wait_until 10 status_is "s['desired']" "$fourth"
is "$(cat "$M/a")" one 'and nothing else'
ok 'switch to a short id' refmount switch "$M" "${second:0:9}"
is "$(cat "$M/a")" two 'is seen'
ok 'switch to a tag' refmount switch "$M" v1
is "$(cat "$M/a")" one 'is seen'
ok 'switch to @1: the one served before' refmount switch "$M" @1
is "$(cat "$M/a")" two 'is seen'
exits 2 'nosuch' 'no such revision: 2' refmount switch "$M" nosuch
is "$(cat "$M/a")" two 'nothing has changed'
ok 'resume' refmount resume "$M"
ok 'the tip is served' served "$fourth"
is "$(cat "$M/a")" four 'and seen'
is "$(status "s['hold']")" null 'no hold'
is "$(status "s['health']")" Healthy 'Healthy'

ln -s / "$R/escape"
bad=$(commit_all)
refmount wait "$M" --timeout 10s >/dev/null 2>&1
exits 1 'escape' 'switch to a bad revision: 1 and the finding' refmount switch "$M" "$bad"
is "$(status "s['hold']")" null 'which holds nothing'
ok 'last good served' serving "$fourth"
finish
