#!/usr/bin/env bash
# Templates that want too much time, memory, depth or output end as a fault within two seconds, and with the same one every time.
# Takes long: runs first.
. "$(dirname "$0")/lib.sh"

[ -n "$PYTHON" ] || skip_all 'needs python3'
plain=$here/../../build/jinja/batch
[ -x "$plain" ] || plain=$REFMOUNT_BIN/jinja/batch
exec "$PYTHON" "$here/../jinja/hostile" "$REFMOUNT_BIN/jinja/batch" "$plain"
