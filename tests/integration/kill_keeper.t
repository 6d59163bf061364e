#!/usr/bin/env bash
# Without the keeper the server goes on serving; unmounting still works and leaves nothing.
. "$(dirname "$0")/lib.sh"

new_repo
mounted "$R#main"
kill -9 "$(pid_of keeper)"
is "$(cat "$M/a" "$M/d/deep/c")" "$(printf 'one\nsea')" 'what nobody has read before can be read'
is "$(find "$M" -type f | wc -l)" 4 'everything can be listed'
ok 'virtual files can be read' status "s['revision']"
ok 'umount' refmount umount "$M"
ok 'nothing is mounted' not is_mounted
ok 'all processes end' wait_until 5 nothing_left
ok 'mounts again' mount_ref "$R#main"
is "$(cat "$M/a")" one 'and serves'
finish
