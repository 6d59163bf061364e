#!/usr/bin/env bash
# Files can be mapped, executed, read at any offset, and sent.
. "$(dirname "$0")/lib.sh"

new_repo
head -c 1000000 /dev/urandom >"$R/big"
commit_all >/dev/null
mounted

is "$("$M/run" me)" 'ran me' 'a program in the mount runs'
"$M/a" >/dev/null 2>&1
is "$?" 126 'a file without the bit does not'
cat >"$T/ways.py" <<'PYTHON'
import mmap, os, sys
shown, real = sys.argv[1:]
want = open(real, "rb").read()
fd = os.open(shown, os.O_RDONLY)
m = mmap.mmap(fd, 0, prot=mmap.PROT_READ)
assert m[:] == want, "mmap"
for at in (0, 1, 4095, 4096, 131071, 999999, 1000000, 2000000):
    for size in (1, 4096, 200000):
        assert os.pread(fd, size, at) == want[at:at + size], ("pread", at, size)
assert os.lseek(fd, 0, os.SEEK_END) == len(want)
out = os.open("/run/t/sent", os.O_RDWR | os.O_CREAT)
os.lseek(fd, 0, 0)
while os.sendfile(out, fd, None, 1 << 20):
    pass
assert open("/run/t/sent", "rb").read() == want, "sendfile"
PYTHON
ok 'mmap, pread, lseek and sendfile agree with the repository' "$PYTHON" "$T/ways.py" "$M/big" "$R/big"
ok 'eight readers at once' sh -c "for i in 1 2 3 4 5 6 7 8; do cmp '$M/big' '$R/big' & p=\"\$p \$!\"; done; for i in \$p; do wait \$i || exit 1; done"
is "$(readlink "$M/d/link")" ../a 'readlink'
is "$(cat "$M/d/link")" one 'a link is followed'
is "$(cat "$M/nosuch" 2>&1)" "cat: $M/nosuch: No such file or directory" 'a missing file is ENOENT'
is "$(cat "$M/a/b" 2>&1)" "cat: $M/a/b: Not a directory" 'a file is no folder'
finish
