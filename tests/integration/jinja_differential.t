#!/usr/bin/env bash
# Random templates over random values come out byte for byte as Jinja2 and Ansible render them, or fail where they fail; and
# twice in one process as in two.
. "$(dirname "$0")/lib.sh"

[ -n "$PYTHON" ] && "$PYTHON" -c 'import jinja2, ansible' 2>/dev/null || skip_all 'needs python3-jinja2 and ansible-core'

for seed in 1 2; do
	ok "1000 templates of seed $seed" "$here/../jinja/differ" --batch "$REFMOUNT_BIN/jinja/batch" --seed "$seed" --count 1000 --shown 3
done
ok '1000 templates about scopes' "$here/../jinja/differ" --batch "$REFMOUNT_BIN/jinja/batch" --scopes --count 1000 --shown 3
ok '300 of them, each rendered three times' "$here/../jinja/differ" --batch "$REFMOUNT_BIN/jinja/batch" --twice --seed 3 --count 300 --shown 3
finish
