"""Packs that claim what is not in them, lead in circles, or unpack to gigabytes."""
import struct
import zlib

from case import add
from objects import object_id
from packs import BLOB, COMMIT, OFS_DELTA, REF_DELTA, TREE, Pack, copy, delta, head, insert, varint
from trees import FILE

CONTENT = b"what is in the pack\n"


def packed(fill, **save):
    """A commit of one file `a`, which is in a pack: FILL puts it there and says its id."""
    def build(repo):
        pack = Pack()
        oid = fill(pack)
        pack.save(repo, **save)
        return repo.commit(repo.tree((FILE, b"a", oid)))

    return build


def one(pack):
    return pack.add(BLOB, CONTENT)


def spoil_index(change, **save):
    return packed(one, index=change, **save)


SHOWN = {"a": CONTENT}
add("packs", "a good one", packed(one), "shown", files=SHOWN)
for count in (0, 2, 1 << 31, (1 << 32) - 1):
    add("packs", f"that says it has {count} objects", packed(one, count=count), "error", "'a'")
add("packs", "whose checksum is wrong, for nobody asks it about contents", packed(one, trailer=bytes(20)), "shown", files=SHOWN)
for name, change in {
        "cut in its header": lambda d: d[:11], "cut in an object": lambda d: d[:24], "without its checksum": lambda d: d[:-20], "of nothing": lambda d: b"",
        "of text": lambda d: b"hello\n" * 100, "of version 99": lambda d: d[:4] + struct.pack(">I", 99) + d[8:],
        "with broken zlib": lambda d: d[:15] + b"\xff" * 20 + d[35:], "of zeros": lambda d: bytes(len(d))}.items():
    add("packs", name, packed(one, pack=change), "error", "'a'")

for name, change in {
        "cut in the names": lambda d: d[:8 + 1024 + 10], "cut in the offsets": lambda d: d[:-42], "of nothing": lambda d: b"", "cut in the fan": lambda d: d[:500],
        "of version 1": lambda d: d[8:8 + 1024] + d[-44:-40] + d[8 + 1024:8 + 1024 + 20] + d[-40:], "of version 9": lambda d: d[:7] + b"\x09" + d[8:],
        "of zeros": lambda d: bytes(len(d)), "with a megabyte behind it": lambda d: d + bytes(1 << 20)}.items():
    add("packs", f"whose index is {name}", packed(one, index=change), *(("shown", "") if "version 1" in name else ("error", "'a'")), files=SHOWN)
add("packs", "whose index has 2^31 objects", packed(one, fanout=[1 << 31] * 256), "error", "'a'.*no index of a pack")
add("packs", "whose index counts backwards", packed(one, fanout=[255 - i for i in range(256)]), "error", "'a'")
OID = object_id(b"blob", CONTENT)
for offset in (0, 5, 13, 10**6, 0x7FFFFFFF, 0x80000000, 0x8000FFFF, 0xFFFFFFFF):
    add("packs", f"whose index leads to {offset:#x}", packed(one, offsets={OID: offset}), "error", "'a'")


def entry(raw, oid="ab" * 20):
    def fill(pack):
        pack.add(BLOB, b"before\n")
        pack.add_raw(oid, raw)
        pack.add(BLOB, b"behind\n")
        return oid

    return packed(fill)


Z = zlib.compress(CONTENT)
for name, raw in {
        "of kind 0": head(0, len(CONTENT)) + Z, "of kind 5": head(5, len(CONTENT)) + Z, "with a size of 4 GiB": head(BLOB, 1 << 32) + Z,
        "with a size of 2^63": head(BLOB, 1 << 63) + Z, "with a size of a hundred digits": b"\xb0" + b"\xff" * 100 + b"\x01" + Z,
        "with a size of 15 MiB": head(BLOB, 15 << 20) + Z, "with a size too small": head(BLOB, 3) + Z, "with a size too large": head(BLOB, 1000) + Z,
        "with another content": head(BLOB, len(CONTENT)) + Z, "that is a delta of itself": head(OFS_DELTA, 5) + b"\0" + zlib.compress(b"\1\1\1x!"),
        "that is a delta of what is before the pack": head(OFS_DELTA, 5) + b"\xff\xff\xff\x7f" + zlib.compress(b"\1\1\1x!"),
        "that is a delta at no distance that ends": head(OFS_DELTA, 5) + b"\xff" * 50 + zlib.compress(b"\1\1\1x!"),
        "that is a delta of the pack's header": head(OFS_DELTA, 5) + b"\x20" + zlib.compress(b"\1\1\1x!"),
        "that is a delta of the middle of another": head(OFS_DELTA, 5) + b"\x05" + zlib.compress(b"\1\1\1x!"),
        "that is a delta of its own id": head(REF_DELTA, 5) + b"\xab" * 20 + zlib.compress(b"\1\1\1x!"),
        "that is a delta of what is missing": head(REF_DELTA, 5) + b"\x12" * 20 + zlib.compress(b"\1\1\1x!")}.items():
    add("packs", f"an object {name}", entry(raw), "error", "'a'")


