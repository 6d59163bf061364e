#!/usr/bin/env bash
# Credentials are nowhere but in their files: not in arguments or environments of processes, logs, errors, what the mount shows, or on disk.
. "$(dirname "$0")/lib.sh"

canary=Canary8d1f27
encoded=$(printf 'deploy:%s' $canary | base64)
new_remote
make_ca
echo "deploy:$canary" >"$T/login"
echo "$canary" >"$T/password"
chmod 600 "$T/password"
serve_https "$T/srv" --basic "$T/login" --gate "$T/gate"
options=(-o poll=1h -o ca_file="$CA/ca.pem" -o username=deploy -o password_file="$T/password")

# What of PLACES says it, in either way.
leaks() { grep -rlaF -e "$canary" -e "$encoded" "$@" 2>/dev/null; } # PLACE...
is_waiting() { pgrep -f '^refmount: fetcher' && pgrep -f remote-https; }
clean() { # DESC PLACE...
	is "$(leaks "${@:2}")" '' "$1"
}

refmount mount -f "${options[@]}" "$URL/config.git#main" "$M" >"$T/log" 2>&1 &
ok 'mounts' wait_until 20 serving "$(rev)"
touch "$T/gate"
new=$(push a two)
refmount sync "$M" >"$T/sync" 2>&1 &
sync=$!
ok 'a fetch waits for the answer to its password' wait_until 10 is_waiting
clean 'no process has it in its arguments' /proc/[0-9]*/cmdline
clean 'or in its environment' /proc/[0-9]*/environ
clean 'it is not on disk' /var/lib/refmount /run/refmount /run/user /run/lock
rm "$T/gate"
ok 'sync' wait "$sync"
ok 'the push is served' serving "$new"
clean 'and it is not there afterwards' /var/lib/refmount /run/refmount /run/user /run/lock
echo deploy:other >"$T/login"
ok 'refused' not refmount sync "$M"
cp "$M/.status" "$M/.drift" "$M/.refmount/status.json" "$M/.refmount/history" "$M/.refmount/metrics" "$T/home" 2>/dev/null
refmount status "$M" --json >"$T/home/json"
clean 'nothing in what the mount says of itself' "$T/home"
clean 'nor in what sync said' "$T/sync" "$T/.out"
clean 'nor in the log' "$T/log"
ok 'which there is' test -s "$T/log"
like "$(leaks "$T/password")" password 'this test would find it'
ok 'unmounts' refmount umount "$M"
exits 2 '^refmount: ' 'a URL with a password in it' mount_ref "https://deploy:$canary@localhost:$PORT/config.git#main" -o ca_file="$CA/ca.pem"
clean 'is not repeated' "$T/.out"
finish
