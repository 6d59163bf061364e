#!/usr/bin/env bash
# The server may be killed at any time: nobody who reads gets an error.
. "$(dirname "$0")/lib.sh"

new_repo
head -c 200000 /dev/urandom >"$R/big"
commit_all >/dev/null
mounted "$R#main"
cat >"$T/read.py" <<'PYTHON'
import os, sys, time
mount, real = sys.argv[1:]
want = open(real, "rb").read()
reads, slowest = 0, 0
while not os.path.exists("/run/t/stop"):
    start = time.monotonic()
    fd = os.open(f"{mount}/big", os.O_RDONLY)
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    assert os.pread(fd, 300000, 0) == want
    os.close(fd)
    assert sorted(os.listdir(f"{mount}/d")) == ["b", "deep", "link"]
    open(f"{mount}/.status").read()
    try:
        os.stat(f"{mount}/nosuch")
    except FileNotFoundError:
        pass
    slowest = max(slowest, time.monotonic() - start)
    reads += 1
print(f"{reads} rounds, the slowest {slowest * 1000:.1f} ms")
PYTHON
for i in 1 2 3; do
	"$PYTHON" "$T/read.py" "$M" "$R/big" >"$T/reader$i" 2>&1 &
	readers+=($!)
done
engine=$(pid_of engine) keeper=$(pid_of keeper)
for i in $(seq 20); do
	server=$(pgrep -f '^refmount: server')
	[ -n "$server" ] && kill -9 $server
	ok "kill $i: another one serves" wait_until 5 sh -c "pid=\$(pgrep -f '^refmount: server') && test \"\$pid\" != '$server'"
done
touch "$T/stop"
for i in 0 1 2; do
	wait "${readers[$i]}"
	is $? 0 "reader $i: no error ($(tail -n1 "$T/reader$((i + 1))"))"
done
ok '.status names the new server' wait_until 5 sh -c "test \"\$($PYTHON $here/status.py $M/.status \"s['processes']['server']\")\" = \"\$(pgrep -f '^refmount: server')\""
is "$(pid_of engine) $(pid_of keeper)" "$engine $keeper" 'engine and keeper are the same as before'
new=$(commit a two)
ok 'and it goes on: a commit is served' served "$new"
is "$(cat "$M/a")" two 'and seen'
finish
