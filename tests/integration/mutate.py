#!/usr/bin/env python3
"""Try every call that changes a file system on a mount; each must fail with EROFS, quickly: mutate.py MOUNT"""
import ctypes
import errno
import fcntl
import os
import struct
import sys
import time

libc = ctypes.CDLL(None, use_errno=True)
mount = sys.argv[1]
commit = open(f"{mount}/.refmount/revision").read().strip()
wrong = []
tried = 0


def attempt(what, call, *args):
    global tried
    tried += 1
    start = time.monotonic()
    try:
        call(*args)
        result = "worked"
    except OSError as e:
        result = errno.errorcode.get(e.errno, e.errno)
    took = time.monotonic() - start
    if result != "EROFS" or took > 1:
        wrong.append(f"{what} {args}: {result} after {took:.3f} s")


def c(name):
    function = getattr(libc, name)

    def call(*args):
        args = [a.encode() if isinstance(a, str) else a for a in args]
        if function(*args) < 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code))

    return call


def on_file(f):
    for flags in (os.O_WRONLY, os.O_RDWR, os.O_RDONLY | os.O_TRUNC, os.O_WRONLY | os.O_APPEND, os.O_RDWR | os.O_CREAT):
        attempt("open", os.open, f, flags)
    attempt("truncate", os.truncate, f, 0)
    attempt("unlink", os.unlink, f)
    attempt("rename away", os.rename, f, f"{mount}/new")
    attempt("rename onto", os.rename, f, f"{mount}/d/b")
    attempt("link", os.link, f, f"{mount}/new")
    on_any(f)
    fd = os.open(f, os.O_RDONLY)
    on_descriptor(fd)
    os.close(fd)


def on_dir(d):
    attempt("create", os.open, f"{d}/new", os.O_WRONLY | os.O_CREAT)
    attempt("create exclusively", os.open, f"{d}/new", os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    attempt("nameless file", os.open, d, os.O_WRONLY | os.O_TMPFILE)
    attempt("mkdir", os.mkdir, f"{d}/new")
    attempt("symlink", os.symlink, "target", f"{d}/new")
    attempt("mknod", os.mknod, f"{d}/new", 0o644)
    attempt("mkfifo", os.mkfifo, f"{d}/new")
    attempt("unlink nothing", os.unlink, f"{d}/new")
    on_any(d)
    fd = os.open(d, os.O_RDONLY)
    on_descriptor(fd)
    os.close(fd)


def on_any(p):
    attempt("chmod", os.chmod, p, 0o600)
    attempt("chown", os.chown, p, 1, 1)
    attempt("lchown", os.lchown, p, 1, 1)
    attempt("utime now", os.utime, p)
    attempt("utime", os.utime, p, (1, 1))
    attempt("setxattr", os.setxattr, p, "user.new", b"x")
    attempt("setxattr of ours", os.setxattr, p, "user.refmount.revision", b"x")
    attempt("removexattr", os.removexattr, p, "user.refmount.revision")
    attempt("set an ACL", os.setxattr, p, "system.posix_acl_access", struct.pack("<I", 2))


def on_descriptor(fd):
    attempt("fchmod", os.fchmod, fd, 0o600)
    attempt("fchown", os.fchown, fd, 1, 1)
    attempt("futimens", os.utime, fd)
    attempt("fsetxattr", os.setxattr, fd, "user.new", b"x")
    attempt("fremovexattr", os.removexattr, fd, "user.new")
    attempt("chattr", fcntl.ioctl, fd, 0x40086602, struct.pack("l", 0x10))


for path in ("a", "run", "d/b", ".status", ".drift", ".refmount/revision", ".refmount/history", f".refmount/at/{commit}/a"):
    on_file(f"{mount}/{path}")
for path in ("", "d", "d/deep", ".refmount", ".refmount/at", f".refmount/at/{commit}", f".refmount/at/{commit}/d"):
    on_dir(f"{mount}/{path}".rstrip("/"))
for path in ("d", "d/deep", ".refmount", ".refmount/at"):
    attempt("rmdir", os.rmdir, f"{mount}/{path}")
    attempt("rename a folder", os.rename, f"{mount}/{path}", f"{mount}/new")
attempt("exchange", c("renameat2"), -100, f"{mount}/a", -100, f"{mount}/run", 2)
attempt("unlink a link", os.unlink, f"{mount}/d/link")
attempt("mkdir at a name of ours", os.mkdir, f"{mount}/.refmount/candidate2")

print(f"{tried} calls")
for line in wrong:
    print(line)
sys.exit(bool(wrong) or tried < 300)
