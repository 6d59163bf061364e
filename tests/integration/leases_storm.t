#!/usr/bin/env bash
# A storm of opens by threads that live for one file each costs nobody anything; when there are more than the kernel can tell of, the
# next switch is without leases, and says so. THREADS: how many.
. "$(dirname "$0")/lib.sh"

is_real_root || skip_all 'needs real root'
threads=${THREADS:-2000} files=300
new_repo
mkdir "$R/many" && (cd "$R/many" && seq $files | xargs touch)
one=$(commit_all)
two=$(commit a two)
git -C "$R" update-ref refs/heads/main "$one"
mounted "$R#main" -o lease=1s
[ "$(status "s['features']['leases']")" = True ] || skip_all "$(status "s['features'].get('leases_reason')")"
refmount switch "$M" "$two" >/dev/null && refmount switch "$M" "$one" >/dev/null # both are kept
mkdir "$T/many" && mount --bind "$M/many" "$T/many" # nothing on the way to the files changes with a switch

rss() { awk '/^RssAnon/ { print $2 }' "/proc/$1/status"; }
queued=$(cat /proc/sys/fs/fanotify/max_queued_events)
cat >"$T/storm.py" <<'PYTHON'
import os, sys, threading
mount, count, by = sys.argv[1], int(sys.argv[2]), sys.argv[3]
files = [f"{mount}/{i}" for i in range(1, int(sys.argv[4]) + 1)]

def look(path):
    os.close(os.open(path, os.O_RDONLY))

def threads(first, last):
    for i in range(first, last):
        thread = threading.Thread(target=look, args=(files[i % len(files)],))
        thread.start()
        thread.join()

def apart(run, *args):
    pid = os.fork()
    if pid == 0:
        run(*args)
        os._exit(0)
    return pid

if by == "threads":
    for pid in [apart(threads, i * count // 4, (i + 1) * count // 4) for i in range(4)]:
        assert os.waitpid(pid, 0)[1] == 0
else:  # each process all files: that is an event for each
    for _ in range(count // len(files) + 1):
        assert os.waitpid(apart(lambda: [look(path) for path in files]), 0)[1] == 0
PYTHON
metric() { refmount_metric=$(awk '/^refmount_switches_without_leases_total / { print $2 }' "$M/.refmount/metrics") && echo "$refmount_metric"; }

server=$(pid_of server) was=$(rss "$(pid_of server)")
ok "$threads threads open a file each" "$PYTHON" "$T/storm.py" "$T/many" "$threads" threads $files
ok 'a switch right after it' refmount switch "$M" "$two"
ok "the server has not grown ($was kB before, now $(rss "$server"))" test "$(rss "$server")" -lt $((was + 3000))
is "$(pid_of server)" "$server" 'it did not have to be replaced'
is "$(status "s['features']['leases']") $(metric)" 'True 0' 'and had leases'

# More than the kernel keeps, while nobody takes them.
if [ "$queued" -le 50000 ]; then
	keeper=$(pid_of keeper)
	kill -STOP "$keeper" "$server" # one would replace the other
	"$PYTHON" "$T/storm.py" "$T/many" $((queued + 500)) processes $files || echo 'an open failed' | fail 'opens while the server does not look'
	refmount switch "$M" "$one" >/dev/null &
	kill -CONT "$server" "$keeper"
	ok 'a switch in a storm' wait $!
	is "$(cat "$M/.refmount/revision" "$M/a" | tr '\n' ' ')" "$one one " 'everything is of the new revision'
	like "$(status "s['features']")" '"leases": false, "leases_reason": "not at the last switch: opens came too fast to be counted"' \
		'there were no leases, and .status says so'
	like "$(metric)" '^[12]$' 'and it is counted' # twice, should the server have been replaced and begun again
	over() { refmount switch "$M" "$two" && refmount switch "$M" "$one" && status_is "s['features']['leases']" True; }
	ok 'later there are again' wait_until 10 over
fi
umount "$T/many"
finish
