"""Repositories whose own files are hostile: what git keeps beside the objects."""
import os
import socket

from case import add
from objects import CONFIG, Repo
from trees import FILE, LINK

FILES = {"a": b"hostile\n"}


def changed(change):
    """A repository with one good commit on main, then CHANGE(repo)."""
    def build(repo):
        commit = repo.commit(repo.files(FILES))
        repo.ref("refs/heads/main", commit)
        change(repo)
        return commit

    return build


def repository(name, change, want, text="", **more):
    add(more.pop("room", "repository"), name, changed(change), want, text, kind="repository", files=FILES, **more)


def fifo(name):
    def change(repo):
        path = repo.at(name)
        if os.path.isdir(path) and not os.path.islink(path):
            os.rename(path, path + ".away")
        elif os.path.lexists(path):
            os.unlink(path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        os.mkfifo(path)

    return change


def link(name, target):
    def change(repo):
        path = repo.at(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if os.path.isdir(path) and not os.path.islink(path):
            os.rename(path, path + ".away")
        elif os.path.lexists(path):
            os.unlink(path)
        os.symlink(target, path)

    return change


def folder(name):
    def change(repo):
        if os.path.lexists(repo.at(name)):
            os.unlink(repo.at(name))
        os.makedirs(repo.at(name))

    return change


def sparse(name, size):
    def change(repo):
        os.truncate(repo.write(name, ""), size)

    return change


def bound(name):
    def change(repo):
        path = repo.at(name)
        if os.path.lexists(path):
            os.unlink(path)
        with socket.socket(socket.AF_UNIX) as door:
            here = os.getcwd()
            os.chdir(os.path.dirname(path))
            door.bind(os.path.basename(path))
            os.chdir(here)

    return change


def write(name, data):
    return lambda repo: repo.write(name, data)


# --- what stands where a file should be ---

TIP = object()


def tip(make):
    """The same for the loose object of the commit on main."""
    def change(repo):
        with open(repo.at("refs/heads/main"), encoding="ascii") as ref:
            make(repo.loose(ref.read().strip()))(repo)

    return change


for name in ("HEAD", "config", "packed-refs", "refs/heads/main", "refs", "objects", "objects/info/alternates", "commondir", "shallow",
             "objects/pack/pack-" + "1" * 40 + ".idx", "objects/info", "objects/pack/multi-pack-index"):
    repository(f"a FIFO in place of {name[:30]}", fifo(name), "shown" if name in ("objects/info", "objects/pack/multi-pack-index") else "error", room="special")
repository("a FIFO in place of the commit", tip(fifo), "error", room="special")
repository("an endless device in place of the commit", tip(lambda name: link(name, "/dev/zero")), "error", room="special")
repository("a folder in place of the commit", tip(lambda name: folder(name)), "error", room="special")
repository("a terminal in place of the commit", tip(lambda name: link(name, "/dev/tty")), "error", room="special")
for name in ("HEAD", "config", "refs/heads/main", "objects/info/alternates", "commondir", "packed-refs"):
    is_needed = name in ("HEAD", "refs/heads/main")
    repository(f"an endless device in place of {name}", link(name, "/dev/zero"), "error", room="special")
    repository(f"a folder in place of {name}", folder(name), "error", room="special", is_slow=True)
    repository(f"a socket in place of {name}", bound(name), "error", room="special")
    repository(f"a link to nothing in place of {name}", link(name, "nothing"), "error" if is_needed else "shown", room="special")
    repository(f"an empty file in place of {name}", write(name, ""), "error" if name in ("refs/heads/main", "commondir") else "shown", room="special")
    repository(f"4 GiB in place of {name}", sparse(name, 4 << 30), "error", room="special")
    repository(f"64 MiB in place of {name}", sparse(name, 64 << 20), "error", room="special", is_slow=True)

# --- HEAD and refs ---

for text in ("garbage\n", "ref: \n", "ref:refs/heads/main", "ref: ../../../../etc/passwd\n", "ref: refs/heads/../../../x\n", "ref: /etc/passwd\n", "ref: HEAD\n",
             "ref: refs/heads/" + "x" * 5000 + "\n", "ref: refs/heads/a\nref: refs/heads/main\n", "\0" * 100, "ref: refs/heads/\x1b[31m\n", "f" * 39 + "\n",
             "ref: refs/heads/main.lock\n", "ref: config\n", "ref: refs/heads/-x\n", "ref: refs/heads/a..b\n"):
    repository(f"HEAD of {ascii(text[:40])}", write("HEAD", text), "error", room="refs", only="HEAD")
for text in ("garbage\n", "ref: refs/heads/main\n", "ref: ../../../etc/passwd\n", "12" * 19, "12" * 20 + "garbage", "-" * 40, "\0" * 40 + "\n", "ref: HEAD\n",
             "ref: refs/heads/" + "y" * 300, "0" * 40 + "\n", "00" * 32 + "\n"):
    repository(f"a branch of {ascii(text[:40])}", write("refs/heads/main", text), "error", room="refs")


def loop(length):
    def change(repo):
        repo.write("refs/heads/main", "ref: refs/heads/l0\n")
        for i in range(length):
            repo.write(f"refs/heads/l{i}", f"ref: refs/heads/l{(i + 1) % length}\n")

    return change


def symbolic_chain(length):
    def change(repo):
        os.rename(repo.at("refs/heads/main"), repo.at("refs/heads/end"))
        repo.write("refs/heads/main", "ref: refs/heads/l0\n")
        for i in range(length):
            repo.write(f"refs/heads/l{i}", f"ref: refs/heads/{f'l{i + 1}' if i + 1 < length else 'end'}\n")

    return change


repository("two refs that lead to each other", loop(2), "error", room="refs")
repository("a hundred refs in a circle", loop(100), "error", room="refs")
repository("a hundred refs in a row", symbolic_chain(100), "error", room="refs")


def packed_refs(lines):
    """The branch is packed, and around it stand LINES (a function of its id)."""
    def change(repo):
        with open(repo.at("refs/heads/main"), encoding="ascii") as ref:
            oid = ref.read().strip()
        repo.remove("refs/heads/main")
        text = lines(oid)
        repo.write("packed-refs", text if isinstance(text, bytes) else text.encode())

    return change


MAIN = "{} refs/heads/main\n"
for name, lines, want in [
        ("garbage", lambda oid: "garbage\n" + MAIN.format(oid), "error"),
        ("NULs", lambda oid: bytes(1000) + MAIN.format(oid).encode(), "error"),
        ("no line end", lambda oid: f"{oid} refs/heads/main", "error"),
        ("an id of 39 digits", lambda oid: f"{oid[:39]} refs/heads/main\n", "error"),
        ("a peeled line first", lambda oid: f"^{oid}\n" + MAIN.format(oid), "error"),
        ("two peeled lines", lambda oid: f"{oid} refs/heads/a\n^{oid}\n^{oid}\n" + MAIN.format(oid), "error"),
        ("names that leave", lambda oid: f"{oid} ../../../etc/passwd\n{oid} refs/../../x\n" + MAIN.format(oid), "shown"),
        ("names with escape sequences", lambda oid: f"{oid} refs/heads/\x1b[31m\n" + MAIN.format(oid), "shown"),
        ("a name of a megabyte", lambda oid: f"{oid} refs/heads/{'x' * (1 << 20)}\n" + MAIN.format(oid), "shown"),
        ("twice the same", lambda oid: f"{'12' * 20} refs/heads/main\n" + MAIN.format(oid), "shown"),
        ("a header that claims to be sorted", lambda oid: "# pack-refs with: peeled fully-peeled sorted \n" + f"{oid} refs/heads/z\n" + MAIN.format(oid), "shown"),
        ("line ends of Windows", lambda oid: f"{oid} refs/heads/main\r\n", "shown"),
        ("ten thousand refs", lambda oid: "".join(f"{oid} refs/heads/b{i:06d}\n" for i in range(10000)) + MAIN.format(oid), "shown")]:
    repository(f"packed-refs: {name}", packed_refs(lines), want, room="refs")
for count in (100000, 1000000):
    repository(f"packed-refs: {count} refs", packed_refs(lambda oid, n=count: "".join(f"{oid} refs/heads/b{i:07d}\n" for i in range(n)) + MAIN.format(oid)), "shown",
               room="refs", is_slow=count > 100000)


def many_loose(count):
    def change(repo):
        for i in range(count):
            repo.write(f"refs/heads/d{i % 100}/b{i}", "12" * 20 + "\n")

    return change


repository("10,000 loose refs", many_loose(10000), "shown", room="refs", is_slow=True)
repository("refs 500 folders deep", lambda repo: repo.write("refs/heads/" + "d/" * 500 + "x", "12" * 20 + "\n"), "shown", room="refs")

# --- objects from elsewhere ---


def alternates(make):
    return lambda repo: repo.write("objects/info/alternates", make(repo))


def chain(length, ends):
    def change(repo):
        last = repo
        for i in range(length):
            more = Repo(f"{repo.path}.more/{i}", None)
            last.write("objects/info/alternates", more.at("objects") + "\n")
            last = more
        if ends:
            last.write("objects/info/alternates", repo.at("objects") + "\n")

    return change


for name, make in {
        "/etc": lambda repo: "/etc\n", "nothing": lambda repo: "/nothing/objects\n", "itself": lambda repo: repo.at("objects") + "\n",
        "itself, by another name": lambda repo: "../objects/../objects\n", "above": lambda repo: "../../../../..\n", "a file": lambda repo: "/etc/passwd\n",
        "a device": lambda repo: "/dev/zero\n", "NULs": lambda repo: "\0" * 100 + "\n", "a name of a megabyte": lambda repo: "/" + "x" * (1 << 20) + "\n",
        "a thousand times nothing": lambda repo: "".join(f"/nothing/{i}\n" for i in range(1000)), "a comment": lambda repo: "# /etc\n",
        "another machine": lambda repo: "ssh://-oProxyCommand=touch/x\nhttp://example.com/objects\n", "a quoted name": lambda repo: '"/etc\\n"\n'}.items():
    repository(f"alternates: {name}", alternates(make), "shown", room="elsewhere")
repository("alternates: a hundred in a row", chain(100, False), "shown", room="elsewhere")
repository("alternates: three in a circle", chain(3, True), "shown", room="elsewhere")
repository("alternates over HTTP", write("objects/info/http-alternates", "http://127.0.0.1:1/objects\n"), "shown", room="elsewhere")
for text in ("/etc\n", "../../../..\n", ".\n", "/dev/zero\n", "\0\n", "x" * 100000, "nothing\n"):
    repository(f"commondir of {ascii(text[:30])}", write("commondir", text), "error", room="elsewhere")
repository("grafts", lambda repo: repo.write("info/grafts", "12" * 20 + " " + "34" * 20 + "\ngarbage\n"), "shown", room="elsewhere")


def replaced(repo):
    """Somebody replaces the commit, its tree and its blob: what is served is what the ids say."""
    with open(repo.at("refs/heads/main"), encoding="ascii") as ref:
        commit = ref.read().strip()
    evil = repo.files({"a": b"evil\n"})
    for old, new in [(commit, repo.commit(evil)), (repo.files(FILES), evil), (repo.blob(FILES["a"]), repo.blob(b"evil\n"))]:
        repo.ref("refs/replace/" + old, new)


repository("replace refs", replaced, "shown", room="elsewhere")
for name, text in {"garbage": "garbage\n", "an id of nothing": "12" * 20 + "\n", "NULs": "\0" * 1000, "a megabyte": "x" * (1 << 20)}.items():
    repository(f"shallow: {name}", write("shallow", text), "shown", room="elsewhere")


def gitfile(text):
    """The repository is named by a worktree's `.git` file with this text."""
    def change(repo):
        os.makedirs(repo.at("tree"))
        repo.write("tree/.git", text(repo) if callable(text) else text)

    return change


for name, text, want in [
        ("leads here", lambda repo: "gitdir: " + repo.path + "\n", "shown"), ("leads up", "gitdir: ../../../../../..\n", "error"),
        ("leads to itself", "gitdir: .git\n", "error"), ("leads to /etc", "gitdir: /etc\n", "error"), ("leads to a device", "gitdir: /dev/zero\n", "error"),
        ("is empty", "", "error"), ("is garbage", "garbage\n", "error"), ("has NULs", "gitdir: \0\n", "error"), ("is a megabyte", "gitdir: " + "x" * (1 << 20), "error"),
        ("leads nowhere", "gitdir:\n", "error")]:
    repository(f"a .git file that {name}", gitfile(text), want, room="elsewhere", only="tree")
repository("a .git that is a FIFO", lambda repo: (os.makedirs(repo.at("tree")), os.mkfifo(repo.at("tree/.git"))), "error", room="elsewhere", only="tree")
repository("a .git that is a device", lambda repo: (os.makedirs(repo.at("tree")), os.symlink("/dev/zero", repo.at("tree/.git"))), "error", room="elsewhere", only="tree")

# --- configuration: nothing in it may do anything ---

RUN = "touch \"$CANARY\""


def configured(text):
    return lambda repo: repo.write("config", CONFIG + (text(repo) if callable(text) else text))


PROGRAMS = {
    "core.fsmonitor": "[core]\n\tfsmonitor = {}\n", "core.sshCommand": "[core]\n\tsshCommand = {}\n", "core.pager": "[core]\n\tpager = {}\n",
    "core.editor": "[core]\n\teditor = {}\n", "core.askPass": "[core]\n\taskPass = {}\n", "core.gitProxy": "[core]\n\tgitProxy = {}\n",
    "core.alternateRefsCommand": "[core]\n\talternateRefsCommand = {}\n", "uploadpack.packObjectsHook": "[uploadpack]\n\tpackObjectsHook = {}\n",
    "filter": '[filter "evil"]\n\tsmudge = {0}\n\tclean = {0}\n\tprocess = {0}\n\trequired = true\n', "diff.external": "[diff]\n\texternal = {}\n",
    "textconv": '[diff "evil"]\n\ttextconv = {0}\n\tcommand = {0}\n', "merge driver": '[merge "evil"]\n\tdriver = {}\n',
    "credential.helper": "[credential]\n\thelper = !{}\n", "gpg.program": "[gpg]\n\tprogram = {0}\n[gpg \"ssh\"]\n\tprogram = {0}\n\tdefaultKeyCommand = {0}\n",
    "alias": "[alias]\n\tstatus = !{0}\n\tcat-file = !{0}\n\tfetch = !{0}\n", "hook": '[hook "evil"]\n\tcommand = {}\n\tevent = post-checkout\n',
    "sequence.editor": "[sequence]\n\teditor = {}\n", "sendemail": "[sendemail]\n\tsmtpserver = {}\n", "remote": '[remote "origin"]\n\turl = ext::{0}\n\tuploadpack = {0}\n\tvcs = {0}\n',
    "interactive.diffFilter": "[interactive]\n\tdiffFilter = {}\n", "trailer": '[trailer "x"]\n\tcommand = {0}\n\tcmd = {0}\n', "init.templateDir": "[init]\n\ttemplateDir = {}\n",
}


def program(repo):
    """A program that leaves a mark when it is run."""
    return repo.write("evil", f"#!/bin/sh\necho \"$0 $*\" >>'{repo.path}.ran'\n", 0o755)


def with_attributes(text):
    """The commit asks for drivers, and the configuration says what they are."""
    def build(repo):
        attributes = b"* filter=evil diff=evil merge=evil text working-tree-encoding=UTF-16\n"
        commit = repo.commit(repo.files({**FILES, ".gitattributes": attributes, "d/.gitattributes": attributes}))
        repo.ref("refs/heads/main", commit)
        repo.write("config", CONFIG + text.format(program(repo)))
        repo.write("info/attributes", attributes)
        return commit

    return build


for name, text in PROGRAMS.items():
    add("config", f"a program in {name}", with_attributes(text), "shown", kind="repository", files=FILES)


def hooks(repo):
    path = program(repo)
    for name in ("post-checkout", "pre-receive", "update", "post-receive", "post-update", "reference-transaction", "fsmonitor-watchman", "post-index-change",
                 "pre-auto-gc", "proc-receive", "post-merge", "post-rewrite", "sendemail-validate"):
        os.makedirs(repo.at("hooks"), exist_ok=True)
        os.symlink(path, repo.at("hooks/" + name))
    repo.write("config", CONFIG + f"[core]\n\thooksPath = {repo.at('hooks')}\n")


repository("hooks", hooks, "shown", room="config")

for key, value, text in [("objectFormat", "sha256", "SHA-256"), ("refStorage", "reftable", "refs"), ("partialClone", "origin", "partial clone"),
                         ("unknownThing", "true", ""), ("objectFormat", "md5", ""), ("compatObjectFormat", "sha256", ""),
                         ("preciousObjects", "true", "")]:
    change = write("config", CONFIG.replace("= 0", "= 1") + f"[extensions]\n\t{key} = {value}\n")
    repository(f"extensions.{key} = {value}", change, "error", text, room="config")
for version in ("2", "99", "x", "9999999999999999999", ""):
    repository(f"repositoryformatversion = {version}", write("config", CONFIG.replace("= 0", f"= {version}")), "error", room="config")

for name, text, want in [
        ("core.worktree = /", "[core]\n\tbare = false\n\tworktree = /\n", "shown"), ("core.worktree, far away", "[core]\n\tbare = false\n\tworktree = ../../../../../etc\n", "shown"),
        ("core.attributesFile", "[core]\n\tattributesFile = /dev/zero\n\texcludesFile = /dev/zero\n", "shown"),
        ("core.bare of nonsense", "[core]\n\tbare = perhaps\n", "shown"), ("core.bare, a hundred times", "[core]\n\tbare = true\n" * 100, "shown"),
        ("core.ignoreCase", "[core]\n\tignoreCase = true\n\tprecomposeUnicode = true\n\tprotectHFS = false\n\tprotectNTFS = false\n\tsymlinks = false\n", "shown"),
        ("fsck is off", "[transfer]\n\tfsckObjects = false\n[fsck]\n\tskipList = /dev/zero\n\tbadName = ignore\n", "shown"),
        ("an end in the middle", "[core", "error"), ("no section", "x = y\n" * 10, "shown"), ("garbage", "\0\1\2\3[[[]]]\n", "error"),
        ("a line that does not end", "[x]\n\ty = " + "\\\n" * 100000, "shown"), ("100,000 sections", "".join(f'[s "{i}"]\n\tx = y\n' for i in range(100000)), "shown"),
        ("a value of 16 MiB", "[x]\n\ty = " + "z" * (16 << 20) + "\n", "shown"),
        ("url.insteadOf", '[url "ext::sh -c evil"]\n\tinsteadOf = /\n', "shown"), ("safe.directory of its own", "[safe]\n\tdirectory = *\n\tbareRepository = all\n", "shown")]:
    repository(f"config: {name}", configured(text), want, room="config")


def included(target):
    """TARGET(repo) is a path."""
    return configured(lambda repo: f'[include]\n\tpath = {target(repo)}\n')


def include_fifo(repo):
    os.mkfifo(repo.at("more"))
    repo.write("config", CONFIG + "[include]\n\tpath = more\n")


repository("config: includes itself", included(lambda repo: repo.at("config")), "shown", room="config")
repository("config: includes a device", included(lambda repo: "/dev/zero"), "shown", room="config")
repository("config: includes a FIFO", include_fifo, "shown", room="config")
repository("config: includes a FIFO, on a branch",
           lambda repo: (os.mkfifo(repo.at("more")), repo.write("config", CONFIG + f'[includeIf "gitdir:/**"]\n\tpath = {repo.at("more")}\n')), "shown", room="config")
repository("config: includes /etc/passwd", included(lambda repo: "/etc/passwd"), "shown", room="config")
repository("config: includes nothing", included(lambda repo: "/nothing"), "shown", room="config")
repository("config: includes a device, on a branch",
           configured('[includeIf "onbranch:main"]\n\tpath = /dev/zero\n[includeIf "gitdir:/**"]\n\tpath = /dev/zero\n'), "shown", room="config")
repository("config.worktree", lambda repo: (repo.write("config.worktree", "[core]\n\tfsmonitor = " + program(repo) + "\n")), "shown", room="config")
