#!/usr/bin/env bash
# A commit that changes one file of a big tree writes a small segment.
. "$(dirname "$0")/lib.sh"

git init -q --bare "$R"
awk 'BEGIN {
	print "commit refs/heads/main\ncommitter A <a@example.com> 1700000000 +0000\ndata 4\nMany"
	for (i = 0; i < 20000; i++) printf "M 100644 inline d%02d/e%02d/f%02d\ndata <<E\ncontent of file %d\nE\n", i / 400, i / 20 % 20, i % 20, i
	print "\ncommit refs/heads/next\ncommitter A <a@example.com> 1700000001 +0000\ndata 3\nOne\nfrom refs/heads/main"
	print "M 100644 inline d07/e11/f03\ndata <<E\nchanged\nE\n"
}' | git -C "$R" fast-import --quiet
mounted "$R#main"
segments=/var/lib/refmount/run-t-mnt/segments
first=$(du --apparent-size -B1 -c "$segments"/*.seg | tail -n1 | cut -f1)
ls "$segments" >"$T/before"
git -C "$R" update-ref refs/heads/main refs/heads/next
ok 'served' served "$(rev main)"
is "$(cat "$M/d07/e11/f03")" changed 'seen'
is "$(cat "$M/d07/e11/f04")" 'content of file 3024' 'its neighbour is as before'
new=$(ls "$segments" | grep -vxFf "$T/before")
is "$(wc -l <<<"$new")" 1 'one new segment'
size=$(stat -c %s "$segments/$new")
ok "it is small: $size bytes, where the whole tree takes $first" test "$size" -lt 16384 -a "$first" -gt 1000000
is "$(status "s['last_switch']['changed']")" 1 '.status: one file changed'
finish
