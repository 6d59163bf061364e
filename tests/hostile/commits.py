"""Commits, tags and loose objects that are not formed like one, or not what they say they are."""
import zlib

from case import add
from objects import NO_ID, WHO
from trees import FILE

GOOD = {"a": b"hostile\n"}
PEOPLE = b"author " + WHO + b"\ncommitter " + WHO + b"\n"


def raw(make):
    """A commit object of these bytes; MAKE gets a repository, the line of a good tree and the lines of the parents."""
    def build(repo):
        tree = b"tree " + repo.files(GOOD).encode() + b"\n"
        return repo.put(b"commit", make(repo, tree + b"".join(b"parent " + p.encode() + b"\n" for p in repo.parents)))

    return build


def said(message, **more):
    return lambda repo: repo.commit(repo.files(GOOD), message=message, **more)


BAD = {
    "nothing in it": lambda repo, head: b"",
    "no tree": lambda repo, head: PEOPLE + b"\nx\n",
    "the tree behind the author": lambda repo, head: PEOPLE + head + b"\nx\n",
    "a tree id of 39 digits": lambda repo, head: head[:44] + b"\n" + PEOPLE + b"\nx\n",
    "a tree id of 41 digits": lambda repo, head: head[:45] + b"0\n" + PEOPLE + b"\nx\n",
    "a tree id that is a name": lambda repo, head: b"tree " + b"refs/heads/main".ljust(40, b"x") + b"\n" + PEOPLE + b"\nx\n",
    "a NUL in the tree id": lambda repo, head: b"tree " + bytes(40) + b"\n" + PEOPLE + b"\nx\n",
    "two spaces": lambda repo, head: b"tree  " + head[5:] + PEOPLE + b"\nx\n",
    "line ends of Windows": lambda repo, head: head.replace(b"\n", b"\r\n") + PEOPLE.replace(b"\n", b"\r\n") + b"\r\nx\r\n",
    "NULs": lambda repo, head: bytes(1000),
    "letters": lambda repo, head: b"A" * 100000,
}
for name, make in BAD.items():
    add("commits", name, raw(make), "finding", "commit [0-9a-f]{40} is malformed")

add("commits", "a tree that is a blob", lambda repo: repo.commit(repo.blob()), "finding", "blob, not a tree")
add("commits", "a tree that is a commit", lambda repo: repo.commit(repo.commit(repo.tree())), "finding", "commit, not a tree")
add("commits", "a tree that is missing", lambda repo: repo.commit("12" * 20), "error", "missing")
add("commits", "a tree id of zeros", lambda repo: repo.commit(NO_ID), "error", "missing|cannot be read")
add("commits", "a message of 10 MB", said(b"subject\n\n" + b"x" * 10_000_000), "finding", "has 10000[0-9]{3} bytes, the limit")
add("commits", "1 GiB in 1 MB", lambda repo: repo.bomb(b"commit", 1 << 30, fill=b"x", begin=b"tree " + repo.files(GOOD).encode() + b"\n"), "finding",
    "1073741824 bytes", is_slow=True)
add("commits", "100 MiB", lambda repo: repo.bomb(b"commit", 100 << 20, fill=b"\n", begin=b"tree " + repo.files(GOOD).encode() + b"\n"), "finding",
    "104857600 bytes")

