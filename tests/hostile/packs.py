"""Packs and their indexes, written by hand: each part can be wrong on its own."""
import hashlib
import struct
import zlib

COMMIT, TREE, BLOB, TAG, OFS_DELTA, REF_DELTA = 1, 2, 3, 4, 6, 7
KINDS = {COMMIT: b"commit", TREE: b"tree", BLOB: b"blob", TAG: b"tag"}


def head(kind, size):
    """Type and size of an entry."""
    first = kind << 4 | (size & 15)
    size >>= 4
    out = bytearray()
    while size:
        out.append(first | 128)
        first = size & 127
        size >>= 7
    out.append(first)
    return bytes(out)


def back(distance):
    """How far before an entry its base begins (OFS_DELTA)."""
    out = [distance & 127]
    distance >>= 7
    while distance:
        distance -= 1
        out.append(128 | (distance & 127))
        distance >>= 7
    return bytes(reversed(out))


def varint(number):
    out = bytearray()
    while number > 127:
        out.append(128 | (number & 127))
        number >>= 7
    out.append(number)
    return bytes(out)


def copy(offset, size):
    """The delta instruction: SIZE (at most 0xffffff) bytes of the base, from OFFSET."""
    out, flags = bytearray(), 128
    for i in range(4):
        if offset >> 8 * i & 255:
            out.append(offset >> 8 * i & 255)
            flags |= 1 << i
    for i in range(3):
        if size >> 8 * i & 255:
            out.append(size >> 8 * i & 255)
            flags |= 16 << i
    return bytes([flags]) + bytes(out)


def insert(data):
    return b"".join(bytes([len(part)]) + part for part in (data[i:i + 127] for i in range(0, len(data), 127)))


def delta(base_size, size, *instructions):
    return varint(base_size) + varint(size) + b"".join(instructions)


class Pack:
    """Entries are added one by one; save() writes PACK and IDX, changed in the ways that are asked for."""

    def __init__(self, version=2):
        self.version = version
        self.body = bytearray()
        self.index = []  # (id, offset, crc)

    def next_offset(self):
        return 12 + len(self.body)

    def add_raw(self, oid, data):
        """An entry whose bytes are DATA. Its offset."""
        offset = self.next_offset()
        self.body += data
        self.index.append((oid, offset, zlib.crc32(data)))
        return offset

    def add(self, kind, data, oid=None, size=None, level=6):
        oid = oid or hashlib.sha1(KINDS[kind] + b" %d\0" % len(data) + data).hexdigest()
        self.add_raw(oid, head(kind, len(data) if size is None else size) + zlib.compress(data, level))
        return oid

    def add_ref_delta(self, oid, base, data):
        return self.add_raw(oid, head(REF_DELTA, len(data)) + bytes.fromhex(base) + zlib.compress(data))

    def add_ofs_delta(self, oid, base_offset, data):
        distance = back(self.next_offset() - base_offset)
        return self.add_raw(oid, head(OFS_DELTA, len(data)) + distance + zlib.compress(data))

    def bytes(self, count=None, trailer=None):
        data = b"PACK" + struct.pack(">II", self.version, len(self.index) if count is None else count) + bytes(self.body)
        return data + (hashlib.sha1(data).digest() if trailer is None else trailer)

    def index_bytes(self, pack_sum, magic=b"\xfftOc\x00\x00\x00\x02", offsets=None, count=None, fanout=None):
        rows = sorted(self.index)
        data = magic
        total = 0
        for byte in range(256):
            total += sum(1 for row in rows if int(row[0][:2], 16) == byte)
            number = total if count is None else count
            data += struct.pack(">I", fanout[byte] if fanout else number)
        data += b"".join(bytes.fromhex(row[0]) for row in rows)
        data += b"".join(struct.pack(">I", row[2]) for row in rows)
        data += b"".join(struct.pack(">I", (offsets or {}).get(row[0], row[1])) for row in rows)
        data += pack_sum
        return data + hashlib.sha1(data).digest()

    def save(self, repo, pack=None, index=None, **how):
        """Write both into REPO; PACK and INDEX are functions that spoil the bytes."""
        of_pack = {key: how.pop(key) for key in ("count", "trailer") if key in how}
        data = self.bytes(**of_pack)
        idx = self.index_bytes(data[-20:], **how)
        name = f"objects/pack/pack-{hashlib.sha1(data + idx).hexdigest()}"
        repo.write(name + ".pack", pack(data) if pack else data)
        repo.write(name + ".idx", index(idx) if index else idx)
        return name
