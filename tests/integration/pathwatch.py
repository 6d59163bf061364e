"""Watch a file as systemd's path units do: inotify on it and on every folder above; print what it says.

  pathwatch.py FILE      'ready', then the content or 'absent' after each change
"""
import ctypes
import os
import sys

MODIFY = 0x2 | 0x4 | 0x8  # modify, attrib, close_write
MOVES = 0x40 | 0x80 | 0x100 | 0x200 | 0x400 | 0x800  # moved from, to, create, delete, delete_self, move_self

libc = ctypes.CDLL(None, use_errno=True)


def watch_all(group, path):
    """Everything on the way, as far as it exists."""
    while True:
        libc.inotify_add_watch(group, os.fsencode(path), MOVES | MODIFY)
        if path == "/":
            break
        path = os.path.dirname(path)


def show(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read().strip()
    except OSError:
        return "absent"


def main():
    path = sys.argv[1]
    group = libc.inotify_init1(0)
    watch_all(group, path)
    said = show(path)
    print("ready", flush=True)
    while os.read(group, 65536):
        watch_all(group, path)
        if (now := show(path)) != said:
            said = now
            print(said, flush=True)


main()
