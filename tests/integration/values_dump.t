#!/usr/bin/env bash
# Values become YAML and JSON byte for byte as PyYAML and Python's json write them.
. "$(dirname "$0")/lib.sh"

"$PYTHON" "$here/values_dump.py" 1 1500 >"$T/log" 2>&1
for format in yaml json; do
	like "$(grep "^$format:" "$T/log")" 'cases, 0 differences$' "$format as Python writes it"
done
[ "$failed" = 0 ] || fail 'what differs' <"$T/log"
finish
