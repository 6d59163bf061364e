"""Try every call that changes something, by one way into a mount. Says which were not refused.

  door.py WAY MOUNT
"""
import errno
import mmap
import os
import sys
import time

ALLOWED = {errno.EROFS, errno.EPERM, errno.EACCES}


def attempts(way):
    """Names and calls, below WAY."""
    a, b, new, deep = (os.path.join(way, name) for name in ("a", "d/b", "new", "d/deep"))
    return {
        "create": lambda: os.close(os.open(new, os.O_CREAT | os.O_WRONLY, 0o644)),
        "truncate": lambda: os.truncate(a, 0),
        "open and truncate": lambda: os.close(os.open(a, os.O_WRONLY | os.O_TRUNC)),
        "write": lambda: write(a, os.O_WRONLY),
        "append": lambda: write(a, os.O_WRONLY | os.O_APPEND),
        "unlink": lambda: os.unlink(a),
        "rename": lambda: os.rename(a, new),
        "rename over": lambda: os.rename(a, b),
        "mkdir": lambda: os.mkdir(new),
        "rmdir": lambda: os.rmdir(deep),
        "symlink": lambda: os.symlink("a", new),
        "link": lambda: os.link(a, new),
        "mkfifo": lambda: os.mkfifo(new),
        "mknod": lambda: os.mknod(new),
        "chmod": lambda: os.chmod(a, 0o600),
        "chown": lambda: os.chown(a, 1, 1),
        "utime": lambda: os.utime(a, (1, 1)),
        "setxattr": lambda: os.setxattr(a, "user.x", b"y"),
        "removexattr": lambda: os.removexattr(a, "user.refmount.oid"),
        "tmpfile": lambda: os.close(os.open(way, os.O_TMPFILE | os.O_WRONLY)),
        "fallocate": lambda: fallocate(a),
        "shared mapping": lambda: map_shared(a),
    }


def write(path, flags):
    fd = os.open(path, flags)
    try:
        os.write(fd, b"damage")
    finally:
        os.close(fd)


def fallocate(path):
    fd = os.open(path, os.O_RDWR)
    try:
        os.posix_fallocate(fd, 0, 100)
    finally:
        os.close(fd)


def map_shared(path):
    """Storing into a mapping cannot be refused any more; flushing it is."""
    fd = os.open(path, os.O_RDWR)
    try:
        with mmap.mmap(fd, 3) as mapping:
            mapping[0:1] = b"X"
            mapping.flush()
    finally:
        os.close(fd)


def content(mount):
    with open(os.path.join(mount, "a"), "rb") as file:
        return file.read()


def main():
    way, mount = sys.argv[1:]
    wrong = []
    before = content(mount)
    for name, call in attempts(way).items():
        try:
            call()
            wrong.append(f"{name}: done")
        except OSError as error:
            if error.errno not in ALLOWED | {errno.EOPNOTSUPP, errno.EIO if name == "shared mapping" else 0}:
                wrong.append(f"{name}: {error}")
        # What was refused may show for a moment, in the kernel's cache.
        for _ in range(100):
            if (now := content(mount)) == before:
                break
            time.sleep(0.02)
        if now != before:
            wrong.append(f"{name}: others see it")
    print("\n".join(wrong))
    sys.exit(1 if wrong else 0)


main()
