#!/usr/bin/env bash
# An https remote can be reached through a web proxy of this node.
. "$(dirname "$0")/lib.sh"

new_remote
make_ca
serve_https "$T/srv"
source=$URL/config.git
proxy 0 connect
exits 2 '^refmount: .*proxy.*password' 'a password in its URL would be seen' mount_ref "$source#main" -o ca_file="$CA/ca.pem" \
	-o proxy="http://me:Secret1@127.0.0.1:$PORT"
ok 'and is not repeated' test -z "$(grep Secret1 "$T/.out")"
ok 'mounts' mount_ref "$source#main" -o ca_file="$CA/ca.pem" -o proxy="http://127.0.0.1:$PORT"
ok 'through the proxy' grep -q '^begin 1 connect' "$CONNECTIONS"
new=$(push a two)
ok 'sync' refmount sync "$M"
ok 'the push is served' serving "$new"
proxy_mode refuse
ok 'without the proxy sync does not succeed' not refmount sync "$M"
like "$(status "s['last_sync']['error']")" 'through proxy' '.status says why'
ok 'serving goes on' serving "$new"
finish
