"""Print fanotify's events in one folder: 'ready', then one line each.

  fanotify.py FOLDER
"""
import ctypes
import os
import struct
import sys

FAN_CLASS_NOTIF, FAN_REPORT_FID, FAN_REPORT_DFID_NAME = 0, 0x200, 0xC00
FAN_MARK_ADD, FAN_EVENT_ON_CHILD = 1, 0x08000000
NAMES = {0x4: "attrib", 0x80: "moved_to", 0x40: "moved_from", 0x100: "create", 0x200: "delete"}
AT_FDCWD = -100

libc = ctypes.CDLL(None, use_errno=True)


def check(value, what):
    if value < 0:
        sys.exit(f"{what}: {os.strerror(ctypes.get_errno())}")
    return value


def main():
    group = check(libc.fanotify_init(FAN_CLASS_NOTIF | FAN_REPORT_FID | FAN_REPORT_DFID_NAME, os.O_RDONLY),
                  "fanotify_init")
    check(libc.fanotify_mark(group, FAN_MARK_ADD, ctypes.c_uint64(sum(NAMES)), AT_FDCWD,
                             os.fsencode(sys.argv[1])), "fanotify_mark")
    print("ready", flush=True)
    while True:
        data = os.read(group, 65536)
        while data:
            length, _, _, _, mask = struct.unpack_from("=IBBHQ", data)
            print(",".join(name for bit, name in NAMES.items() if mask & bit), flush=True)
            data = data[length:]


main()
