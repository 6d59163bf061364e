#!/usr/bin/env bash
# What python3-jsonschema finds valid is valid here, and the other way round.
. "$(dirname "$0")/lib.sh"

"$PYTHON" "$here/values_schema.py" 1 250 >"$T/log" 2>&1
for draft in 2020-12 'draft 7' unevaluated; do
	like "$(grep "^$draft:" "$T/log")" ': [0-9]{3} valid: 1000 cases, 0 differences$' "$draft"
done
[ "$failed" = 0 ] || fail 'what differs' <"$T/log"
finish
