"""Names, modes and shapes that a tree object can have and a file system must not."""
from case import add
from objects import NO_ID, tree_bytes

FILE, DIR, LINK = b"100644", b"40000", b"120000"


def named(name, mode=FILE):
    def build(repo):
        oid = repo.tree((FILE, b"x", repo.blob())) if mode == DIR else repo.blob()
        return repo.commit(repo.tree((mode, name, oid)))

    return build


def raw(make):
    """A commit whose tree object is these bytes; MAKE gets the repository and the id of a blob."""
    return lambda repo: repo.commit(repo.put(b"tree", make(repo, bytes.fromhex(repo.blob()))))


def entries(make):
    return raw(lambda repo, blob: tree_bytes(make(repo, blob.hex())))


# --- names ---

# What HFS+ ignores.
HFS = [chr(code) for code in (*range(0x200C, 0x2010), *range(0x202A, 0x202F), *range(0x206A, 0x2070), 0xFEFF)]
DOTGIT = [".git", ".GIT", ".Git", ".gIT", ".git ", ".git.", ".git . .", ".git....", "git~1", "GIT~1", "git~1.", "Git~1 ",
          ".git::$INDEX_ALLOCATION", ".git:stream", "git~1:x", ".git\\hooks", "a\\.git", "a\\.git \\b", "a\\git~1",
          *[f".g{mark}it" for mark in HFS], "\u200c.git", ".GIT\u200d", ".\u200eg\u200fit\u200e"]


def shown_name(name):
    """As an expression: what a finding makes of it."""
    out = ""
    for char in name:
        if ord(char) > 127:
            out += "".join(f"\\\\x{byte:02x}" for byte in char.encode())
        elif char.isalnum():
            out += char
        else:
            out += "\\" + char
    return out


for at, spelling in enumerate(DOTGIT):
    add("names", f".git, spelling {at}: {ascii(spelling)}", named(spelling.encode()), "finding", f"^{shown_name(spelling)}: .*'\\.git'")
    add("names", f".git as a folder, spelling {at}", named(spelling.encode(), DIR), "finding", f"^{shown_name(spelling)}: ",
        is_slow=at not in (0, 8))

for name, text in [(b"..", r"\.\."), (b".", r"\."), (b"", r""), (b"a/b", "a/b"), (b"/etc", "/etc"), (b"a/", "a/"), (b"/", "/"),
                   (b"../x", r"\.\./x"), (b"../../../etc/passwd", r"(\.\./){3}etc/passwd"), (b"a/../../b", r"a/\.\./\.\./b")]:
    what = f"^{text}: " if name else "empty name"
    add("names", f"a file {ascii(name)}", named(name), "finding", what)
    add("names", f"a folder {ascii(name)}", named(name, DIR), "finding", what)

for byte in [*range(1, 32), 127]:
    add("names", f"the control byte {byte:02x}", named(b"a" + bytes([byte])), "finding", rf"^a\\x{byte:02x}: .*control",
        is_slow=byte not in (1, 9, 10, 13, 27, 127))
for code in (0x80, 0x9B, 0x9F):
    add("names", f"the control character {code:02x}", named(b"a" + chr(code).encode()), "finding", rf"^a\\xc2\\x{code:02x}: .*control")

for name, text in [(b"\xff", "ff"), (b"\xc0\xae\xc0\xae", "c0.xae.xc0.xae"), (b"..\xc0\xaf..", r"c0.xaf\.\."), (b"\xe0\x80\xaf", "e0.x80.xaf"),
                   (b"\xf0\x80\x80\xaf", "f0"), (b"\xed\xa0\x80", "ed.xa0.x80"), (b"\xf4\x90\x80\x80", "f4.x90"), (b"a\xe2\x82", "e2.x82"),
                   (b"\x80", "80"), (b".g\xc0\xa9t", "c0.xa9t"), (b"\xfe\xff\0"[:2], "fe.xff"), (b"\xf8\x88\x80\x80\x80", "f8")]:
    add("names", f"not UTF-8: {ascii(name)}", named(name), "finding", rf"^[.a-z]*\\x{text}.*: .*UTF-8")

add("names", "256 bytes", named(b"n" * 256), "finding", r"^n{255}\.\.\.: .*255")
add("names", "1 MiB", named(b"n" * (1 << 20)), "finding", r"^n{255}\.\.\.: .*255")
add("names", "255 bytes", named(b"n" * 255), "shown", files={"n" * 255: b"good\n"})
add("names", "255 bytes of two each, and one more", named("é".encode() * 128), "finding", "255")

