# shellcheck shell=bash
#
# watch: what the tests of watchers have in common; sourced after lib.sh.

E=$T/events
CHANGES=modify,attrib,close_write,moved_to,moved_from,move_self,create,delete,delete_self,unmount # reading is not a change

# Watch with inotifywait; each event is one line in $E: path below the mount, events, name.
start_watch() { # PATH...
	: >"$E"
	inotifywait -m -q -e "$CHANGES" --format '%w %e %f' "$@" 2>>"$T/inotify" >>"$E" &
	watcher=$!
	wait_until 10 watches "$watcher" || die 'inotifywait does not come up'
}

watches() { grep -qs '^inotify ' "/proc/$1/fdinfo/"*; } # PID

stop_watch() { kill "$watcher" && wait "$watcher" 2>/dev/null; }

# The events since the last time, once they have been quiet for a moment; paths without $M.
events() {
	local before=-1 now
	for _ in $(seq 40); do
		now=$(stat -c %s "$E")
		[ "$now" = "$before" ] && [ "$now" -gt 0 ] && break
		before=$now
		sleep 0.1
	done
	sed -e "s|^$M/*||" -e 's| *$||' "$E"
	: >"$E"
}

# Events, as a set.
event_set() { events | sort -u; }

lines() { printf '%s\n' "$@"; }
