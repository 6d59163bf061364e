"""Symbolic links: out of the tree, in circles, too long, too many."""
from case import add
from trees import DIR, FILE, LINK


def linked(target, name=b"link"):
    return lambda repo: repo.commit(repo.tree((LINK, name, repo.blob(target))))


def files(**what):
    files = what["files"]
    return lambda repo: repo.commit(repo.files(files))


for target in ("/etc/passwd", "/", "//etc", "/proc/self/root", "///"):
    add("links", f"to {target}", linked(target.encode()), "finding", "^link: .*absolute")
for target in ("..", "../x", "../..", "./../x", "a/../../x", "a/../..", "../" * 500 + "etc/passwd", "x/" * 300 + "../" * 301, ".//..", "..///etc"):
    add("links", f"to {target[:40]}", linked(target.encode()), "finding", "^link: .*leads out")
for target in (".refmount", ".refmount/at", "./.refmount/candidate/x", "a/../.refmount/status.json"):
    add("links", f"to {target}", linked(target.encode()), "finding", r"^link: .*\.refmount|^link: .*of the tree")

LEAVES = {
    "through another link": ("escape", {"d/x": b"", "hop": "d", "escape": "hop/../../x"}),
    "through a link to a folder below": ("d/escape", {"d/e/f/x": b"", "d/in": "e/f", "d/escape": "in/../../../../x"}),
    "through a chain of ten": ("l0", {**{f"l{i}": f"l{i + 1}" for i in range(10)}, "l10": "../x"}),
    "through a link to the root": ("d/escape", {"d/root": "..", "d/escape": "root/../x"}),
    "through a link that only later parts need": ("b/up", {"b/up": "../a/../../x", "a": "b"}),
    "through what is missing": ("escape", {"escape": "nothing/../../x"}),
    "through a file": ("escape", {"file": b"", "escape": "file/../../x"}),
    "from a folder, one too many": ("a/b/c/escape", {"a/b/c/escape": "../../../../x"}),
    "to its own folder, and up": ("escape", {"self": ".", "escape": "self/self/self/../x"}),
}
for name, (path, tree) in LEAVES.items():
    add("links", name, files(files=tree), "finding", f"^{path}: .*leads out")

STAYS = {
    "to itself": {"loop": "loop"},
    "of two in a circle": {"a": "b", "b": "a"},
    "in a circle through folders": {"d/a": "../e/b", "e/b": "../d/a"},
    "to its own folder": {"self": ".", "d/self": "../d"},
    "to the root": {"d/e/root": "../..", "x": b"x"},
    "up and down again": {"d/link": "../d/../d/x", "d/x": b"x"},
    "to nothing": {"link": "nothing/at/all"},
    "into a file": {"file": b"x", "link": "file/x"},
    "through a file, and back": {"file": b"x", "link": "file/../file"},
    "39 in a row": {**{f"l{i:02}": f"l{i + 1:02}" for i in range(39)}, "l39": b"end"},
    "100 in a row": {**{f"l{i:03}": f"l{i + 1:03}" for i in range(100)}, "l100": b"end"},
    "with a line break, an escape sequence and bytes that are no text": {"link": "a\n\x1b[31m\udcff"},
    "of 4095 bytes": {"link": "x/" * 2047 + "x"},
    "with many slashes": {"d/x": b"x", "link": "d" + "/" * 1000 + "x"},
    "to .git, of which there is none": {"link": ".git/config"},
    "named like modules": {".gitmodules": "x", ".gitattributes": "x", ".gitignore": "x", "x": b"* filter=evil\n"},
    "to a URL": {"link": "file:///etc/passwd", "other": "http://example.com/"},
    "to a device's name": {"link": "dev/null", "other": "~/.ssh/id_rsa", "more": "$HOME"},
    "with dots": {"link": "...", "other": ".. /x", "more": "..x/y"},
}
for name, tree in STAYS.items():
    add("links", f"stays: {name}", files(files=tree), "shown", files=tree)

add("links", "without a target", linked(b""), "finding", "^link: .*without a target")
add("links", "with a NUL", linked(b"a\0/../../x"), "finding", "^link: .*NUL")
add("links", "of 4096 bytes", linked(b"x" * 4096), "finding", "^link: .*4095")
add("links", "of 1 MiB", linked(b"../" * 350000), "finding", "^link: .*4095")
add("links", "of 256 MiB", lambda repo: repo.commit(repo.tree((LINK, b"link", repo.bomb(b"blob", 256 << 20, fill=b"/")))), "finding", "^link: .*4095")
add("links", "that would be a file of text", linked(b"version https://git-lfs.github.com/spec/v1\n"), "shown",
    files={"link": "version https://git-lfs.github.com/spec/v1\n"})


def doubling(depth, width=2):
    """Each link leads through the next one twice: 2^DEPTH names to follow, if nobody counted."""
    tree = {f"l{i:02}": "/".join([f"l{i + 1:02}"] * width) for i in range(depth)}
    return {**tree, f"l{depth:02}": "."}


add("links", "that double 38 times", files(files=doubling(38)), "shown", files=doubling(38))
add("links", "that are a hundred times each other", files(files=doubling(20, 100)), "shown", files=doubling(20, 100))
add("links", "20,000, of 2,000 parts each",
    lambda repo: repo.commit(repo.tree(*[(LINK, b"l%05d" % i, repo.blob(b"d/" + b"../d/" * 800)) for i in range(20000)], (DIR, b"z", repo.tree()))),
    "finding", "symbolic links have more than")
add("links", "20,000 that lead through 39 others",
    lambda repo: repo.commit(repo.files({**{f"a{i:02}": f"a{i + 1:02}" for i in range(39)}, "a39/x": b"", **{f"b{i:05}": "a00/x" for i in range(20000)}})),
    "shown", files={"b00000": "a00/x"}, is_slow=True)
add("links", "200,001",
    lambda repo: repo.commit(repo.tree(*[(LINK, b"l%06d" % i, repo.blob(b"x")) for i in range(200001)])), "finding", "more than 200000 files", is_slow=True)