PLAIN = ["-rf", "--help", "$(touch x)", "`id`", "a b", " ", "~", "*", "a:b", "CON", "aux.txt", "...", ".. ", "..\\x", "c:\\x", "%2e%2e", "git~2",
         "x.git", ".gitx", ".gi", "\u202etxt.exe", "a\u200bb", "\U0001f4a9", ".gitattributes", ".gitignore", ".gitmodules", ".mailmap", "gitmod~1",
         ".lfsconfig", "refmount.yml", "config.lock", "a'b\"c", "&<>", "{{ 7 * 7 }}", "%s%n%x"]
for name in PLAIN:
    add("names", f"only looks dangerous: {ascii(name)}", named(name.encode()), "shown", files={name: b"good\n"})

for name in (".status", ".drift", ".refmount"):
    add("names", f"a name of the mount's own: {name}", named(name.encode()), "finding", rf"^\{name}: ")
    add("names", f"a name of the mount's own, as a folder: {name}", named(name.encode(), DIR), "finding", rf"^\{name}")
add("names", "names of the mount's own, deeper down",
    lambda repo: repo.commit(repo.files({"d/.status": b"1", "d/.drift": b"2", "d/.refmount/revision": b"3"})),
    "shown", files={"d/.status": b"1", "d/.drift": b"2", "d/.refmount/revision": b"3"})
add("names", "deeper down, with its path", lambda repo: repo.commit(repo.tree((DIR, b"a", repo.tree((DIR, b"b", repo.tree((FILE, b".git", repo.blob()))))))),
    "finding", r"^a/b/\.git: ")
add("names", "a thousand at once",
    lambda repo: repo.commit(repo.tree(*[(FILE, b"%04d\n" % i, repo.blob()) for i in range(1000)])), "finding", r"^0000\\x0a: ")

# --- twins ---

for first, second in [("A", "a"), ("\xc9t\xe9", "\xe9t\xe9"), ("\xe9", "e\u0301"), ("\u1e9e", "ss"), ("\u03a3", "\u03c2"), ("\u212b", "\xe5"),
                      ("\uac00", "\u1100\u1161")]:
    early, late = sorted((first, second), key=lambda n: n.encode())
    add("names", f"twins {ascii(first)} and {ascii(second)}",
        entries(lambda repo, blob, a=early, b=late: [(FILE, n.encode(), blob) for n in (a, b)]),
        "warning", f"^({first}|{second}): warning: .* takes it for '({first}|{second})'", files={first: b"good\n", second: b"good\n"})
add("names", "twins that are folders, and a name in each",
    lambda repo: repo.commit(repo.files({"D/x": b"1", "d/X": b"2", "d/y": b"3"})), "warning", "^d: warning: .*'D'", files={"D/x": b"1", "d/X": b"2", "d/y": b"3"})

# --- modes ---

for mode in (b"104755", b"102755", b"101644", b"060000", b"20000", b"20666", b"010000", b"10644", b"140000", b"140755", b"100664", b"100600",
             b"100777", b"100645", b"0", b"", b"7", b"777777", b"040000", b"0100644", b"00040000", b"100648", b"100a44", b"-100644", b"+40000",
             b"0x81a4", b"1000000000000100644", b"40755", b"120777", b"120644", b"160755", b"\xff\xff", b"100644\n"):
    add("modes", f"mode {ascii(mode)}",
        raw(lambda repo, blob, m=mode: m + b" name\0" + blob), "finding", "^name: |malformed",
        is_slow=mode in (b"101644", b"20666", b"140755", b"00040000", b"+40000"))
add("modes", "no mode and no space", raw(lambda repo, blob: b"name\0" + blob), "finding", "malformed")
add("modes", "a submodule", entries(lambda repo, blob: [(b"160000", b"module", NO_ID[:-1] + "1")]), "finding", "^module: .*submodule")
add("modes", "a submodule that runs a command",
    lambda repo: repo.commit(repo.tree((FILE, b".gitmodules", repo.blob(b'[submodule "x"]\n\tpath = x\n\turl = -u./payload\n\tupdate = !touch x\n')),
                                       (b"160000", b"x", NO_ID[:-1] + "1"))), "finding", "^x: .*submodule")
add("modes", "a submodule below a link",
    lambda repo: repo.commit(repo.tree((LINK, b"a", repo.blob(b".git")), (b"160000", b"b", NO_ID[:-1] + "1"))), "finding", "^b: .*submodule")

