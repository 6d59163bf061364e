#!/usr/bin/env bash
# `refmount rollback` serves what was served before, holds it, and needs no repository.
. "$(dirname "$0")/lib.sh"

new_repo
first=$(rev)
mounted "$R#main"
exits 2 'earlier' 'with only one revision there is nothing to go back to' refmount rollback "$M"
second=$(commit a two)
served "$second"
third=$(commit a three)
served "$third"
mv "$R" "$R.gone"
ok 'rollback without the repository' refmount rollback "$M" --reason 'pages on fire'
is "$(cat "$M/a")" two 'is seen when the command returns'
is "$(status "s['hold']['reason']")" 'pages on fire' 'hold.reason'
is "$(status "s['health']")" Suspended 'Suspended'
mv "$R.gone" "$R"
ok 'resume' refmount resume "$M"
ok 'the tip again' served "$third"
is "$(cat "$M/a")" three 'and seen'
exits 0 '' 'resume without a hold is no error' refmount resume "$M"
finish
