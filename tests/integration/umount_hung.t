#!/usr/bin/env bash
# A server that hangs keeps nobody from unmounting for long: what was opened, and closed again, is not in use.
. "$(dirname "$0")/lib.sh"

is_real_root || skip_all 'needs real root'
new_repo
mounted
[ "$(status "s['features']['readers']")" = True ] || skip_all "$(status "s['features'].get('readers_reason')")"

# umount(8) of util-linux looks into the mount first, and so waits for the next server; the system call does not.
cat >"$T/umount2.py" <<'PYTHON'
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
if libc.umount2(sys.argv[1].encode(), 0) < 0:
    sys.exit(os.strerror(ctypes.get_errno()))
PYTHON
# Without a look-up, which would wait for the server.
cat >"$T/open.py" <<'PYTHON'
import glob, os, signal, sys, time
server, path = sys.argv[1:]
known = os.open(path, os.O_PATH)
os.kill(int(server), signal.SIGSTOP)
while any(open(f"{task}/stat").read().split(") ")[1][0] != "T" for task in glob.glob(f"/proc/{server}/task/*")):
    time.sleep(0.001)
os.close(os.open(f"/proc/self/fd/{known}", os.O_RDONLY))
PYTHON
stopped_and_opened() { "$PYTHON" "$T/open.py" "$(pid_of server)" "$M/a" || die 'the server does not stop'; }

stopped_and_opened
exits 1 busy 'umount2(2): busy' "$PYTHON" "$T/umount2.py" "$M"
ok 'then the server is replaced, and it is not' wait_until 10 "$PYTHON" "$T/umount2.py" "$M"
ok 'all processes end' wait_until 5 nothing_left

mounted
keeper=$(pid_of keeper)
stopped_and_opened
kill "$keeper"
ok 'a signal to the keeper unmounts' wait_until 5 not is_mounted
ok 'and no process is left' wait_until 5 nothing_left
finish
