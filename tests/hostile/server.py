"""A git server over HTTP, version 2 of the protocol, that does as it is told by a mode: well or not."""
import glob
import http.server
import os
import threading
import zlib

from packs import BLOB, COMMIT, TAG, TREE, Pack

TYPES = {b"commit": COMMIT, b"tree": TREE, b"blob": BLOB, b"tag": TAG}
FLUSH, DELIMITER = b"0000", b"0001"


def line(data):
    return b"%04x" % (len(data) + 4) + data


def band(number, data):
    return b"".join(line(bytes([number]) + data[i:i + 65000]) for i in range(0, len(data), 65000))


CAPABILITIES = b"".join(line(text) for text in (b"version 2\n", b"agent=hostile\n", b"ls-refs=unborn\n", b"fetch=shallow\n", b"object-format=sha1\n")) + FLUSH


class Server:
    """Serves REPO (objects.Repo), whose loose objects are all in each pack, with main at TIP."""

    def __init__(self, repo):
        self.repo, self.tip, self.mode = repo, None, None
        handler = type("Handler", (Handler,), {"server_of": self})
        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.http.daemon_threads = True
        self.url = f"http://localhost:{self.http.server_address[1]}/config.git"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def pack(self, **spoiled):
        pack = Pack()
        for path in sorted(glob.glob(self.repo.at("objects/??/*"))):
            with open(path, "rb") as file:
                head, _, data = zlib.decompress(file.read()).partition(b"\0")
            pack.add(TYPES[head.split()[0]], data)
        return pack.bytes(**spoiled)

    # --- what a good server says; a mode replaces one of these ---

    def info(self, out):
        out.write(line(b"# service=git-upload-pack\n") + FLUSH + CAPABILITIES)

    def refs(self, out):
        out.write(line(f"{self.tip} HEAD symref-target:refs/heads/main\n".encode()) + line(f"{self.tip} refs/heads/main\n".encode()) + FLUSH)

    def fetch(self, out):
        out.write(band(1, self.pack()) + FLUSH)


class Handler(http.server.BaseHTTPRequestHandler):
    server_of = None
    protocol_version = "HTTP/1.0"  # the end of the connection is the end of the answer

    def log_message(self, *args):
        pass

    def begin(self, kind, status=200, **headers):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def answer(self, what, kind, before=b""):
        server = self.server_of
        special = (server.mode or {}).get(what)
        try:
            if special and special[0] == "http":
                special[1](self)
                return
            self.begin(kind)
            self.wfile.write(before)
            (special[1] if special else lambda _server, out: getattr(server, what)(out))(server, self.wfile)
        except OSError:
            pass  # the client has had enough

    def do_GET(self):
        self.answer("info", "application/x-git-upload-pack-advertisement")

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.headers.get("Content-Encoding") == "gzip":
            body = zlib.decompress(body, 31)
        kind = "application/x-git-upload-pack-result"
        if b"command=ls-refs" in body:
            self.answer("refs", kind)
        elif b"0009done\n" in body or b"0008done" in body:
            self.answer("fetch", kind, line(b"packfile\n"))
        else:
            self.answer("fetch", kind, line(b"acknowledgments\n") + line(b"ready\n") + DELIMITER + line(b"packfile\n"))


# --- modes: what is said instead of `info`, `refs` or `fetch` ---

MODES = []  # (name, {what: (kind, function)}, an object to add first or None, whether it takes until the deadline)


def says(name, what, data, add=None, is_slow=False):
    MODES.append((name, {what: ("git", lambda server, out: out.write(data(server) if callable(data) else data))}, add, is_slow))


