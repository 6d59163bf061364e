"""Git repositories written byte by byte: whatever git itself would refuse to write.

A Repo is a bare repository in a folder. Objects are loose unless a pack is asked for (packs.py), ids are hex texts. Nothing here checks
anything; that is the point.
"""
import hashlib
import os
import zlib

WHO = b"A U Thor <author@example.com> 1700000000 +0000"
CONFIG = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n"
NO_ID = "0" * 40


def object_id(kind, data):
    return hashlib.sha1(kind + b" %d\0" % len(data) + data).hexdigest()


def zeros(size, level=9):
    """SIZE zero bytes, compressed, without ever having them all."""
    packer = zlib.compressobj(level)
    chunk = bytes(1 << 20)
    out = []
    while size > 0:
        out.append(packer.compress(chunk[: min(size, len(chunk))]))
        size -= len(chunk)
    return b"".join([*out, packer.flush()])


class Bomb:
    """A loose object of SIZE bytes, all of them FILL, that is small on disk and has the right id."""

    def __init__(self, kind, size, fill=b"\0", begin=b""):
        packer, digest = zlib.compressobj(9), hashlib.sha1()
        chunk = fill * (1 << 20)
        self.parts = []
        left = size - len(begin)
        for part in (kind + b" %d\0" % size, begin):
            self.parts.append(packer.compress(part))
            digest.update(part)
        while left > 0:
            part = chunk[: min(left, len(chunk))]
            self.parts.append(packer.compress(part))
            digest.update(part)
            left -= len(part)
        self.parts.append(packer.flush())
        self.id = digest.hexdigest()

    @property
    def bytes(self):
        return b"".join(self.parts)


class Repo:
    def __init__(self, path, config=CONFIG):
        self.path = str(path)
        self.parents = []  # of the commits to come
        for folder in ("objects/pack", "objects/info", "refs/heads", "refs/tags", "info"):
            os.makedirs(self.at(folder), exist_ok=True)
        self.write("HEAD", "ref: refs/heads/main\n")
        if config is not None:
            self.write("config", config)

    def at(self, name):
        return os.path.join(self.path, name)

    def write(self, name, data, mode=0o644):
        """The file NAME of the repository, in place of whatever was there."""
        path = self.at(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if os.path.lexists(path):
            os.unlink(path)
        with open(path, "wb") as out:
            out.write(data.encode() if isinstance(data, str) else data)
        os.chmod(path, mode)
        return path

    def remove(self, name):
        os.unlink(self.at(name))

    # --- objects ---

    def loose(self, oid):
        return f"objects/{oid[:2]}/{oid[2:]}"

    def put_raw(self, oid, compressed):
        """The loose object OID is these bytes, whatever they are."""
        path = self.at(self.loose(oid))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if not os.path.exists(path):
            with open(path, "wb") as out:
                out.write(compressed)
        return oid

    def put(self, kind, data, level=1):
        return self.put_raw(object_id(kind, data), zlib.compress(kind + b" %d\0" % len(data) + data, level))

    def put_as(self, oid, kind, data):
        return self.put_raw(oid, zlib.compress(kind + b" %d\0" % len(data) + data))

    def bomb(self, kind, size, **how):
        bomb = Bomb(kind, size, **how)
        return self.put_raw(bomb.id, bomb.bytes)

    def blob(self, data=b"good\n"):
        return self.put(b"blob", data)

    def tree(self, *entries):
        """Entries are (MODE, NAME, ID), in the order in which they are given."""
        return self.put(b"tree", tree_bytes(entries))

    def files(self, files):
        """A tree of {path: bytes, or a str for the target of a link}, as git would make it."""
        folders, entries = {}, []
        for path, content in files.items():
            first, slash, rest = path.partition("/")
            if slash:
                folders.setdefault(first, {})[rest] = content
            elif isinstance(content, str):
                entries.append((b"120000", first.encode(), self.blob(content.encode("utf-8", "surrogateescape"))))
            else:
                entries.append((b"100644", first.encode(), self.blob(content)))
        entries += [(b"40000", name.encode(), self.files(below)) for name, below in folders.items()]
        return self.tree(*sorted(entries, key=lambda e: e[1] + (b"/" if e[0] == b"40000" else b"")))

    def commit(self, tree, parents=None, message=b"Hostile\n", author=WHO, extra=b""):
        lines = [b"tree " + tree.encode()]
        lines += [b"parent " + parent.encode() for parent in (self.parents if parents is None else parents)]
        lines += [b"author " + author, b"committer " + WHO]
        return self.put(b"commit", b"\n".join(lines) + b"\n" + extra + b"\n" + message)

    def tag(self, oid, kind=b"commit", name=b"v1", message=b"Tag\n"):
        return self.put(b"tag", b"object " + oid.encode() + b"\ntype " + kind + b"\ntag " + name + b"\ntagger " + WHO + b"\n\n" + message)

    def tree_of(self, commit):
        """The tree of a commit that was put here."""
        with open(self.at(self.loose(commit)), "rb") as packed:
            return zlib.decompress(packed.read()).split(b"\0", 1)[1][5:45].decode()

    # --- refs ---

    def ref(self, name, oid):
        self.write(name, oid + "\n")


def tree_bytes(entries):
    return b"".join(mode + b" " + name + b"\0" + bytes.fromhex(oid) for mode, name, oid in entries)