# --- order ---

add("order", "a duplicate", entries(lambda repo, blob: [(FILE, b"twice", blob)] * 2), "finding", "^twice: .*twice")
add("order", "a file and a folder", entries(lambda repo, blob: [(FILE, b"twice", blob), (DIR, b"twice", repo.tree((FILE, b"x", blob)))]),
    "finding", "^twice: .*twice")
add("order", "a file and a folder, apart",
    entries(lambda repo, blob: [(FILE, b"t", blob), (FILE, b"t-", blob), (FILE, b"t.", blob), (DIR, b"t", repo.tree((FILE, b"x", blob)))]),
    "finding", "^t: .*twice")
add("order", "a link and the folder that it leads to",
    entries(lambda repo, blob: [(LINK, b"a", repo.blob(b".git")), (DIR, b"a", repo.tree((FILE, b"hooks", blob)))]), "finding", "^a: .*twice")
add("order", "not sorted", entries(lambda repo, blob: [(FILE, b"z", blob), (FILE, b"a", blob)]), "finding", "^a: .*sorted")
add("order", "a folder sorted as if it were a file", entries(lambda repo, blob: [(DIR, b"a", repo.tree((FILE, b"x", blob))), (FILE, b"a.b", blob)]),
    "finding", r"^a\.b: .*sorted")
add("order", "a thousand duplicates", entries(lambda repo, blob: [(FILE, b"twice", blob)] * 1000), "finding", "^twice: ")
add("order", "100,000 entries, backwards",
    entries(lambda repo, blob: [(FILE, b"%06d" % i, blob) for i in range(100000, 0, -1)]), "finding", "sorted")

# --- bytes of the object ---

for name, spoil in [("cut in an id", lambda d: d[:-1]), ("cut behind the name", lambda d: d[:-20]), ("cut in the name", lambda d: d[:-22]),
                    ("bytes behind the last entry", lambda d: d + b"x"), ("a short id behind a NUL", lambda d: d.replace(b"name", b"na\0e")[:-3]),
                    ("text", lambda d: b"hello\n"), ("NULs", lambda d: bytes(1000)), ("spaces", lambda d: b" " * 1000)]:
    add("shape", f"a tree object: {name}", raw(lambda repo, blob, s=spoil: s(b"100644 name\0" + blob)), "finding", "malformed|^name")
add("shape", "no entries at all", raw(lambda repo, blob: b""), "shown")
add("shape", "an empty folder", entries(lambda repo, blob: [(DIR, b"d", repo.tree())]), "shown")

EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
for name, entry, text in [
        ("a file that is a tree", lambda repo: (FILE, b"x", repo.tree()), "^x: .*tree, not a blob"),
        ("a file that is a commit", lambda repo: (FILE, b"x", repo.commit(repo.tree())), "^x: .*commit, not a blob"),
        ("a file that is a tag", lambda repo: (FILE, b"x", repo.tag(repo.commit(repo.tree()))), "^x: .*tag, not a blob"),
        ("a folder that is a blob", lambda repo: (DIR, b"x", repo.blob()), "^x: .*blob, not a tree"),
        ("a folder that is a commit", lambda repo: (DIR, b"x", repo.commit(repo.tree())), "^x: .*commit, not a tree"),
        ("a link that is a tree", lambda repo: (LINK, b"x", repo.tree()), "^x: .*tree, not a blob"),
        ("a link that is a commit", lambda repo: (LINK, b"x", repo.commit(repo.tree())), "^x: .*commit, not a blob")]:
    add("shape", name, lambda repo, e=entry: repo.commit(repo.tree(e(repo))), "finding", text)
for name, mode in [("file", FILE), ("folder", DIR), ("link", LINK)]:
    add("shape", f"a {name} that is missing", lambda repo, m=mode: repo.commit(repo.tree((m, b"gone", "12" * 20))), "error", "'gone'.*missing")
    add("shape", f"a {name} whose id is zeros", lambda repo, m=mode: repo.commit(repo.tree((m, b"gone", NO_ID))), "error", "'gone'.*missing|'gone'")


# --- size ---

def chain(depth, name=b"x"):
    def build(repo):
        oid = repo.tree((FILE, b"leaf", repo.blob()))
        for _ in range(depth):
            oid = repo.tree((DIR, name, oid))
        return repo.commit(oid)

    return build


def fan(width, levels):
    def build(repo):
        oid = repo.tree((FILE, b"leaf", repo.blob()))
        for _ in range(levels):
            oid = repo.tree(*[(DIR, b"%d" % i, oid) for i in range(width)])
        return repo.commit(oid)

    return build


