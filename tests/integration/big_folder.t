#!/usr/bin/env bash
# A folder with 50,000 entries is listed completely, once, and from any position.
. "$(dirname "$0")/lib.sh"

git init -q --bare "$R"
awk 'BEGIN {
	print "blob\nmark :1\ndata 2\nx\n"
	print "commit refs/heads/main\ncommitter A <a@example.com> 1700000000 +0000\ndata 4\nMany"
	for (i = 0; i < 50000; i++) printf "M 100644 :1 big/file-%05d\n", i
}' | git -C "$R" fast-import --quiet
cat >"$T/list.py" <<'PYTHON'
import ctypes, os, random, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
fd = os.open(sys.argv[1], os.O_RDONLY | os.O_DIRECTORY)
SYS_getdents64 = {"x86_64": 217}.get(os.uname().machine, 61)

def chunk(size=32768):
    """The next entries at the position of fd: (name, the position after it)."""
    buf = ctypes.create_string_buffer(size)
    n = libc.syscall(SYS_getdents64, fd, buf, size)
    assert n >= 0, os.strerror(ctypes.get_errno())
    raw, out, at = buf.raw[:n], [], 0
    while at < n:
        _, off, reclen, _ = struct.unpack_from("<QqHB", raw, at)
        out.append((raw[at + 19:at + reclen].split(b"\0", 1)[0].decode(), off))
        at += reclen
    return out

entries = []
while part := chunk():
    entries += part
names = [name for name, _ in entries if name not in (".", "..")]
assert len(names) == len(set(names)), "an entry was listed twice"
assert sorted(names) == ["file-%05d" % i for i in range(50000)], len(names)
assert len(entries) == 50002, "no . and .."
assert len({off for _, off in entries}) == len(entries), "positions are not unique"
random.seed(1)
for i in [0, 1, 2, 49999] + random.sample(range(50000), 200):
    os.lseek(fd, entries[i][1], os.SEEK_SET)
    assert chunk(4096)[0] == entries[i + 1], (i, entries[i])
os.lseek(fd, 0, os.SEEK_SET)
assert chunk()[0] == entries[0], "rewinddir"
os.lseek(fd, entries[-1][1], os.SEEK_SET)
assert chunk() == [], "the end stays the end"
os.close(fd)
with os.scandir(sys.argv[1]) as it:
    some = [e for e in it if e.is_file(follow_symlinks=False)]
assert len(some) == 50000, "kinds"
assert all(e.stat(follow_symlinks=False).st_size == 2 for e in some[::16]), "attributes"
PYTHON

mounted "$R#main"
ok 'all entries, each once, and seekable' "$PYTHON" "$T/list.py" "$M/big"
ok 'a second time, from the cache' "$PYTHON" "$T/list.py" "$M/big"
is "$(find "$M" -type f | wc -l)" 50000 'find counts the same'
is "$(status "s['files']")" 50000 'and so does .status'
finish
