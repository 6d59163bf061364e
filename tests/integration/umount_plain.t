#!/usr/bin/env bash
# umount(8) does the same as `refmount umount`.
. "$(dirname "$0")/lib.sh"

new_repo
mounted
ok 'umount(8)' umount "$M"
ok 'all processes end' wait_until 5 nothing_left
is "$(our_processes)" '' 'no process is left'
is "$(find /run/refmount -type s)" '' 'no socket is left'
ok 'mounts again' mount_ref
is "$(cat "$M/a")" one 'and serves'

exec 5<"$M/a"
ok 'umount -l of a mount in use' umount -l "$M"
is "$(cat <&5)" one 'what is open can be read to the end'
exec 5<&-
ok 'then all processes end' wait_until 5 nothing_left
finish
