#!/usr/bin/env bash
# A redirect to another host is refused, and nothing is sent there, least of all credentials.
. "$(dirname "$0")/lib.sh"

new_remote
make_ca
echo deploy:right >"$T/login"
echo right >"$T/password"
chmod 600 "$T/password"
options=(-o ca_file="$CA/ca.pem" -o username=deploy -o password_file="$T/password")
serve_https "$T/srv" --basic "$T/login"
elsewhere=$REQUESTS there=https://git.example.com:$PORT
serve_https "$T/srv" --redirect "$there"
exits 2 '^refmount: .*git.example.com.*(never|not) followed' 'a redirect is refused' mount_ref "$URL/config.git#main" "${options[@]}"
is "$(cat "$elsewhere")" '' 'the other host is not asked'
ok 'nor is the first one given the password' not grep -q basic "$REQUESTS"

serve_https "$T/srv" --basic "$T/login"
first=$URL
mounted "$URL/config.git#main" "${options[@]}"
stop
old=$(rev)
new=$(push a two)
serve_https "$T/srv" --redirect "$there" --port "${first##*:}"
ok 'a remote that begins to redirect: sync does not succeed' not refmount sync "$M"
like "$(status "s['last_sync']['error']")" '(never|not) followed' '.status says so'
ok 'serving goes on' serving "$old"
is "$(cat "$elsewhere")" '' 'the other host is not asked'
finish
