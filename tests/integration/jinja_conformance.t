#!/usr/bin/env bash
# The cases recorded from Jinja2's own tests, each through `refmount render`.
# Takes long: runs first.
. "$(dirname "$0")/lib.sh"

exec /usr/bin/python3 "$here/../jinja/conformance" "$REFMOUNT_BIN/refmount"
