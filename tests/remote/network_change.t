#!/usr/bin/env bash
# A network that comes up ends the pause after a failure: the remote is asked at once.
. "$(dirname "$0")/lib.sh"

new_remote
serve_git "$T/srv"
proxy "$PORT"
mounted "$URL/config.git#main" -o poll=5m
asked() { grep -c ^begin "$CONNECTIONS"; }
asked_more() { [ "$(asked)" -gt "$1" ]; }
proxy_mode cut:0
new=$(push a two)
exits 1 . 'a look fails' refmount sync "$M"
proxy_mode pass
before=$(asked)
ok 'the next one is minutes away' test "$(($(date -d "$(status "s['last_sync']['next']")" +%s) - $(date +%s)))" -gt 200
ip address add 192.0.2.9/32 dev lo
ok 'an address comes up: the remote is asked' wait_until 20 asked_more "$before"
ok 'and the push is served' wait_until 10 serving "$new"
finish
