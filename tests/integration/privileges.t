#!/usr/bin/env bash
# What each role may still do, as docs/ARCHITECTURE.md has it, read from /proc.
. "$(dirname "$0")/lib.sh"

new_repo
port=$("$PYTHON" "$here/forge.py" --port)
printf 'repository: %s\nref: main\nmountpoint: %s\npoll: 1h\nhttp: {listen: "127.0.0.1:%s"}\n' "$R" "$M" "$port" >"$T/node.yaml"
refmount mount --config "$T/node.yaml" || die 'not mounted'
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

keeper=$(pid_of keeper) server=$(pid_of server) engine=$(pid_of engine) http=$(pid_of http)
if [ "$(status "s['features']['sandbox']")" = True ]; then
	filtered() { [ "$(field "$1" Seccomp)" = 2 ]; }
	ok 'server: only calls on a list' wait_until 5 filtered "$server"
	ok 'http: only calls on a list' wait_until 5 filtered "$http"
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
is "$(network_sockets "$engine")" "$(network_sockets "$http")" 'engine: only the socket that it has bound for http'
for role in keeper server builder resolver; do
	is "$(network_sockets "${!role}")" '' "$role: no network"
done
is "$(files_of "$keeper")$(files_of "$server")$(files_of "$engine")" '' 'keeper, server and engine: no file of the repository'
is "$(ls -l "/proc/$keeper/fd" "/proc/$server/fd" | grep -c /dev/fuse)" 2 'keeper and server hold the connection'
is "$(ls -l "/proc/$engine/fd" "/proc/$builder/fd" "/proc/$resolver/fd" | grep -c /dev/fuse)" 0 'nobody else does'
is "$(field "$http" NoNewPrivs)" 1 'http: no new privileges'
is "$(field "$http" CapEff)$(field "$http" CapPrm)" 00000000000000000000000000000000 'http: no capability'
is "$(network_sockets "$http" | wc -l)" 1 'http: the socket that it was given'
is "$(find "/proc/$http/fd" -lname '/*' ! -lname '/dev/*' -printf '%l ')" '' 'http: no file'
if is_real_root; then
	is "$(awk '/^Uid:/ { print $2, $3, $4 }' "/proc/$http/status")" "$(echo "$(id -u nobody)" "$(id -u nobody)" "$(id -u nobody)")" 'http: nobody'
	is "$(awk '/^Groups:/ { print NF }' "/proc/$http/status")" 1 'http: in no group'
else
	skip 'http: nobody' 'not root'
fi
finish
