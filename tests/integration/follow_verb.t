#!/usr/bin/env bash
# `refmount follow` follows another ref from now on, also after a restart.
. "$(dirname "$0")/lib.sh"

new_repo
git -C "$R" branch stable
second=$(commit a two)
first=$(rev stable)
mounted "$R#main"
is "$(cat "$M/a")" two 'main'
ok 'follow stable' refmount follow "$M" stable
ok 'its tip is served, although older' served "$first"
is "$(cat "$M/a")" one 'and seen'
is "$(status "s['ref']")" refs/heads/stable '.status names it'
is "$(status "s['hold']")" null 'this is no hold'
third=$(commit a three)
is "$(cat "$M/a")" one 'a push to main is not followed'
git -C "$R" update-ref refs/heads/stable "$third"
ok 'one to stable is' served "$third"
exits 2 'nosuch' 'no such ref: 2' refmount follow "$M" nosuch
is "$(status "s['ref']")" refs/heads/stable 'and nothing has changed'
finish
