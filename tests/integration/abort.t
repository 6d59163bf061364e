#!/usr/bin/env bash
# A connection that is aborted from outside is replaced within a second.
. "$(dirname "$0")/lib.sh"

is_real_root || skip_all 'needs real root to abort a connection'
new_repo
mounted "$R#main"
mount -t fusectl none "$T/home" || skip_all 'no fusectl here'
control=$T/home/$(stat -c %d "$M")
ok 'the connection is known to fusectl' test -e "$control/abort"
server=$(pid_of server)
echo 1 >"$control/abort"
start=$(date +%s%N)
ok 'it is mounted again' wait_until 5 test -e "$M/a"
took=$((($(date +%s%N) - start) / 1000000))
ok "within a second ($took ms)" test "$took" -lt 1000
is "$(cat "$M/a" "$M/d/deep/c")" "$(printf 'one\nsea')" 'everything can be read'
ok 'once' test "$(grep -c " $M " /proc/self/mounts)" = 1
ok 'by another server' wait_until 5 not status_is "s['processes']['server']" "$server"
new=$(commit a two)
ok 'a commit is served' served "$new"
is "$(cat "$M/a")" two 'and seen'
ok 'umount' refmount umount "$M"
is "$(our_processes)" '' 'nothing is left'
finish