def endless(name, what, begin, again):
    def write(server, out):
        out.write(begin)
        block = again * max(1, (1 << 16) // len(again))
        while True:
            out.write(block)

    MODES.append((name, {what: ("git", write)}, None, True))


def replies(name, what, function):
    MODES.append((name, {what: ("http", function)}, None, False))


ESCAPES = b"\x1b]0;title\x07\x1b[2J\xc2\x9b31m\xff\xe2\x80\xae"
SERVICE = line(b"# service=git-upload-pack\n") + FLUSH

for text in (b"", b"garbage\n", b"<html>hello</html>", b"0000" * 10, b"ffff", b"0003", b"0001", b"zzzz", b"-001", SERVICE, SERVICE + b"fff0short", SERVICE + FLUSH,
             SERVICE + line(b"version 3\n") + FLUSH, SERVICE + line(b"version 2\n") + line(b"object-format=sha256\n") + FLUSH, bytes(100000)):
    says(f"an advertisement of {ascii(text[:50])}, {len(text)} bytes", "info", text)
says("an error with escape sequences", "info", SERVICE + line(b"ERR " + ESCAPES) + FLUSH)
says("capabilities with escape sequences", "info", SERVICE + line(b"version 2\n") + line(ESCAPES) + FLUSH)
for text in (b"", b"garbage", line(b"x" * 60000) + FLUSH, line(b"12 refs/heads/main\n") + FLUSH, line(b"z" * 40 + b" refs/heads/main\n") + FLUSH, line(b"ERR " + ESCAPES)):
    says(f"refs of {ascii(text[:30])}, {len(text)} bytes", "refs", text)
for name in (b"refs/heads/../../../../etc/passwd", b"refs/heads/" + ESCAPES, b"../../config", b"refs/heads/x\0y", b"HEAD", b"-f", b"refs/heads/main.lock", b"refs/" + b"n" * 60000):
    says(f"a ref named {ascii(name[:40])} alone", "refs", lambda server, n=name: line(server.tip.encode() + b" " + n + b"\n") + FLUSH)
says("a ref that leads to zeros", "refs", line(b"0" * 40 + b" refs/heads/main\n") + FLUSH)
says("a ref whose object never comes", "refs", line(b"12" * 20 + b" refs/heads/main\n") + FLUSH)
says("a symbolic ref to itself", "refs", lambda server: line(server.tip.encode() + b" refs/heads/main symref-target:refs/heads/main\n") + FLUSH, add="fine")
says("200,000 refs besides", "refs", lambda server: b"".join(line(b"%s refs/heads/b%06d\n" % (server.tip.encode(), i)) for i in range(200000)) + FLUSH)

says("no pack", "fetch", FLUSH)
says("an empty pack", "fetch", lambda server: band(1, Pack().bytes()) + FLUSH)
says("a pack that is cut", "fetch", lambda server: band(1, server.pack()[:-30]) + FLUSH)
says("a pack of 2^32 - 1 objects", "fetch", lambda server: band(1, server.pack(count=(1 << 32) - 1)) + FLUSH)
says("a pack whose checksum is wrong", "fetch", lambda server: band(1, server.pack(trailer=bytes(20))) + FLUSH)
says("a pack of zeros", "fetch", band(1, bytes(100000)) + FLUSH)
says("a pack in no band", "fetch", lambda server: server.pack())
says("a band that there is not", "fetch", band(9, b"x") + FLUSH)
says("an error in band 3", "fetch", band(3, ESCAPES + b"fatal: " + ESCAPES) + FLUSH)
says("progress with escape sequences, and then nothing", "fetch", band(2, ESCAPES * 100 + b"\r\n") + FLUSH)
says("5 MB of progress, and then nothing", "fetch", band(2, b"x" * 5000000) + FLUSH)


def packed(name, fill, **more):
    """The pack has what FILL(pack) puts there, and nothing of what was asked for."""
    def make(_server):
        pack = Pack()
        fill(pack)
        return band(1, pack.bytes()) + FLUSH

    says("a pack with " + name, "fetch", make, **more)


def with_entries():
    from packs import OFS_DELTA, REF_DELTA, copy, delta, head
    from objects import zeros

    data = zlib.compress(b"x")
    packed("an object of 4 GiB that is not there", lambda p: p.add_raw("ab" * 20, head(BLOB, 1 << 32) + data))
    packed("an object of 2^63 bytes", lambda p: p.add_raw("ab" * 20, head(BLOB, 1 << 63) + data))
    packed("a commit of 900 MB that is not there", lambda p: p.add_raw("ab" * 20, head(COMMIT, 900_000_000) + data))
    packed("an object of no kind", lambda p: p.add_raw("ab" * 20, head(5, 1) + data))
    packed("a delta of what is nowhere", lambda p: p.add_ref_delta("ab" * 20, "12" * 20, delta(20, 20, copy(0, 20))))
    packed("deltas in a circle", lambda p: (p.add_ref_delta("ab" * 20, "cd" * 20, delta(20, 20, copy(0, 20))), p.add_ref_delta("cd" * 20, "ab" * 20, delta(20, 20, copy(0, 20)))))
    packed("a delta of what is before it", lambda p: p.add_raw("ab" * 20, head(OFS_DELTA, 5) + b"\xff\x7f" + zlib.compress(b"\1\1\1x!")))
    packed("a delta of itself", lambda p: p.add_raw("ab" * 20, head(REF_DELTA, 5) + b"\xab" * 20 + zlib.compress(b"\1\1\1x!")))
    packed("a delta that makes 4 GiB", lambda p: (lambda at: (p.add(BLOB, bytes(1 << 20), level=9), p.add_ofs_delta("ab" * 20, at, delta(1 << 20, 1 << 32, *[copy(0, 1 << 20)] * 4096))))(p.next_offset()))
    packed("256 MiB of zeros", lambda p: p.add_raw("ab" * 20, head(BLOB, 256 << 20) + zeros(256 << 20)))
    # git inflates and hashes all that comes, and nobody can tell it how much: up to the time that a fetch has.
    packed("1 GiB of zeros", lambda p: p.add_raw("ab" * 20, head(BLOB, 1 << 30) + zeros(1 << 30)), is_slow=True)
    packed("broken zlib", lambda p: p.add_raw("ab" * 20, head(BLOB, 100) + b"\xff" * 100))
    packed("a tree of '..'", lambda p: p.add(TREE, b"40000 ..\0" + bytes(20)))
    packed("a tree of '.git'", lambda p: p.add(TREE, b"40000 .GIT\0" + bytes(20)))
    packed("a commit that is none", lambda p: p.add(COMMIT, b"hello"))


with_entries()


def moved(status, target):
    return lambda handler: handler.begin("text/plain", status, Location=target)


for target in ("http://192.0.2.1:1/config.git/info/refs", "http://localhost:1/", "https://localhost/", "file:///etc/passwd", "ext::sh -c touch%20x", "/elsewhere", ""):
    replies(f"a redirect to {target or 'nothing'}", "info", moved(302, target))
for status in (100, 204, 301, 400, 401, 403, 404, 407, 418, 429, 500, 503, 999):
    replies(f"status {status}", "info", lambda handler, s=status: handler.begin("text/plain", s))
replies("status 200 of another type", "info", lambda handler: (handler.begin("text/html"), handler.wfile.write(b"hello")))
replies("headers with escape sequences", "info", lambda handler: handler.begin("text/plain" + ESCAPES.decode("latin-1").replace("\n", ""), 500))
replies("a megabyte of headers", "info", lambda handler: handler.begin("text/plain", 200, **{f"X_{i}": "y" * 1000 for i in range(1000)}))
replies("a zip bomb", "info", lambda handler: (handler.begin("application/x-git-upload-pack-advertisement", Content_Encoding="gzip"),
                                               handler.wfile.write((lambda z: z.compress(bytes(200 << 20)) + z.flush())(zlib.compressobj(9, zlib.DEFLATED, 31)))))
replies("no answer at all", "info", lambda handler: handler.connection.close())
endless("endless capabilities", "info", SERVICE + line(b"version 2\n"), line(b"x=" + b"y" * 1000))
endless("endless refs", "refs", b"", line(b"12" * 20 + b" refs/heads/" + b"b" * 100 + b"\n"))
endless("endless progress", "fetch", b"", band(2, b"y" * 1000))
endless("an endless pack", "fetch", b"", band(1, b"PACK\0\0\0\2\xff\xff\xff\xff" + bytes(1000)))
