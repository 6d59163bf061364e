# shellcheck shell=bash
#
# lib: what every integration test stands on. A test is a bash script NAME.t that begins with
#
#     . "$(dirname "$0")/lib.sh"
#
# shows one behaviour, and ends with `finish`. It speaks TAP and is run by prove(1), or by hand.
#
# Sourcing this file runs the test again inside its own mount and process namespace: when the test ends, however it ends, its mounts and
# processes are gone. /run and /var/lib/refmount are fresh there, so the default paths are used without touching the machine. Everything that a
# test writes lies below $T, on a tmpfs.
#
# REFMOUNT_BIN is the folder with refmount and refmount-fs (default: build/ of this tree). TEST_SECONDS ends a test that hangs.
# APART, set before, names one more namespace, as unshare(1) does.

set -u
shopt -s lastpipe # `... | fail` counts in this shell
export LC_ALL=C.UTF-8 TZ=UTC PYTHONDONTWRITEBYTECODE=1

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
REFMOUNT_BIN=${REFMOUNT_BIN:-$here/../../build}

skip_all() { # REASON: nothing here can be tested
	printf '1..0 # SKIP %s\n' "$*"
	exit 0
}

if [ -z "${INSIDE_TEST-}" ]; then
	[ -x "$REFMOUNT_BIN/refmount" ] && [ -x "$REFMOUNT_BIN/refmount-fs" ] || {
		printf 'Bail out! no refmount and refmount-fs in %s (REFMOUNT_BIN)\n' "$REFMOUNT_BIN"
		exit 1
	}
	REFMOUNT_BIN=$(cd "$REFMOUNT_BIN" && pwd)
	apart=(unshare -m --propagation private -p -f --kill-child --mount-proc ${APART-})
	[ "$(id -u)" = 0 ] || apart+=(-U -r)
	[ -c /dev/fuse ] || skip_all "this machine has no /dev/fuse"
	"${apart[@]}" true 2>/dev/null || skip_all "needs root, or user namespaces (unshare ${apart[*]:1})"
	export REFMOUNT_BIN INSIDE_TEST=$$
	exec timeout -k 5 "${TEST_SECONDS:-120}" "${apart[@]}" bash "$0" "$@"
fi

# Inside: fresh folders, a fixed environment.
mount -t tmpfs -o mode=0755 tmpfs /run || exit 1
T=/run/t
mkdir -p "$T/home" /run/lock /run/user
mkdir -p /var/lib/refmount 2>/dev/null && mount -t tmpfs -o mode=0755 tmpfs /var/lib/refmount ||
	mount -t tmpfs -o mode=0755 tmpfs /var/lib || exit 1

unset XDG_STATE_HOME XDG_RUNTIME_DIR XDG_CONFIG_HOME NOTIFY_SOCKET LISTEN_FDS LISTEN_PID
while IFS= read -r name; do unset "$name"; done < <(compgen -e | grep '^GIT_')
export HOME=$T/home PATH="$REFMOUNT_BIN:$PATH"
export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=$HOME/.gitconfig
export GIT_AUTHOR_NAME='A U Thor' GIT_AUTHOR_EMAIL=author@example.com
export GIT_COMMITTER_NAME='C O Mitter' GIT_COMMITTER_EMAIL=committer@example.com
# libgit2 1.5 leaks a match of pcre2 for each repository whose format version is 1.
echo leak:libpcre2 >"$T/lsan" && export LSAN_OPTIONS=suppressions=$T/lsan:print_suppressions=0
cat >"$GIT_CONFIG_GLOBAL" <<'CONFIG'
[init]
	defaultBranch = main
[gc]
	auto = 0
[advice]
	detachedHead = false
[core]
	fsync = none
CONFIG

PYTHON=$(PATH=/usr/bin:$PATH; for p in /usr/bin/python3 python3; do "$p" -c 'import yaml' 2>/dev/null && command -v "$p" && break; done)

M=$T/mnt     # where mount_ref mounts
R=$T/repo    # what new_repo makes
mkdir "$M"
cd "$T" || exit 1

# --- TAP ---

tests=0 failed=0

pass() { # DESC
	tests=$((tests + 1))
	printf 'ok %d - %s\n' "$tests" "$*"
}

fail() { # DESC; what went wrong on stdin
	tests=$((tests + 1)) failed=$((failed + 1))
	printf 'not ok %d - %s\n' "$tests" "$*"
	sed 's/^/#   /' | head -n 60
}

skip() { # DESC REASON
	tests=$((tests + 1))
	printf 'ok %d - %s # SKIP %s\n' "$tests" "$1" "$2"
}

# The command succeeds.
ok() { # DESC CMD...
	local desc=$1 rc
	shift
	"$@" >"$T/.out" 2>&1 </dev/null
	rc=$?
	[ "$rc" = 0 ] && { pass "$desc"; return 0; }
	{ printf 'failed (%d): %s\n' "$rc" "$*"; cat "$T/.out"; } | fail "$desc"
	return 1
}

# The command ends with STATUS, and what it says matches the extended regular expression ('' matches all).
exits() { # STATUS REGEX DESC CMD...
	local want=$1 regex=$2 desc=$3 rc
	shift 3
	"$@" >"$T/.out" 2>&1 </dev/null
	rc=$?
	if [ "$rc" = "$want" ] && grep -qE -- "$regex" <(cat "$T/.out"; [ -s "$T/.out" ] || echo); then
		pass "$desc"
		return 0
	fi
	{ printf 'status %s, wanted %s, and a line matching: %s\nfrom: %s\n' "$rc" "$want" "$regex" "$*"; cat "$T/.out"; } | fail "$desc"
	return 1
}

