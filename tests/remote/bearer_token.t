#!/usr/bin/env bash
# A token that is sent as "Authorization: Bearer": read at each fetch, told to its host only, and nowhere else to be seen.
. "$(dirname "$0")/lib.sh"

canary=Canary8d1f27
new_remote
make_ca
echo "$canary" >"$T/token"
echo "$canary" >"$T/bearer"
chmod 600 "$T/token"
serve_https "$T/srv" --bearer "$T/bearer" --gate "$T/gate"
options=(-o poll=1h -o ca_file="$CA/ca.pem" -o bearer_token_file="$T/token")
leaks() { grep -rlaF -e "$canary" "$@" 2>/dev/null; } # PLACE...
is_waiting() { pgrep -f '^refmount: fetcher' && pgrep -f remote-https; }

refmount mount -f "${options[@]}" "$URL/config.git#main" "$M" >"$T/log" 2>&1 &
ok 'mounts' wait_until 20 serving "$(rev)"
like "$(tail -n 1 "$REQUESTS")" ' 200 .* bearer$' 'with the token as a bearer token'
touch "$T/gate"
new=$(push a two)
refmount sync "$M" >"$T/sync" 2>&1 &
sync=$!
ok 'a fetch waits for the answer to its token' wait_until 10 is_waiting
is "$(leaks /proc/[0-9]*/cmdline /proc/[0-9]*/environ)" '' 'no process has it in its arguments or environment'
is "$(leaks /var/lib/refmount /run/refmount /run/user /run/lock)" '' 'it is not on disk'
rm "$T/gate"
ok 'sync' wait "$sync"
ok 'the push is served' serving "$new"
echo other >"$T/bearer"
exits 1 "refuses the token in '$T/token' \(bearer_token_file\)" 'another one is wanted' refmount sync "$M"
echo other >"$T/token"
new=$(push a three)
ok 'which can be put in its place' refmount sync "$M"
ok 'the push is served' serving "$new"
echo 'a "word' >"$T/token"
exits 1 "'$T/token' holds no bearer token" 'what is none is not sent' refmount sync "$M"
is "$(leaks "$T/log" "$T/sync" "$M/.status")" '' 'nothing says it'
ok umount refmount umount "$M"

# Somebody who sends us to another host does not learn it.
echo "$canary" >"$T/token" && echo "$canary" >"$T/bearer" && rm -rf "$STATE"
target=https://git.example.com:$PORT seen=$REQUESTS
: >"$seen"
serve_https "$T/srv" --redirect "$target"
exits 2 'sends us to .git.example.com' 'a redirect is not followed' mount_ref "$URL/config.git#main" "${options[@]}"
is "$(cat "$seen")" '' 'and nobody else is asked'
finish
