#!/usr/bin/env bash
# Templates that want too much time, memory, depth or output end as a fault within two seconds, and with the same one every time.
. "$(dirname "$0")/lib.sh"

[ -n "$PYTHON" ] || skip_all 'needs python3'
exec "$PYTHON" "$here/../jinja/hostile" "$REFMOUNT_BIN/jinja/batch"
