#!/usr/bin/env bash
# Who reads a commit is confined before it reads anything; if it tries more than it may, that commit is rejected and the mount goes on.
. "$(dirname "$0")/lib.sh"

new_repo
commit file one >/dev/null
mounted "$R"

spare() { pgrep -f '^refmount: builder'; }
# The one that made the first revision may still be ending.
waits() { [ "$(spare | wc -l)" = 1 ] && grep -q '^Seccomp:.2' "/proc/$(spare)/status"; }
wait_until 20 waits
builder=$(spare)
is "$(grep '^Seccomp:' "/proc/$builder/status")" $'Seccomp:\t2' 'the waiting builder has its system calls filtered'
is "$(grep '^NoNewPrivs:' "/proc/$builder/status")" $'NoNewPrivs:\t1' 'and can gain no privileges'
is "$(awk '/^Max core file size|^Max cpu time|^Max open files/ {print $(NF - 2)}' "/proc/$builder/limits" | xargs)" '60 0 256' 'its limits are set'
is "$(status "s['features']['sandbox']")" True '.status says so'

# A call that is forbidden ends like this one does; that the kernel sends it is for tests/unit/roles_sandbox.c.
kill -STOP "$builder"
bad=$(commit file two)
wait_until 10 status_is "s['health']" Progressing # it has the job
kill -SYS "$builder"
kill -CONT "$builder"
exits 1 'forbidden' 'the commit is rejected' refmount wait "$M" "$bad" --timeout 20s
is "$(status "s['findings'][0]['message']")" 'building this commit failed: builder was killed for a system call that is forbidden to it' '.status says why'
is "$(cat "$M/file")" one 'the last good revision is served'
good=$(commit file three)
ok 'the next commit is served' served "$good"
is "$(cat "$M/file")" three 'and seen'
finish
