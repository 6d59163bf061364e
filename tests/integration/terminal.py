#!/usr/bin/python3
"""Run a program on a terminal of its own: terminal.py ROWS COLUMNS TEXT KEYS COMMAND...

Waits until TEXT has been shown, then types KEYS, then prints everything that was shown until the program ended, and exits with its
status (124: it did not end within 20 s)."""
import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time

rows, columns, text, keys = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3].encode(), sys.argv[4].encode()
pid, fd = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    os.execvp(sys.argv[5], sys.argv[5:])
shown, typed, end = b"", False, time.monotonic() + 20
while time.monotonic() < end:
    if select.select([fd], [], [], 0.1)[0]:
        try:
            data = os.read(fd, 65536)
        except OSError:
            break
        if not data:
            break
        shown += data
    if not typed and text in shown:
        os.write(fd, keys)
        typed = True
else:
    os.kill(pid, 9)
    sys.exit(124)
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
