#!/usr/bin/env bash
# During fifty switches no reader sees a file of two revisions, nor an older revision after a newer one (without leases, which let one who has begun finish).
# Takes long: runs first.
. "$(dirname "$0")/lib.sh"

git init -q --bare "$R"
switches=50
awk -v n=$switches 'BEGIN {
	for (c = 1; c <= n + 1; c++) {
		printf "commit refs/heads/all\nmark :%d\ncommitter A <a@example.com> %d +0000\ndata 1\nx\n", c, 1700000000 + c
		for (f = 1; f <= 3; f++) {
			printf "M 100644 inline %s\ndata <<E\n", f == 1 ? "a" : f == 2 ? "d/b" : "d/e/c"
			for (l = 0; l < 1500; l++) printf "revision %08d of it\n", c
			print "E"
		}
		print ""
	}
}' | git -C "$R" fast-import --quiet --export-marks="$T/marks"
id() { sed -n "s/^:$1 //p" "$T/marks"; }
git -C "$R" update-ref refs/heads/main "$(id 1)"
mounted "$R#main" -o lease=0
cat >"$T/read.py" <<'PYTHON'
"""Readers of three files: each read must be of one revision, and of none older than what any of them has seen before it began."""
import mmap, os, random, struct, sys
mount, last, readers = sys.argv[1], int(sys.argv[2]), 4
seen = mmap.mmap(-1, 8 * readers)

def newest():
    return max(struct.unpack(f"{readers}Q", seen[:]))

def run(me):
    random.seed(me)
    count = torn = stale = 0
    while newest() < last and not os.path.exists("/run/t/stop"):
        floor = newest()
        fd = os.open(mount + "/" + random.choice(["a", "d/b", "d/e/c"]), os.O_RDONLY)
        data = b""
        while part := os.read(fd, 8192):
            data += part
        os.close(fd)
        lines = set(data.split(b"\n")[:-1])
        now = int(data[9:17])
        torn += len(lines) != 1 or len(data) != 1500 * 24
        stale += now < floor
        struct.pack_into("Q", seen, 8 * me, max(now, struct.unpack_from("Q", seen, 8 * me)[0]))
        count += 1
    print(f"reader {me}: {count} reads, {torn} torn, {stale} stale", flush=True)
    os._exit(bool(torn or stale or count < 50))

children = []
for me in range(readers):
    pid = os.fork()
    if pid == 0:
        run(me)
    children.append(pid)
sys.exit(any(os.waitpid(pid, 0)[1] for pid in children))
PYTHON
"$PYTHON" "$T/read.py" "$M" $((switches + 1)) >"$T/readers" 2>&1 &
readers=$!
for n in $(seq 2 $((switches + 1))); do
	git -C "$R" update-ref refs/heads/main "$(id "$n")"
	served "$(id "$n")" >/dev/null || { touch "$T/stop"; die "commit $n is not served"; }
	is "$(head -c 17 "$M/d/e/c")" "$(printf 'revision %08d' "$n")" "switch $n is seen at once by who waited for it"
done
wait_until 5 not kill -0 $readers
touch "$T/stop"
wait $readers
is $? 0 'no reader saw a torn or a stale file'
sed 's/^/# /' "$T/readers"
finish
