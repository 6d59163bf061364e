#!/usr/bin/env bash
# git:// has no transport security: accepted on loopback, else only with signatures.
. "$(dirname "$0")/lib.sh"

new_remote
serve_git "$T/srv"
ok 'mounts from loopback' mount_ref "$URL/config.git#main"
is "$(cat "$M/a")" one 'and shows it'
new=$(push a two)
ok 'sync' refmount sync "$M"
ok 'the push is served' serving "$new"
ok 'unmounts' refmount umount "$M"
exits 2 "^refmount: .*git .*signers" 'refused from elsewhere, with the remedy' mount_ref "git://far.example.com:$PORT/config.git#main"
ok 'nothing is mounted' not is_mounted
finish