is() { # GOT WANT DESC
	[ "$1" = "$2" ] && { pass "$3"; return 0; }
	printf 'got:    %s\nwanted: %s\n' "$1" "$2" | fail "$3"
	return 1
}

like() { # GOT REGEX DESC
	grep -qE -- "$2" <<<"$1" && { pass "$3"; return 0; }
	printf 'got: %s\nwanted a match of: %s\n' "$1" "$2" | fail "$3"
	return 1
}

not() { ! "$@"; }

finish() {
	printf '1..%d\n' "$tests"
	[ "$failed" = 0 ]
	exit
}

die() { # the test itself cannot go on: no plan, so prove counts it as failed
	printf '# %s\n' "$@"
	exit 1
}

# --- waiting ---

# Until the command succeeds, or SECONDS are over. `refmount wait` is better where it can be used.
wait_until() { # SECONDS CMD...
	local end=$(($(date +%s%N) + $1 * 1000000000))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$(date +%s%N)" -lt "$end" ] || return 1
		sleep 0.02
	done
}

# --- documentation ---

# The commands of a PAGE of this tree work as they are pasted, in a clone of it (tests/docs/commands).
page_runs() { # PAGE [HEADING...]
	local tree=$here/../..
	(cd "$tree" && tests/docs/commands "$@") >"$T/.script" 2>"$T/.err" || { fail "$*" <"$T/.err"; return 1; }
	if ${PAGE_IN-} bash -c 'cd "$0" && . "$1"' "$tree" "$T/.script" >"$T/.out" 2>&1 </dev/null; then
		pass "$*: its commands work"
	else
		tail -n 40 "$T/.out" | fail "$*: its commands work"
	fi
}

# --- repositories ---

# A repository with a worktree at DIR and one commit: a (0644), run (0755), d/b, d/deep/c, and a link d/link -> ../a.
new_repo() { # [DIR]
	local dir=${1:-$R}
	git init -q "$dir" && mkdir -p "$dir/d/deep" &&
		echo one >"$dir/a" && echo bee >"$dir/d/b" && echo sea >"$dir/d/deep/c" &&
		printf '#!/bin/sh\necho ran "$@"\n' >"$dir/run" && chmod 755 "$dir/run" && ln -s ../a "$dir/d/link" &&
		git -C "$dir" add -A && git -C "$dir" commit -qm 'First' || die "cannot make a repository"
}

# One file of $R gets CONTENT; the new commit's id is printed.
commit() { # FILE CONTENT [MESSAGE]
	mkdir -p "$(dirname "$R/$1")" && printf '%s\n' "$2" >"$R/$1" && git -C "$R" add -A &&
		git -C "$R" commit -qm "${3:-Change $1}" && git -C "$R" rev-parse HEAD
}

# Take whatever lies in the worktree; the new commit's id is printed.
commit_all() { # [MESSAGE]
	git -C "$R" add -A && git -C "$R" commit -qm "${1:-Change}" && git -C "$R" rev-parse HEAD
}

rev() { git -C "$R" rev-parse "${1:-HEAD}"; } # [REV]

# A tree object from raw entries, whatever git thinks of them: MODE NAME ID, three arguments each.
raw_tree() {
	while [ $# -gt 0 ]; do
		printf '%s %b\0' "$1" "$2"
		# shellcheck disable=SC2059
		printf "$(sed 's/../\\x&/g' <<<"$3")"
		shift 3
	done | git -C "$R" hash-object -t tree -w --literally --stdin
}

blob() { git -C "$R" hash-object -w --stdin; } # content on stdin

# Real root, that is, not root of a user namespace only.
is_real_root() { [ "$(awk '{ print $1, $2, ($3 > 65536) }' /proc/self/uid_map)" = '0 0 1' ]; }

# --- mounts ---

# Mount SOURCE (default: $R) at $M. Polling is off unless the options say otherwise, so only what is watched is seen.
mount_ref() { # [SOURCE [OPTION...]]
	local source=${1:-$R}
	[ $# -gt 0 ] && shift
	case "$*" in *poll=*) ;; *) set -- -o poll=1h "$@" ;; esac
	refmount mount "$@" "$source" "$M"
}

# The same as the beginning of a test that is about something else.
mounted() { mount_ref "$@" >"$T/.out" 2>&1 </dev/null || die "cannot mount: $(cat "$T/.out")"; }

served() { refmount wait "$M" "$1" --timeout 20s; } # REV
serving() { [ "$(cat "$M/.refmount/revision")" = "$1" ]; } # COMMIT
is_mounted() { mountpoint -q "${1:-$M}"; }

# One value of .status, as a python expression over `s`: status 's["hold"]["reason"]'
status() { # EXPR [MOUNT]
	"$PYTHON" "$here/status.py" "${2:-$M}/.status" "$1"
}

status_is() { # EXPR WANT
	[ "$(status "$1")" = "$2" ]
}

pid_of() { status "s['processes']['$1']"; } # keeper | server | engine

# Processes of ours in this test's namespace.
our_processes() { pgrep -f '^refmount(-fs)?:? ' | xargs -r ps -o pid=,args= -p; }
nothing_left() { [ -z "$(our_processes)" ]; }
