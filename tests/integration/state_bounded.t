#!/usr/bin/env bash
# However many switches leave the state folder as large as what is kept, and no larger. SWITCHES: how many (60).
. "$(dirname "$0")/lib.sh"

last=$((${SWITCHES:-60} + 1))
git init -q --bare "$R"
"$PYTHON" - "$last" <<'PYTHON' >"$T/stream"
import random, sys
random.seed(7)
out = sys.stdout.buffer
for n in range(1, int(sys.argv[1]) + 1):
    out.write(b"commit refs/heads/all\nmark :%d\ncommitter A <a@example.com> %d +0000\ndata 1\nx\n" % (n, 1700000000 + n))
    data = random.randbytes(100000)
    out.write(b"M 100644 inline big\ndata %d\n%s\n" % (len(data), data))
    out.write(b"M 100644 inline dir/n\ndata <<E\n%d\nE\n\n" % n)
PYTHON
git -C "$R" fast-import --quiet --export-marks="$T/marks" <"$T/stream"
id() { sed -n "s/^:$1 //p" "$T/marks"; }
git -C "$R" update-ref refs/heads/main "$(id 1)"
mounted "$R#main" -o history=5
state=/var/lib/refmount/run-t-mnt
for n in $(seq 2 "$last"); do
	git -C "$R" update-ref refs/heads/main "$(id "$n")"
	served "$(id "$n")" >/dev/null || die "commit $n is not served"
done
is "$(cat "$M/dir/n")" "$last" 'the last is served'
is "$(ls "$M/.refmount/at" | grep -cE '^[0-9a-f]{40}$')" 5 'five revisions are kept'
is "$(find "$state/generations" -name '*.gen' | wc -l)" 5 'as many generations lie on disk'
ok 'segments are as few' test "$(ls "$state/segments" | wc -l)" -le 7
used=$(du -s --apparent-size -B1 "$state" | cut -f1)
ok "the state folder ($used bytes) holds what is kept (5 x 100,000) and little more" test "$used" -lt 1000000
is "$(find "$state" -name '*.tmp' | wc -l)" 0 'nothing is left unfinished'
ok 'all kept revisions can be read' sh -c "cat $M/.refmount/at/*/big | wc -c | grep -qx 700000"
finish