def deltas(make):
    """A blob of CONTENT, and MAKE(pack, its offset, its id) behind it, which says an id."""
    def fill(pack):
        offset = pack.next_offset()
        return make(pack, offset, pack.add(BLOB, CONTENT))

    return packed(fill)


def delta_of(*instructions, base=len(CONTENT), size=100):
    def make(pack, offset, _oid):
        pack.add_ofs_delta("ab" * 20, offset, delta(base, size, *instructions))
        return "ab" * 20

    return deltas(make)


for name, build in {
        "of another size of base": delta_of(copy(0, 10), base=1000, size=10), "that makes more than it says": delta_of(copy(0, 20), size=10),
        "that makes less than it says": delta_of(copy(0, 10), size=100), "that copies from behind the base": delta_of(copy(15, 100)),
        "that copies from 4 GiB": delta_of(copy(0xFFFFFFFF, 100)), "that copies 16 MiB of 20 bytes": delta_of(copy(0, 0xFFFFFF), size=0xFFFFFF),
        "with the instruction 0": delta_of(b"\0"), "that ends in an instruction": delta_of(b"\xff\0"), "that inserts what is not there": delta_of(b"\x7fx", size=127),
        "of nothing": lambda repo: delta_of()(repo), "with a size of 2^63": delta_of(copy(0, 20), size=1 << 63),
        "whose sizes do not end": deltas(lambda pack, offset, oid: (pack.add_ofs_delta("ab" * 20, offset, b"\xff" * 100), "ab" * 20)[1]),
        "that is empty": deltas(lambda pack, offset, oid: (pack.add_ofs_delta("ab" * 20, offset, b""), "ab" * 20)[1]),
        "with another content than its id": delta_of(copy(0, 20), size=20)}.items():
    add("deltas", f"a delta {name}", build, "error", "'a'", only="mount" if "16 MiB" in name else "")


def circle(length):
    def fill(pack):
        ids = [f"{i:02x}" * 20 for i in range(16, 16 + length)]
        for at, oid in enumerate(ids):
            pack.add_ref_delta(oid, ids[(at + 1) % length], delta(20, 20, copy(0, 20)))
        return ids[0]

    return packed(fill)


add("deltas", "two that are deltas of each other", circle(2), "error", "'a'.*without an end")
add("deltas", "a hundred in a circle", circle(100), "error", "'a'.*without an end")


def long_chain(length):
    def make(pack, offset, _oid):
        content, oid = CONTENT, None
        for i in range(length):
            content = b"%08d" % i + CONTENT
            at = pack.next_offset()
            oid = object_id(b"blob", content)
            pack.add_ofs_delta(oid, offset, delta(len(CONTENT) + (8 if i else 0), len(content), insert(content[:8]), copy(8 if i else 0, len(CONTENT))))
            offset = at
        return oid

    return deltas(make)


add("deltas", "a chain of 50", long_chain(50), "shown", files={"a": b"00000049" + CONTENT})
add("deltas", "a chain of 10,000", long_chain(10000), "shown", files={"a": b"00009999" + CONTENT})
add("deltas", "a chain of 10,001", long_chain(10001), "error", "'a'.*without an end")


