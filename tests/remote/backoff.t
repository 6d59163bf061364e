#!/usr/bin/env bash
# A remote that fails is asked less and less often; `sync` asks at once, and afterwards the poll is as before.
. "$(dirname "$0")/lib.sh"

new_remote
serve_git "$T/srv"
proxy "$PORT"
mounted "$URL/config.git#main" -o poll=100ms
asked() { grep -c ^begin "$CONNECTIONS"; }
asked_more() { [ "$(asked)" -gt "$1" ]; }
proxy_mode cut:0
before=$(asked)
# Seconds from the last look to the next one, as .status has it.
pause() { "$PYTHON" - "$M/.status" <<'PY'; }
import sys, yaml
sync = yaml.safe_load(open(sys.argv[1]))["last_sync"]
print(int((sync["next"] - sync["time"]).total_seconds()))
PY
pauses() { [ "$(pause)" -ge "$1" ]; }
ok '.status says when it is asked again: first soon' wait_until 10 pauses 1
ok 'then later' wait_until 15 pauses 4
ok 'it was asked a few times until then' test $(($(asked) - before)) -ge 2 -a $(($(asked) - before)) -le 4
is "$(status "s['sync']")" Unknown 'not asked for longer than three polls: Unknown'
is "$(status "s['health']")" Degraded 'Degraded'
proxy_mode pass
new=$(push a two)
ok 'sync asks at once' refmount sync "$M"
ok 'the push is served' serving "$new"
new=$(push a three)
ok 'and the poll is as before' wait_until 2 serving "$new"
finish
