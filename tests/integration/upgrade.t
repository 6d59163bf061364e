#!/usr/bin/env bash
# A running mount moves to another program, and back, under readers who get no error.
. "$(dirname "$0")/lib.sh"

new_repo
mounted "$R#main"
first=$(rev)
exec 7<"$M/d/deep/c"
new=$(commit a two)
ok 'a commit before the upgrade' served "$new"

mkdir -p "$T/next" && cp "$REFMOUNT_BIN"/refmount "$REFMOUNT_BIN"/refmount-fs "$T/next/"
keeper=$(pid_of keeper) server=$(pid_of server) engine=$(pid_of engine)

"$PYTHON" - "$M" "$T/stop" >"$T/reads" 2>&1 <<'PY' &
import os, sys, time
mount, stop = sys.argv[1:]
reads = errors = 0
slowest = 0.0
fd = os.open(mount, os.O_RDONLY)
while not os.path.exists(stop):
    start = time.monotonic()
    try:
        with open(f"{mount}/.refmount/revision") as f:
            f.read()
        os.stat(f"{mount}/does-not-exist-{reads}", dir_fd=fd)
    except FileNotFoundError:
        pass
    except OSError as error:
        errors += 1
        print(error)
    reads += 1
    slowest = max(slowest, time.monotonic() - start)
print(f"errors={errors} slowest_ms={slowest * 1000:.0f} enough={reads > 20}")
PY
reader=$!

ok 'upgrade' refmount upgrade "$M" "$T/next/refmount"
is "$(pid_of keeper)" "$keeper" 'the keeper is the same process'
is "$(readlink "/proc/$(pid_of keeper)/exe")" "$T/next/refmount-fs" 'as another program'
is "$(readlink "/proc/$(pid_of server)/exe")" "$T/next/refmount-fs" 'as is the server'
is "$(readlink "/proc/$(pid_of engine)/exe")" "$T/next/refmount" 'and the engine'
ok 'the server before it has ended' not kill -0 "$server"
ok 'the engine before it has ended' not kill -0 "$engine"
is "$(status "s['health']")" Healthy 'which is not what .status says of processes that have failed'
is "$(cat "$M/a")" two 'it serves'
is "$(cat <&7)" sea 'a file that was open keeps its bytes'
is "$(cat "$M/.refmount/at/$first/a")" one 'kept revisions are there'
new=$(commit a three)
ok 'it follows' served "$new"

ok 'and back' refmount upgrade "$M" "$REFMOUNT_BIN/refmount"
is "$(readlink "/proc/$(pid_of keeper)/exe")" "$REFMOUNT_BIN/refmount-fs" 'to the first program'
is "$(status "s['health']")" Healthy 'nothing has failed'
new=$(commit a four)
ok 'it follows' served "$new"
if is_real_root; then
	is "$(status "s['features']['watchers']")" True 'watchers are still woken'
	inotifywait -q -t 10 -e moved_to "$M" >"$T/woken" 2>&1 &
	watcher=$!
	watching() { ls -l "/proc/$watcher/fd" | grep -q inotify; }
	ok 'a watch' wait_until 5 watching
	commit a five >/dev/null
	wait "$watcher"
	like "$(cat "$T/woken")" 'MOVED_TO a' 'one of them'
fi
touch "$T/stop"
wait "$reader"
like "$(cat "$T/reads")" '^errors=0 .*enough=True' "no reader got an error ($(tail -n 1 "$T/reads"))"

# What is not fit to go on is not given the mount.
mkdir "$T/bad"
printf '#!/bin/sh\nexit 0\n' >"$T/bad/refmount" && chmod 755 "$T/bad/refmount"
exits 2 "no program 'refmount-fs'" 'a program without the other one is refused' refmount upgrade "$M" "$T/bad/refmount"
cp /bin/false "$T/bad/refmount-fs"
exits 2 'self-test exited with 1' 'one that fails its self-test is refused' refmount upgrade "$M" "$T/bad/refmount"
printf '#!/bin/sh\ncase "$0" in *) sleep 60 ;; esac\n' >"$T/bad/refmount-fs"
exits 2 'self-test did not end in time' 'one that hangs is refused' refmount upgrade "$M" "$T/bad/refmount"
cp /bin/true "$T/bad/refmount-fs"
exits 2 'ended before it served' 'one that does not serve is undone' refmount upgrade "$M" "$T/bad/refmount"
cp /bin/false "$T/bad/refmount"
exits 2 "version' exited with 1" 'one that does not run is refused' refmount upgrade "$M" "$T/bad/refmount"
is "$(cat "$M/a" "$M/d/b")" "$(cat "$R/a" "$R/d/b")" 'it serves as before'
is "$(readlink "/proc/$(pid_of keeper)/exe")" "$REFMOUNT_BIN/refmount-fs" 'with the program from before'
new=$(commit a six)
ok 'and follows' served "$new"

# A package manager replaces the program where it lies, and sends a signal.
cp -r "$T/next" "$T/pkg"
ok 'upgrade to where a package lies' refmount upgrade "$M" "$T/pkg/refmount"
rm "$T/pkg/refmount-fs" && cp "$REFMOUNT_BIN/refmount-fs" "$T/pkg/"
inode=$(stat -c %i "$T/pkg/refmount-fs")
runs_new() { [ "$(stat -Lc %i "/proc/$keeper/exe")" = "$inode" ]; }
kill -HUP "$keeper"
ok 'SIGHUP starts what is there now' wait_until 10 runs_new
ok 'the engine as well' wait_until 10 refmount sync "$M"
new=$(commit a seven)
ok 'and it follows' served "$new"
kill -9 "$(pid_of engine)"
failed() { status "s['health'] + ': ' + str(s['reason'])" | grep -q '^Degraded: .*the engine was restarted'; }
ok 'an engine that is killed has failed, also after an upgrade' wait_until 10 failed
exec 7<&-
ok 'umount' refmount umount "$M"
ok 'nothing is left' wait_until 5 nothing_left
finish
