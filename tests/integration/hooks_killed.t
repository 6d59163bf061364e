#!/usr/bin/env bash
# Whenever the engine is killed, the hook has run for what is served in the end: at once, or by the next engine.
. "$(dirname "$0")/lib.sh"

new_repo
cat >"$T/web.yaml" <<YAML
repository: $R
mountpoint: $M
poll: 1h
checks:
  - {run: ['true']}
on_switch:
  - {run: [sh, -c, 'cat $M/a >$T/told']}
YAML
ok 'mount' refmount mount --config "$T/web.yaml"
for ms in 0 6 12 18 25 35 60; do
	engine=$(pid_of engine)
	commit=$(commit a "after $ms ms")
	sleep "0.0$(printf %02d $ms)"
	kill -9 "$engine"
	ok "killed after $ms ms: the commit is served" wait_until 10 serving "$commit"
	ok 'and the hook was told' wait_until 10 grep -q "after $ms ms" "$T/told"
	wait_until 10 sh -c "[ \$('$REFMOUNT_BIN/refmount' status '$M' | sed -n 's/.*engine: \([0-9]*\).*/\1/p') != $engine ]"
done
finish
