#!/usr/bin/env bash
# Credentials can come from a program of this node, which is asked for each fetch.
. "$(dirname "$0")/lib.sh"

new_remote
make_ca
echo deploy:first >"$T/login"
serve_https "$T/srv" --basic "$T/login"
cat >"$T/helper" <<HELPER
#!/bin/sh
echo "\$*" >>$T/asked
cat >>$T/asked
echo username=deploy
echo "password=\$(cut -d: -f2 $T/login)"
HELPER
chmod 755 "$T/helper"
cat >"$T/node.yaml" <<NODE
repository: $URL/config.git
ref: main
mountpoint: $M
poll: 1h
credentials:
  ca_file: $CA/ca.pem
  helper: [$T/helper, --for, test]
NODE
ok 'mounts' refmount mount --config "$T/node.yaml"
like "$(head -n 1 "$T/asked")" '^--for test get$' 'the helper is asked as git asks'
like "$(cat "$T/asked")" '^host=localhost:' 'for this host'
echo deploy:second >"$T/login"
new=$(push a two)
ok 'sync, when it says something else' refmount sync "$M"
ok 'the push is served' serving "$new"
echo 'echo "never" >&2; exit 1' >"$T/helper"
ok 'sync does not succeed when it fails' not refmount sync "$M"
like "$(status "s['last_sync']['error']")" 'helper' '.status names it'
ok 'serving goes on' serving "$new"
finish
