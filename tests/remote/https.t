#!/usr/bin/env bash
# A mount follows an https remote whose authority is one of this node.
. "$(dirname "$0")/lib.sh"

new_remote
make_ca
serve_https "$T/srv"
ok 'mounts' mount_ref "$URL/config.git#main" -o ca_file="$CA/ca.pem"
is "$(cat "$M/a")" one 'and shows it'
is "$(status "s['source']")" "$URL/config.git" '.status names the source'
new=$(push a two)
ok 'sync' refmount sync "$M"
ok 'the push is served' serving "$new"
is "$(cat "$M/a")" two 'and seen'
ok 'unmounts' refmount umount "$M"
ok 'nothing is left running' wait_until 5 nothing_left
finish
