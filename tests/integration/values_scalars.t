#!/usr/bin/env bash
# What YAML means: our 1.2 as ruamel.yaml reads it, our 1.1 as PyYAML does.
. "$(dirname "$0")/lib.sh"

"$PYTHON" "$here/values_scalars.py" 1 1000 >"$T/log" 2>&1
like "$(grep '^1.2:' "$T/log")" '[0-9]{3} cases, 0 differences$' 'scalars of 1.2 as ruamel.yaml reads them'
like "$(grep '^1.1:' "$T/log")" '[0-9]{3} cases, 0 differences$' 'scalars of 1.1 as PyYAML reads them'
like "$(grep '^documents:' "$T/log")" 'cases, 0 differences$' 'documents, single and in streams'
[ "$failed" = 0 ] || fail 'what differs' <"$T/log"
finish
