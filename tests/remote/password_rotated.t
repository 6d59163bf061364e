#!/usr/bin/env bash
# A password is read from its file for each fetch, so it can be rotated; until it is, serving goes on.
. "$(dirname "$0")/lib.sh"

new_remote
make_ca
echo deploy:first >"$T/login"
echo first >"$T/password"
chmod 600 "$T/password"
serve_https "$T/srv" --basic "$T/login"
mounted "$URL/config.git#main" -o ca_file="$CA/ca.pem" -o username=deploy -o password_file="$T/password"
old=$(rev)
echo deploy:second >"$T/login"
new=$(push a two)
ok 'with the old password sync does not succeed' not refmount sync "$M"
ok 'serving goes on' serving "$old"
like "$(status "s['last_sync']['error']")" 'password_file' '.status says what to look at'
ok 'it says nothing of the password' not grep -rE 'first|second' "$M/.status"
printf second >"$T/password" # without a newline
ok 'with the new one it does' refmount sync "$M"
ok 'the push is served' serving "$new"
is "$(status "s['health']")" Healthy 'Healthy'
finish
