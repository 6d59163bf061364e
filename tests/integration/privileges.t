#!/usr/bin/env bash
# What each role may still do, as docs/ARCHITECTURE.md has it, read from /proc. The fetcher's part is in tests/remote/fetcher.t.
. "$(dirname "$0")/lib.sh"
. "$here/signing.sh"

new_signed_repo
port=$("$PYTHON" "$here/forge.py" --port)
user=''
! is_real_root || user=', user: nobody'
cat >"$T/node.yaml" <<CONFIG
repository: $R
ref: main
mountpoint: $M
poll: 1h
http: {listen: "127.0.0.1:$port"}
verify: {signers: $T/signers}
on_switch: [{match: blocked, run: [sleep, 1h], timeout: 1h$user}]
CONFIG
refmount mount --config "$T/node.yaml" || die 'not mounted'
new=$(signed alice a two)
ok 'a commit' served "$new"

uids() { awk '/^Uid:/ { print $2, $3, $4 }' "/proc/$1/status"; } # PID
limit() { awk -v l="$2" 'index($0, l) == 1 { sub(l, ""); print $1 }' "/proc/$1/limits"; } # PID NAME
role() { pgrep -of "^refmount: $1 "; } # NAME
field() { awk -v f="$2:" '$1 == f { print $2 }' "/proc/$1/status"; } # PID FIELD
# Sockets of the network that PID has open; Unix sockets are of no interest.
network_sockets() {
	local pid=$1
	find "/proc/$pid/fd" -lname 'socket:*' -printf '%l\n' 2>/dev/null | tr -dc '0-9\n' | sort >"$T/sockets"
	cat "/proc/$pid/net/"{tcp,tcp6,udp,udp6} 2>/dev/null | awk 'NR > 1 { print $10 }' | sort | comm -12 - "$T/sockets"
}
# Regular files below the repository that PID has open.
files_of() { find "/proc/$1/fd" -lname "$R*" -printf '%l ' 2>/dev/null; }

keeper=$(pid_of keeper) server=$(pid_of server) engine=$(pid_of engine) http=$(pid_of http)
if [ "$(status "s['features']['sandbox']")" = True ]; then
	filtered() { [ "$(field "$1" Seccomp)" = 2 ]; }
	ok 'server: only calls on a list' wait_until 5 filtered "$server"
	ok 'http: only calls on a list' wait_until 5 filtered "$http"
	spare_filtered() { filtered "$(role "$1")"; }
	ok 'resolver: only calls on a list' spare_filtered resolver
	ok 'builder: only calls on a list' wait_until 5 spare_filtered builder
	ok 'verifier: not all calls' wait_until 5 spare_filtered verifier
else
	skip 'server, http, resolver, builder and verifier: not all calls' 'no seccomp here'
fi
builder=$(role builder) resolver=$(role resolver) verifier=$(role verifier)
for role in server builder resolver verifier http; do
	is "$(field "${!role}" NoNewPrivs)" 1 "$role: no new privileges"
done
for role in builder resolver verifier http; do
	is "$(limit "${!role}" 'Max core file size')" 0 "$role: no core"
done
is "$(limit "$builder" 'Max cpu time') $(limit "$builder" 'Max open files')" '60 256' 'builder: limits'
is "$(limit "$resolver" 'Max cpu time') $(limit "$resolver" 'Max open files')" '60 256' 'resolver: limits'
is "$(limit "$verifier" 'Max cpu time') $(limit "$verifier" 'Max open files') $(limit "$verifier" 'Max file size')" '10 64 16777216' 'verifier: limits'
is "$(field "$engine" NoNewPrivs) $(field "$engine" Seccomp) $(field "$engine" CapEff)" "0 0 $(field $$ CapEff)" 'engine: as started'
is "$(field "$keeper" NoNewPrivs) $(field "$keeper" Seccomp) $(field "$keeper" CapEff)" "0 0 $(field $$ CapEff)" 'keeper: as started'
allowed=0000000000000000
! is_real_root || [ "$(status "s['features']['watchers']")" != True ] || allowed=0000000000000002
is "$(field "$server" CapEff)" $allowed 'server: no capability but that of the door'
is "$(field "$server" CapPrm)" $allowed 'server: none in reserve'
is "$(network_sockets "$engine")" "$(network_sockets "$http")" 'engine: only the socket that it has bound for http'
for role in keeper server builder resolver verifier; do
	is "$(network_sockets "${!role}")" '' "$role: no network"
done
is "$(files_of "$keeper")$(files_of "$server")$(files_of "$engine")" '' 'keeper, server and engine: no file of the repository'
is "$(ls -l "/proc/$keeper/fd" "/proc/$server/fd" | grep -c /dev/fuse)" 2 'keeper and server hold the connection'
is "$(ls -l "/proc/$engine/fd" "/proc/$builder/fd" "/proc/$resolver/fd" "/proc/$verifier/fd" "/proc/$http/fd" | grep -c /dev/fuse)" 0 'nobody else does'
is "$(field "$http" CapEff)$(field "$http" CapPrm)" 00000000000000000000000000000000 'http: no capability'
is "$(network_sockets "$http" | wc -l)" 1 'http: the socket that it was given'
is "$(find "/proc/$http/fd" -lname '/*' ! -lname '/dev/*' -printf '%l ')" '' 'http: no file'
if is_real_root; then
	is "$(uids "$http")" "$(echo "$(id -u nobody)" "$(id -u nobody)" "$(id -u nobody)")" 'http: nobody'
	is "$(awk '/^Groups:/ { print NF }' "/proc/$http/status")" 1 'http: in no group'
else
	skip 'http: nobody' 'not root'
fi

# A command of the node's, while it runs, and the runner beside it.
signed alice blocked x >/dev/null
sleeper() { pgrep -xo sleep -P "$(role runner)"; }
ok 'a command runs' wait_until 10 sleeper
runner=$(role runner) command=$(sleeper)
is "$(field "$command" NoNewPrivs) $(field "$command" Seccomp)" '0 0' 'command: as on any other day'
is "$(network_sockets "$runner")$(files_of "$runner")" '' 'runner: no network, no file of the repository'
if is_real_root; then
	is "$(uids "$command") $(field "$command" CapEff)" "$(echo "$(id -u nobody)" "$(id -u nobody)" "$(id -u nobody)") 0000000000000000" 'command: its user, without capabilities'
	is "$(uids "$runner")" "$(uids "$command")" 'runner: the same'
else
	skip 'command: its user' 'not root'
fi
is "$(ls "/proc/$command/fd" | tr '\n' ' ')" '0 1 2 ' 'command: nothing of ours is open'
finish
