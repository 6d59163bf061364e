#!/usr/bin/env bash
# A hold with --for ends by itself.
. "$(dirname "$0")/lib.sh"

new_repo
first=$(rev)
second=$(commit a two)
mounted "$R#main"
ok 'switch --for 1s' refmount switch "$M" "$first" --for 1s
is "$(cat "$M/a")" one 'held'
like "$(status "s['hold']['until']")" '^20..-..-..T..:..:..Z$' 'hold.until is a time'
ok 'the tip is served again' served "$second"
is "$(status "s['hold']")" null 'no hold'
is "$(status "s['health']")" Healthy 'Healthy'
exits 2 'duration|--for' 'a duration that is none' refmount switch "$M" "$first" --for ever
ok 'and changes nothing' serving "$second"
finish
