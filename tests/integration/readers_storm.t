#!/usr/bin/env bash
# A storm of opens costs nobody anything: what is kept is bounded, and who really has an old file is still known.
. "$(dirname "$0")/lib.sh"

is_real_root || skip_all 'needs real root'
new_repo
mkdir "$R/many" && (cd "$R/many" && seq 1500 | xargs touch)
commit_all >/dev/null
mounted "$R#main"
[ "$(status "s['features']['readers']")" = True ] || skip_all "$(status "s['features'].get('readers_reason')")"

tail -f "$M/a" >/dev/null 2>&1 &
daemon=$!
ok 'a daemon has opened a file' wait_until 5 sh -c "ls -l /proc/$daemon/fd | grep -q '$M/a'"
rss() { awk '/^RssAnon/ { print $2 }' "/proc/$1/status"; }
server=$(pid_of server) engine=$(pid_of engine) was=$(rss "$(pid_of server)")
cat >"$T/storm.py" <<'PYTHON'
import os, sys, threading
mount = sys.argv[1]
def look(path):
    with open(path) as file:
        file.read()
for entry in os.scandir(f"{mount}/many"):  # one process, all files
    look(entry.path)
for _ in range(1000):                      # one process, many threads
    thread = threading.Thread(target=look, args=(f"{mount}/run",))
    thread.start()
    thread.join()
for _ in range(300):                       # many processes
    if os.fork() == 0:
        look(f"{mount}/d/b")
        os._exit(0)
    os.wait()
PYTHON
ok '2,800 opens' "$PYTHON" "$T/storm.py" "$M"
new=$(commit a two)
ok 'a commit' served "$new"
ok 'who has the old file is known' wait_until 5 grep -qE "^$daemon tail - a [0-9a-f]{40} stale$" "$M/.refmount/readers"
ok 'those that have ended are not listed' wait_until 15 sh -c "test \$(grep -vc '^#' $M/.refmount/readers) -lt 20"
is "$(status "s['drift']['readers']")" 1 'and nobody else is counted'
ok "the server has not grown ($was kB before, now $(rss "$server"))" test "$(rss "$server")" -lt $((was + 2000))
is "$(pid_of server) $(pid_of engine)" "$server $engine" 'nobody had to be replaced'
kill "$daemon"
finish