ODD = {
    "two trees: the first": lambda repo, head: head + b"tree " + repo.tree().encode() + b"\n" + PEOPLE + b"\nx\n",
    "no author": lambda repo, head: head + b"\nx\n",
    "no blank line": lambda repo, head: head + PEOPLE,
    "no line end at all": lambda repo, head: head + PEOPLE[:-1],
    "ten thousand authors": lambda repo, head: head + PEOPLE * 5000 + b"\nx\n",
    "an author without a mail": lambda repo, head: head + b"author nobody\ncommitter nobody\n\nx\n",
    "an author of 500 kB": lambda repo, head: head + b"author " + b"x" * 500000 + b" <x> 1 +0\n" + b"\nx\n",
    "a date past all ends": lambda repo, head: head + b"author x <x> 99999999999999999999999 +0000\ncommitter x <x> 9223372036854775808 +9999\n\nx\n",
    "a date before all beginnings": lambda repo, head: head + b"author x <x> -1 +0000\ncommitter x <x> -9223372036854775808 -0000\n\nx\n",
    "a date that is none": lambda repo, head: head + b"author x <x> now\ncommitter x <x> yesterday at noon\n\nx\n",
    "a zone that is none": lambda repo, head: head + b"author x <x> 1700000000 +99999999999\ncommitter x <x> 1700000000 ABCD\n\nx\n",
    "many angle brackets": lambda repo, head: head + b"author <><><><>>>><<<< > < 1 +0\ncommitter >>> 1\n\nx\n",
    "an encoding that does not exist": lambda repo, head: head + PEOPLE + b"encoding ../../../etc/passwd\n\n\xff\xfe\n",
    "an encoding that is not meant": lambda repo, head: head + PEOPLE + b"encoding UTF-7\n\n+AC8-\n",
    "NULs in the message": lambda repo, head: head + PEOPLE + b"\na\0b\0c\n",
    "NULs in the author": lambda repo, head: head + b"author a\0b <x\0y> 1 +0\ncommitter c <d> 1 +0\n\nx\n",
    "a signature that is none": lambda repo, head: head + PEOPLE + b"gpgsig -----BEGIN PGP SIGNATURE-----\n " + b"A" * 10000 + b"\n\nx\n",
    "an unknown header of 500 kB": lambda repo, head: head + PEOPLE + b"x-header " + b"y" * 500000 + b"\n\nx\n",
    "a subject of 500 kB": lambda repo, head: head + PEOPLE + b"\n" + b"s" * 500000 + b"\n",
    "a subject with escape sequences": lambda repo, head: head + PEOPLE + b"\n\x1b]0;title\x07\x1b[2J\x9b31m\xc2\x9b31mx\n",
    "a subject that turns the direction": lambda repo, head: head + PEOPLE + "\n\u202eecila\u2066\n".encode(),
    "a subject of YAML": lambda repo, head: head + PEOPLE + b"\n'\"]}: &a *a !!python/object {{ 7*7 }} %s%n\n",
    "a subject that is not UTF-8": lambda repo, head: head + PEOPLE + b"\n\xff\xfe\xc0\xaf\n",
    "a message of blank lines": lambda repo, head: head + PEOPLE + b"\n" * 500000,
    "a merge tag in it": lambda repo, head: head + PEOPLE + b"mergetag object " + NO_ID.encode() + b"\n type commit\n tag x\n\nx\n",
}
for name, make in ODD.items():
    add("commits", f"odd: {name}", raw(make), "shown", files=GOOD)

add("parents", "one that is missing", lambda repo: repo.commit(repo.files(GOOD), parents=[*repo.parents, "12" * 20]), "error", "missing", only="mount")
add("parents", "only one that is missing", lambda repo: repo.commit(repo.files(GOOD), parents=["12" * 20]), "error", "missing", only="mount")
add("parents", "one that is a blob", lambda repo: repo.commit(repo.files(GOOD), parents=[*repo.parents, repo.blob()]), "error", "blob, not a commit", only="mount")
add("parents", "one that is malformed",
    lambda repo: repo.commit(repo.files(GOOD), parents=[*repo.parents, repo.put(b"commit", b"x")]), "error", "malformed", only="mount")
add("parents", "none: not what was served before", lambda repo: repo.commit(repo.files(GOOD), parents=[]), "finding", "does not descend", only="mount")
add("parents", "10,000 times the same", lambda repo: repo.commit(repo.files(GOOD), parents=repo.parents * 10000), "shown", files=GOOD, only="mount")
add("parents", "a line that is none", raw(lambda repo, head: head + b"parent x\n" + PEOPLE + b"\nx\n"), "shown", files=GOOD)


def long_history(repo):
    at = repo.commit(repo.files(GOOD), parents=[])
    for i in range(10001):
        at = repo.commit(repo.files(GOOD), parents=[at], message=b"%d\n" % i)
    return at


add("parents", "10,001 commits that lead to nothing known", long_history, "finding", "too long to check|does not descend", only="mount", is_slow=True)

# --- tags ---


def tags(count, make=lambda repo: repo.commit(repo.files(GOOD))):
    def build(repo):
        at, kind = make(repo), b"commit"
        for _ in range(count):
            at, kind = repo.tag(at, kind), b"tag"
        return at

    return build


