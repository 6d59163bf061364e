#!/usr/bin/env bash
# The engine may be killed: serving goes on, and following, with what it knew.
. "$(dirname "$0")/lib.sh"

new_repo
first=$(rev)
mounted "$R#main"
second=$(commit a two)
served "$second"
engine=$(pid_of engine) server=$(pid_of server)
kill -9 "$engine"
is "$(cat "$M/a")" two 'serving goes on'
ok 'another engine is there' wait_until 5 sh -c "pid=\$(pgrep -f '^refmount: engine') && test \"\$pid\" != '$engine'"
third=$(commit a three)
ok 'a commit is served' wait_until 20 served "$third" # it may still be starting
is "$(cat "$M/a")" three 'and seen'
is "$(pid_of server)" "$server" 'the server is the same'

# What is below at/ is there all the time: also in the first text that a new engine makes.
"$PYTHON" - "$M/.refmount/at/$first/a" "$T/stop" >"$T/looks" 2>&1 <<'PY' &
import os, sys
path, stop = sys.argv[1:]
looks = gone = 0
while not os.path.exists(stop):
    for _ in range(100):
        looks += 1
        try:
            os.stat(path)
        except OSError:
            gone += 1
print(f"gone={gone} enough={looks > 300}")
PY
looker=$!
for _ in 1 2 3; do
	engine=$(pid_of engine)
	kill -9 "$engine"
	wait_until 10 sh -c "pid=\$(pgrep -f '^refmount: engine') && test \"\$pid\" != '$engine'"
	wait_until 10 refmount sync "$M"
done
touch "$T/stop"
wait "$looker"
is "$(cat "$T/looks")" 'gone=0 enough=True' 'a kept revision never goes away meanwhile'
ok 'rollback' refmount rollback "$M" --reason hold
kill -9 $(pgrep -f '^refmount: engine')
ok 'an engine is there again' wait_until 5 refmount wait "$M" "$second" --timeout 1s
is "$(status "s['hold']['reason']")" hold 'the hold survives'
is "$(cat "$M/a")" two 'so does what is served'
ok 'resume' refmount resume "$M"
ok 'serves the tip' served "$third"
is "$(ls -d "$M"/.refmount/at/*/ | grep -cE '[0-9a-f]{40}')" 3 'the kept revisions are still there'
is "$(cat "$M/.refmount/at/$first/a")" one 'and can be read'
finish
