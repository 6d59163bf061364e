#!/usr/bin/env bash
# What each role may still do, as docs/ARCHITECTURE.md has it, read from /proc.
. "$(dirname "$0")/lib.sh"

new_repo
mounted "$R#main"
new=$(commit a two)
ok 'a commit' served "$new"

field() { awk -v f="$2:" '$1 == f { print $2 }' "/proc/$1/status"; } # PID FIELD
# Sockets of the network that PID has open; Unix sockets are of no interest.
network_sockets() {
	local pid=$1
	find "/proc/$pid/fd" -lname 'socket:*' -printf '%l\n' 2>/dev/null | tr -dc '0-9\n' | sort >"$T/sockets"
	cat "/proc/$pid/net/"{tcp,tcp6,udp,udp6} 2>/dev/null | awk 'NR > 1 { print $10 }' | sort | comm -12 - "$T/sockets"
}
# Regular files below the repository that PID has open.
files_of() { find "/proc/$1/fd" -lname "$R*" -printf '%l ' 2>/dev/null; }

keeper=$(pid_of keeper) server=$(pid_of server) engine=$(pid_of engine)
if [ "$(status "s['features']['sandbox']")" = True ]; then
	filtered() { [ "$(field "$1" Seccomp)" = 2 ]; }
	ok 'server: only calls on a list' wait_until 5 filtered "$server"
	ok 'resolver: only calls on a list' filtered "$(pgrep -of '^refmount: resolver')"
	ok 'builder: only calls on a list' wait_until 5 sh -c "pid=\$(pgrep -of '^refmount: builder') && grep -q '^Seccomp:.2' /proc/\$pid/status"
else
	skip 'server, resolver and builder: only calls on a list' 'no seccomp here'
fi
builder=$(pgrep -of '^refmount: builder') resolver=$(pgrep -of '^refmount: resolver')
is "$(field "$server" NoNewPrivs)" 1 'server: no new privileges'
is "$(field "$builder" NoNewPrivs)" 1 'builder: no new privileges'
is "$(field "$resolver" NoNewPrivs)" 1 'resolver: no new privileges'
allowed=0000000000000000
! is_real_root || [ "$(status "s['features']['watchers']")" != True ] || allowed=0000000000000002
is "$(field "$server" CapEff)" $allowed 'server: no capability but that of the door'
is "$(field "$server" CapPrm)" $allowed 'server: none in reserve'
for role in keeper server engine builder resolver; do
	is "$(network_sockets "${!role}")" '' "$role: no network"
done
is "$(files_of "$keeper")$(files_of "$server")$(files_of "$engine")" '' 'keeper, server and engine: no file of the repository'
is "$(ls -l "/proc/$keeper/fd" "/proc/$server/fd" | grep -c /dev/fuse)" 2 'keeper and server hold the connection'
is "$(ls -l "/proc/$engine/fd" "/proc/$builder/fd" "/proc/$resolver/fd" | grep -c /dev/fuse)" 0 'nobody else does'
finish