add("tags", "16 in a row", tags(16), "shown", files=GOOD)
add("tags", "17 in a row", tags(17), "error", "more than 16")
add("tags", "10,000 in a row", tags(10000), "error", "more than 16")
for name, make, text in [
        ("of a tree", lambda repo: repo.tag(repo.tree(), b"tree"), "tree .* is not a commit"),
        ("of a blob", lambda repo: repo.tag(repo.blob(), b"blob"), "blob .* is not a commit"),
        ("of a blob, which it calls a commit", lambda repo: repo.tag(repo.blob()), "blob .* is not a commit"),
        ("of what is missing", lambda repo: repo.tag("12" * 20), "missing"),
        ("without an object", lambda repo: repo.put(b"tag", b"tag x\n\nx\n"), "malformed"),
        ("with an id that is none", lambda repo: repo.put(b"tag", b"object ../../etc/passwd".ljust(47, b"x") + b"\ntype commit\n\n"), "malformed"),
        ("of nothing", lambda repo: repo.put(b"tag", b""), "malformed"),
        ("of 100 MiB", lambda repo: repo.bomb(b"tag", 100 << 20, begin=b"object " + repo.commit(repo.tree()).encode() + b"\n"), "bytes, the limit"),
        ("in place of a branch: a tree", lambda repo: repo.tree(), "tree .* is not a commit"),
        ("in place of a branch: a blob", lambda repo: repo.blob(), "blob .* is not a commit"),
        ("in place of a branch: zeros", lambda repo: NO_ID, "missing|cannot be read"),
        ("in place of a branch: missing", lambda repo: "12" * 20, "missing")]:
    add("tags", name, make, "error", text)

# --- loose objects ---


def spoiled(spoil):
    """The commit is good, but the bytes of its file `a` on the disk are not: SPOIL gets a compressor."""
    def build(repo):
        content = b"some content that is not there yet\n"
        oid = "ab" * 20
        repo.put_raw(oid, spoil(zlib.compress, content))
        return repo.commit(repo.tree((FILE, b"a", oid)))

    return build


LOOSE = {
    "nothing": lambda z, c: b"",
    "no zlib": lambda z, c: c,
    "cut": lambda z, c: z(b"blob %d\0" % len(c) + c)[:-8],
    "cut behind its header": lambda z, c: z(b"blob 100000\0" + c * 3000)[:20],
    "bytes behind it": lambda z, c: z(b"blob %d\0" % len(c) + c) + b"more",
    "a wrong checksum": lambda z, c: z(b"blob %d\0" % len(c) + c)[:-4] + b"\0\0\0\0",
    "a size too large": lambda z, c: z(b"blob 1000\0" + c),
    "a size too small": lambda z, c: z(b"blob 3\0" + c),
    "a size of 4 GiB": lambda z, c: z(b"blob 4294967296\0" + c),
    "a size of 15 MiB, for 36 bytes": lambda z, c: z(b"blob 15728640\0" + c),
    "a size of 2^63": lambda z, c: z(b"blob 9223372036854775808\0" + c),
    "a size of 2^64 and 5": lambda z, c: z(b"blob 18446744073709551621\0" + c),
    "a size below zero": lambda z, c: z(b"blob -1\0" + c),
    "a size that is no number": lambda z, c: z(b"blob 0x24\0" + c),
    "no size": lambda z, c: z(b"blob\0" + c),
    "an unknown kind": lambda z, c: z(b"bolb %d\0" % len(c) + c),
    "a kind of 100 kB": lambda z, c: z(b"b" * 100000 + b" 3\0abc"),
    "no NUL": lambda z, c: z(b"blob 36" + b" " * 5000),
    "another content than its id says": lambda z, c: z(b"blob %d\0" % len(c) + c),
    "the type byte of a pack": lambda z, c: b"\xb4\x02" + z(c),
    "zlib with a dictionary": lambda z, c: b"\x78\xbb\0\0\0\0" + z(c)[2:],
}
for name, spoil in LOOSE.items():
    add("loose", f"a file: {name}", spoiled(spoil), "error", "'a'")


def impostor(kind, make):
    """An object under the id of another one."""
    return lambda repo: make(repo, repo.put_as("cd" * 20, kind, b"" if kind == b"tree" else b"tree " + repo.tree().encode() + b"\n\nx\n"))


add("loose", "a tree under a wrong id", impostor(b"tree", lambda repo, oid: repo.commit(oid)), "error", "cd" * 20)
add("loose", "a folder under a wrong id", impostor(b"tree", lambda repo, oid: repo.commit(repo.tree((b"40000", b"d", oid)))), "error", "'d'.*" + "cd" * 20)
add("loose", "a commit under a wrong id", impostor(b"commit", lambda repo, oid: oid), "error", "cd" * 20)