def delta_bomb(levels):
    """A megabyte of zeros, and copies of it: each level 64 times the one below."""
    def fill(pack):
        size = 1 << 20
        at = pack.next_offset()
        oid = pack.add(BLOB, bytes(size), level=9)
        for level in range(levels):
            made = size * 64
            steps = [copy(0, min(size, 0xFF0000))] * (made // min(size, 0xFF0000) + 1)
            here = pack.next_offset()
            oid = f"{0xb0 + level:02x}" * 20
            pack.add_ofs_delta(oid, at, delta(size, made, *steps))
            at, size = here, made
        return oid

    return packed(fill)


add("deltas", "that make 64 MiB of a megabyte", delta_bomb(1), "finding", "^a: .*67108864")
add("deltas", "that make 4 GiB of a megabyte", delta_bomb(2), "finding", "^a: .*4294967296")
add("deltas", "that make 256 GiB of a megabyte", delta_bomb(3), "finding", "^a: .*274877906944")


def small_of_large(repo):
    """A small file, at the end of a chain whose middle is 1 GiB large: the size of the result says nothing."""
    pack = Pack()
    at, size = pack.next_offset(), 1 << 20
    pack.add(BLOB, bytes(size), level=9)
    here = pack.next_offset()
    pack.add_ofs_delta("b0" * 20, at, delta(size, size * 1024, *[copy(0, size)] * 1024))
    oid = object_id(b"blob", bytes(20))
    pack.add_ofs_delta(oid, here, delta(size * 1024, 20, copy(0, 20)))
    pack.save(repo)
    return repo.commit(repo.tree((FILE, b"a", oid)))


add("deltas", "a small file made of one of 1 GiB", small_of_large, "finding", "^a: .*far more work", only="mount")


def many_small_of_large(repo):
    """Each of 2,000 small files is made of one of 64 MiB, which has to be unpacked anew each time."""
    pack = Pack()
    at, size = pack.next_offset(), 1 << 20
    pack.add(BLOB, bytes(size), level=9)
    here = pack.next_offset()
    pack.add_ofs_delta("b0" * 20, at, delta(size, size * 64, *[copy(0, size)] * 64))
    ids = []
    for i in range(2000):
        content = bytes(20) + b"%04d" % i
        ids.append(object_id(b"blob", content))
        pack.add_ofs_delta(ids[-1], here, delta(size * 64, 24, copy(0, 20), insert(content[20:])))
    pack.save(repo)
    return repo.commit(repo.tree(*[(FILE, b"f%04d" % i, oid) for i, oid in enumerate(ids)]))


add("deltas", "2,000 small files, each made of one of 64 MiB", many_small_of_large, "finding", "^f[0-9]{4}: .*far more work", only="mount")


def packed_tree(repo):
    pack = Pack()
    pack.add(TREE, b"40000 .git\0" + bytes(20))
    tree = pack.add(TREE, b"40000 x\0" + bytes.fromhex(pack.index[0][0]))
    commit = pack.add(COMMIT, b"tree " + tree.encode() + b"\n" + b"".join(b"parent %s\n" % p.encode() for p in repo.parents) + b"author a <b> 1 +0\n\nx\n")
    pack.save(repo)
    return commit


add("packs", "with a hostile tree", packed_tree, "finding", r"^x/\.git: ")


def beside(name, data, want="shown", text=""):
    """A good pack, and a file beside it."""
    def build(repo):
        pack = Pack()
        oid = pack.add(BLOB, CONTENT)
        pack.save(repo)
        repo.write(f"objects/{name}", data)
        return repo.commit(repo.tree((FILE, b"a", oid)))

    add("packs", f"beside {name} of {len(data)} bytes", build, want, text, files=SHOWN)


MIDX = b"MIDX\x01\x01\x01\x00" + struct.pack(">I", 1)
for data in (b"", b"x" * 100, bytes(5000), MIDX, MIDX + b"PNAM" + struct.pack(">Q", 1 << 60) + bytes(100), b"MIDX\x01\x01\xff\x00\xff\xff\xff\xff" + b"\xff" * 3000):
    beside("pack/multi-pack-index", data)
beside("info/commit-graph", b"CGPH\x01\x01\xff\x00" + b"\xff" * 3000)
beside("info/packs", b"P ../../../../etc/passwd\n")
beside("pack/pack-" + "0" * 40 + ".idx", b"")
beside("pack/pack-" + "0" * 40 + ".pack", b"PACK")
beside("pack/pack-x.idx", b"\xfftOc" + b"\xff" * 5000)
beside("pack/.idx", b"x")
beside("pack/tmp_pack_x", b"\0" * 1000)
