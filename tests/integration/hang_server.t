#!/usr/bin/env bash
# A server that hangs is replaced; who reads meanwhile waits, and gets no error.
. "$(dirname "$0")/lib.sh"

new_repo
mounted "$R#main"
server=$(pid_of server)
kill -STOP "$server"
start=$(date +%s%N)
is "$(cat "$M/d/deep/c")" sea 'a read waits and gets its bytes'
took=$((($(date +%s%N) - start) / 1000000))
ok "within 4 seconds ($took ms)" test "$took" -lt 4000
ok 'it really was stopped' test "$took" -gt 200
ok 'another server serves' wait_until 5 sh -c "pid=\$(pgrep -f '^refmount: server') && test \"\$pid\" != '$server'"
new=$(commit a two)
ok 'and it goes on' served "$new"
is "$(cat "$M/a")" two 'a commit is seen'
finish