def wide(count, mode=FILE):
    def build(repo):
        oid = repo.blob() if mode == FILE else repo.tree((FILE, b"x", repo.blob()))
        return repo.commit(repo.put(b"tree", b"".join(mode + b" f%07d\0" % i + bytes.fromhex(oid) for i in range(count))))

    return build


add("size", "63 folders deep", chain(63), "shown", files={"x/" * 63 + "leaf": b"good\n"})
add("size", "65 folders deep", chain(65), "finding", "^x(/x)+: .*64")
add("size", "60,000 folders deep", chain(60000), "finding", "^x(/x)+: .*64", is_slow=True)
add("size", "a path of more than 1024 bytes", chain(6, b"n" * 200), "finding", "^n+(/n+)+: .*1024")
add("size", "ten trees that name 10,000,000,000 paths", fan(10, 10), "finding", "more than 200000 folders")
add("size", "thirty trees that name 2^30 paths", fan(2, 30), "finding", "more than 200000 folders")
add("size", "60 trees that name 9^60 paths", fan(9, 60), "finding", "more than 200000 folders")
add("size", "200,001 files", wide(200001), "finding", "more than 200000 files")
add("size", "200,001 folders", wide(200001, DIR), "finding", "more than 200000 folders", is_slow=True)
add("size", "1,000,000 files", wide(1000000), "finding", "more than 200000 files|limit is", is_slow=True)
add("size", "a file of 16 MiB and a byte", lambda repo: repo.commit(repo.tree((FILE, b"big", repo.bomb(b"blob", (16 << 20) + 1)))), "finding", "^big: .*16777217")
add("size", "a file of 1 GiB in 1 MB", lambda repo: repo.commit(repo.tree((FILE, b"big", repo.bomb(b"blob", 1 << 30)))), "finding",
    "^big: .*1073741824", is_slow=True)
add("size", "a tree object of 256 MiB", lambda repo: repo.commit(repo.bomb(b"tree", 256 << 20)), "finding", "limit|bytes|malformed")
add("size", "a folder of 256 MiB", lambda repo: repo.commit(repo.tree((DIR, b"d", repo.bomb(b"tree", 256 << 20)))), "finding", "^d: .*bytes")
add("size", "a tree object of one name that is 60 MiB long",
    lambda repo: repo.commit(repo.bomb(b"tree", 60 << 20, fill=b"n", begin=b"100644 ")), "finding", "malformed|bytes", is_slow=True)
add("size", "2 GiB of files in a tree of 200 entries",
    lambda repo: repo.commit(repo.tree(*[(FILE, b"f%03d" % i, oid) for oid in [repo.bomb(b"blob", 16 << 20)] for i in range(130)])),
    "finding", "more than 1073741824 bytes")


# --- Git LFS ---

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"4d" * 32 + b"\nsize 12345\n"
add("lfs", "a pointer", lambda repo: repo.commit(repo.tree((FILE, b"lfs", repo.blob(POINTER)))), "finding", "^lfs: .*LFS")
add("lfs", "a pointer that may be run", lambda repo: repo.commit(repo.tree((b"100755", b"lfs", repo.blob(POINTER)))), "finding", "^lfs: .*LFS")
add("lfs", "a pointer of the old name",
    lambda repo: repo.commit(repo.tree((FILE, b"lfs", repo.blob(POINTER.replace(b"git-lfs", b"hawser"))))), "finding", "^lfs: .*LFS")
add("lfs", "with extensions",
    lambda repo: repo.commit(repo.tree((FILE, b"lfs", repo.blob(POINTER.replace(b"\noid", b"\next-0-x sha256:" + b"00" * 32 + b"\noid"))))), "finding", "^lfs: .*LFS")
add("lfs", "a text about pointers", lambda repo: repo.commit(repo.files({"doc": b"> " + POINTER})), "shown", files={"doc": b"> " + POINTER})
add("lfs", "a pointer with more than a kilobyte behind it", lambda repo: repo.commit(repo.files({"doc": POINTER + b"#" * 1024})), "shown",
    files={"doc": POINTER + b"#" * 1024})
add("lfs", "filters of .gitattributes",
    lambda repo: repo.commit(repo.files({".gitattributes": b"* filter=lfs text eol=crlf ident working-tree-encoding=UTF-16\n", "a": b"$Id$\nx\n"})),
    "shown", files={"a": b"$Id$\nx\n"})
