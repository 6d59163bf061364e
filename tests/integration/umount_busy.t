#!/usr/bin/env bash
# A mount that is in use is not unmounted, says so, and goes on.
. "$(dirname "$0")/lib.sh"

new_repo
mounted
exec 5<"$M/d/b"
exits 2 'busy|in use' 'refused while a file is open' refmount umount "$M"
is "$(cat "$M/a")" one 'still serving'
new=$(commit a two)
ok 'still following' served "$new"
exec 5<&-
ok 'once it is closed, it unmounts' wait_until 5 refmount umount "$M"
is "$(our_processes)" '' 'no process is left'
finish
