#!/usr/bin/env bash
# Random templates over random values come out byte for byte as Jinja2 and Ansible render them, or fail where they fail; and
# twice in one process as in two.
# Takes long: runs first.
. "$(dirname "$0")/lib.sh"

[ -n "$PYTHON" ] && "$PYTHON" -c 'import jinja2, ansible' 2>/dev/null || skip_all 'needs python3-jinja2 and ansible-core'

ok '1000 templates' "$here/../jinja/differ" --batch "$REFMOUNT_BIN/jinja/batch" --seed 1 --count 1000 --shown 3
ok '500 templates about scopes' "$here/../jinja/differ" --batch "$REFMOUNT_BIN/jinja/batch" --scopes --count 500 --shown 3
ok '200 of them, each rendered three times' "$here/../jinja/differ" --batch "$REFMOUNT_BIN/jinja/batch" --twice --seed 3 --count 200 --shown 3
finish
