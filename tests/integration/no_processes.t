#!/usr/bin/env bash
# When nobody of ours can start a process any more, reading and going back go on; commits come when it can again.
. "$(dirname "$0")/lib.sh"

is_real_root || skip_all 'needs real root'
for group in /sys/fs/cgroup/pids /sys/fs/cgroup; do
	group=$group/refmount-test-$INSIDE_TEST
	mkdir "$group" 2>/dev/null && [ -f "$group/pids.max" ] && break
	rmdir "$group" 2>/dev/null
	group=
done
[ -n "$group" ] || skip_all 'there is no cgroup that counts processes'
remove_group() { # with everybody in it
	xargs -r kill -9 <"$group/cgroup.procs" 2>/dev/null
	wait_until 5 rmdir "$group"
}
trap remove_group EXIT

new_repo
first=$(rev)
(echo "$BASHPID" >"$group/cgroup.procs" && mounted "$R#main") || die 'cannot mount'
second=$(commit a two)
served "$second" || die 'the second commit is not served'
limit() { echo "$1" >"$group/pids.max"; }
workers() { pgrep -f '^refmount: (builder|resolver)'; }
server=$(pid_of server) engine=$(pid_of engine)

limit 0
workers | xargs -r kill -9 # those that wait for work
third=$(commit a three)
says() { refmount sync "$M"; status "s['last_sync']" | grep -q 'temporarily unavailable'; }
ok '.status says what is wrong' wait_until 10 says
is "$(status "s['health']")" Degraded 'and is Degraded'
ok 'what was there is served' serving "$second"
is "$(cat "$M/d/deep/c")" sea 'also what nobody has read'
ok 'going back to what is kept' refmount rollback "$M"
is "$(cat "$M/a")" one 'is seen'

limit max
ok 'processes again: it goes on' refmount resume "$M"
comes() { refmount sync "$M" && serving "$third"; }
ok 'the commit comes' wait_until 10 comes
is "$(cat "$M/a")" three 'and is seen'
ok 'Healthy' wait_until 5 status_is "s['health']" Healthy
is "$(pid_of server) $(pid_of engine)" "$server $engine" 'server and engine are the same'
ok 'umount' refmount umount "$M"
is "$(our_processes)" '' 'nothing is left'
finish
