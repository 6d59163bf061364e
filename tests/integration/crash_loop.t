#!/usr/bin/env bash
# A commit after which the server crashes again and again is given up: back to the one before it.
. "$(dirname "$0")/lib.sh"

new_repo
first=$(rev)
mounted "$R#main"
bad=$(commit a bad)
ok 'the commit is served' served "$bad"

crash() { # the way a fault in it would
	local server
	server=$(pid_of server) && kill -SEGV "$server" && wait_until 10 other_than "$server"
}
other_than() { now=$(pid_of server) && [ "$now" != "$1" ]; }
for n in 1 2 3; do
	crash || die "the server does not come back after crash $n"
done
ok 'back to the revision before' wait_until 10 serving "$first"
is "$(cat "$M/a")" one 'which is served'
ok 'the commit counts as rejected' wait_until 5 status_is "s['desired'] == '$bad' and s['health']" Degraded
like "$(cat "$M/.status")" 'the server crashed 3 times within 10 s of the switch' 'with the reason'
good=$(commit a good)
ok 'the next commit is tried as any other' served "$good"

# Somebody who kills it is no reason.
for n in 1 2 3 4; do
	server=$(pid_of server)
	kill -9 "$server"
	wait_until 10 other_than "$server"
done
ok 'a server that is killed does not count' serving "$good"
finish
