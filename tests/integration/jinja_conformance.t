#!/usr/bin/env bash
# The cases of Jinja2's own test suite come out as they do there.
. "$(dirname "$0")/lib.sh"

[ -n "$PYTHON" ] || skip_all 'needs python3'
exec "$PYTHON" "$here/../jinja/conformance" "$REFMOUNT_BIN/jinja/batch"
