#!/usr/bin/env bash
# What is open keeps its bytes until it is closed: over switches, after its revision was pruned, and after a crash of the server.
. "$(dirname "$0")/lib.sh"

new_repo
head -c 300000 /dev/urandom >"$R/big"
first=$(commit_all)
cp "$R/big" "$T/big"
mounted "$R#main" -o history=2
cat >"$T/hold.py" <<'PYTHON'
import mmap, os, sys
mount, commit, real = sys.argv[1:]
want = open(real, "rb").read()
fd = os.open(f"{mount}/big", os.O_RDONLY)
half = os.open(f"{mount}/big", os.O_RDONLY)
pinned = os.open(f"{mount}/.refmount/at/{commit}/big", os.O_RDONLY)
mapped = mmap.mmap(os.open(f"{mount}/big", os.O_RDONLY), 0, prot=mmap.PROT_READ)
assert os.read(half, 100000) == want[:100000]
print("ready", flush=True)
for line in sys.stdin:
    for f in (fd, half, pinned):
        os.posix_fadvise(f, 0, 0, os.POSIX_FADV_DONTNEED)  # ask the server again
    mapped.madvise(mmap.MADV_DONTNEED)
    good = os.pread(fd, len(want) + 1, 0) == want and os.pread(pinned, len(want) + 1, 0) == want and mapped[:] == want
    if line == "end\n":
        good = good and os.read(half, len(want)) == want[100000:]
    print("good" if good else "bad", flush=True)
PYTHON
coproc HOLD { "$PYTHON" "$T/hold.py" "$M" "$first" "$T/big" 2>&1; }
hold() { echo "$1" >&"${HOLD[1]}" && read -r -t 20 line <&"${HOLD[0]}" && echo "$line"; }
read -r -t 20 line <&"${HOLD[0]}" || die 'the holder has not started'
is "$line" ready 'a file is open, half read, open below at/, and mapped'

for i in 1 2 3 4 5; do
	head -c $((200000 + i)) /dev/urandom >"$R/big"
	new=$(commit_all)
	served "$new" || die 'not served'
	is "$(hold again)" good "after switch $i"
done
ok 'who opens now gets the new file' cmp "$R/big" "$M/big"
ok 'the first revision is no longer kept' test ! -e "$M/.refmount/at/$first/a"
kill -9 "$(pid_of server)"
is "$(hold again)" good 'after a crash of the server'
git -C "$R" rm -q big && git -C "$R" commit -qm 'No big'
served "$(rev)" || die 'not served'
ok 'the file is removed' test ! -e "$M/big"
is "$(hold end)" good 'still there for who holds it; the half read one can be read to its end'
finish
