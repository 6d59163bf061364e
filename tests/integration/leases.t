#!/usr/bin/env bash
# Who is in the middle of reading files goes on with the revision it has begun with; everybody else sees the new one.
. "$(dirname "$0")/lib.sh"

is_real_root || skip_all 'needs real root'
# What changes between the two: content, names that come and go, a folder that becomes a file and the other way round, links.
new_repo
first() {
	rm -rf "$R/x" "$R/y" "$R/late" "$R/early"
	echo 1 >"$R/a" && mkdir -p "$R/s" "$R/x" && echo 1 >"$R/s/b" && echo 1 >"$R/early" && echo 1 >"$R/x/in" && echo 1 >"$R/y" && ln -sfn a "$R/link"
}
second() {
	rm -rf "$R/x" "$R/y" "$R/early"
	echo 2 >"$R/a" && echo 2 >"$R/s/b" && echo 2 >"$R/late" && echo 2 >"$R/x" && mkdir "$R/y" && echo 2 >"$R/y/in" && ln -sfn s/b "$R/link"
}
first
one=$(commit_all)
second
two=$(commit_all)
git -C "$R" update-ref refs/heads/main "$one"
mounted "$R#main" -o lease=300ms
[ "$(status "s['features']['leases']")" = True ] || skip_all "$(status "s['features'].get('leases_reason')")"

# Processes that read everything in groups, by whatever thread, with pauses in which no lease lasts: each group is of one revision.
cat >"$T/groups.py" <<'PYTHON'
import json, os, random, sys, threading, time
from multiprocessing import Process, SimpleQueue
mount, readers = sys.argv[1], 3
states = {"old": ["1", "1", "1", "FileNotFoundError", "IsADirectoryError", "1", "1", "NotADirectoryError", "a", "1", "a d early link run s x y", "1"],
          "new": ["2", "2", "FileNotFoundError", "2", "2", "NotADirectoryError", "IsADirectoryError", "2", "s/b", "2", "a d late link run s x y", "2"]}

def content(name):
    time.sleep(random.random() * 0.01)
    try:
        with open(f"{mount}/{name}") as file:
            return file.read().strip()
    except OSError as error:
        return type(error).__name__

def by_thread(name):
    result = []
    thread = threading.Thread(target=lambda: result.append(content(name)))
    thread.start()
    thread.join()
    return result[0]

def everything():  # a file that is opened once more is no new beginning: many a program opens one for its certificate and for its key
    return [content("a"), by_thread("s/b"), content("early"), content("late"), by_thread("x"), content("x/in"), content("y"),
            content("y/in"), os.readlink(f"{mount}/link"), by_thread("link"), " ".join(sorted(os.listdir(mount))), content("a")]

def read(me, groups):
    while not os.path.exists("/run/t/stop"):
        begun = time.monotonic()
        seen = everything()
        groups.put((time.monotonic(), begun, me, next((name for name, state in states.items() if state == seen), seen)))
        time.sleep(0.32 + random.random() * 0.1)

def collect(queue):
    groups = []
    for group in iter(queue.get, None):
        groups.append(group)
    return groups

queue = SimpleQueue()
processes = [Process(target=read, args=(me, queue)) for me in range(readers)]
for process in processes:
    process.start()
collected = []
collector = threading.Thread(target=lambda: collected.extend(collect(queue)))
collector.start()
for process in processes:
    process.join()
queue.put(None)
collector.join()
groups = collected
torn = [group for group in groups if not isinstance(group[3], str)]
ends = sorted(group for group in groups if isinstance(group[3], str))
# Somebody was still given what another had seen replaced.
held = sum(1 for i, a in enumerate(ends) for b in ends[:i] if a[3] != b[3] and a[1] < b[1] and a[2] != b[2])
for group in torn:
    print("torn:", group[3])
print(json.dumps({"groups": len(groups), "torn": len(torn), "held": held}))
PYTHON
run() { # [kill|elsewhere]; switches back and forth under readers
	local readers i apart=() from=$M
	rm -f "$T/stop"
	[ "${1-}" != elsewhere ] || { apart=(unshare -m --propagation private) from=$T/bound && mkdir "$from" && mount --bind "$M" "$from"; }
	"${apart[@]}" "$PYTHON" "$T/groups.py" "$from" >"$T/groups" &
	readers=$!
	for i in 1 2 3; do
		refmount switch "$M" "$two" >/dev/null &
		[ "${1-}" != kill ] || { sleep 0.$((RANDOM % 3)) && kill -9 "$(pgrep -of '^refmount: server')"; }
		wait $!
		refmount switch "$M" "$one" >/dev/null
	done
	touch "$T/stop"
	wait $readers
	result=$(tail -n1 "$T/groups")
	[ "$from" = "$M" ] || umount "$from"
}
count() { "$PYTHON" -c 'import json, sys; print(json.loads(sys.argv[1])[sys.argv[2]])' "$result" "$1"; }
declare -A also=([kill]=', also when servers are killed' [elsewhere]=', also through a bind mount in another namespace')
for way in '' kill elsewhere; do
	run $way
	is "$(count torn)" 0 "every group is of one revision${way:+${also[$way]}}: $result"
	[ "$(count torn)" = 0 ] || sed 's/^/# /' "$T/groups"
done
look() { cat "$M/a"; }
refmount switch "$M" "$two" >/dev/null
is "$(look)" 2 'who asks for a switch sees it'

# Who has one is told. A reader that has just begun keeps the switch waiting for most of a second.
told() { grep -qE "^$reader python3? [^ ]+ - $two lease:[0-9-]{10}T[0-9:]{8}\.[0-9]{3}Z$" "$M/.refmount/readers" && serving "$one"; }
is_told() {
	rm -f "$T/begun" "$T/stop"
	"$PYTHON" -c "
import os
while not os.path.exists('$T/stop'):
    open('$M/a').close()
    open('$T/begun', 'w').close()" &
	reader=$!
	wait_until 5 test -e "$T/begun"
	refmount switch "$M" "$one" >/dev/null &
	local switch=$! rc=1
	while [ $rc = 1 ] && kill -0 "$switch" 2>/dev/null; do told && rc=0; done
	touch "$T/stop" && wait "$reader" "$switch"
	[ $rc = 0 ] || refmount switch "$M" "$two" >/dev/null
	return $rc
}
ok 'who has a lease, on which revision, and until when' wait_until 10 is_told

refmount umount "$M" || refmount umount --lazy "$M"
mounted "$R#main" -o lease=0
like "$(status "s['features']")" 'leases.*[Ff]alse.*turned off' 'off, and said so'
finish
