#!/usr/bin/env bash
# A revision that does not prove itself after the switch is taken back by itself, and not served again until a newer one comes.
. "$(dirname "$0")/lib.sh"

new_repo
cat >"$T/health" <<'HEALTH'
#!/bin/sh
echo "$REFMOUNT_REVISION" >>"$1"
case $(cat "$2/a") in
late) [ "$(grep -c "$REFMOUNT_REVISION" "$1")" -lt 3 ] && exit 0 ;;
esac
echo 'the service does not answer'
exit 22
HEALTH
chmod +x "$T/health"
cat >"$T/web.yaml" <<YAML
repository: $R
mountpoint: $M
poll: 1h
on_switch:
  - {name: hook, run: [sh, -c, 'echo {revision} >>$T/hooks']}
probation: {run: [$T/health, $T/log, $M], for: 1m, every: 100ms}
YAML
good=$(rev)
ok 'mount' refmount mount --config "$T/web.yaml"

for how in bad late; do
	bad=$(commit a $how)
	ok "$how: it is rolled back" wait_until 20 grep -q "$bad rolled back" "$M/.refmount/history"
	ok 'to the revision before' serving "$good"
	is "$(cat "$M/a")" one 'with its files'
	is "$(status "s['health'], s['sync']")" '["Degraded", "OutOfSync"]' 'which .status shows'
	like "$(status "s['findings'][0]['message']")" '^probation: exited with 22: the service does not answer' 'and why'
	like "$(sed -n 2p "$M/.refmount/history")" "$bad rolled back +probation: exited with 22" 'so does the history'
	like "$(head -n 1 "$M/.refmount/history")" "$good ok +probation failed" 'what is served now'
	exits 1 'probation: exited with 22' 'whoever waits for it is told' refmount wait "$M" "$bad" --timeout 10s
	ok 'the hooks have run for it' wait_until 10 sh -c "[ \$(tail -n 1 $T/hooks) = $good ]"
	is "$(status "s['probation']")" null 'who goes back is on no probation'
done
is "$(grep -c "$bad" "$T/log")" 3 'the last one was asked three times'

runs=$(grep -c . "$T/log")
kill -9 "$(pid_of engine)"
ok 'the next engine knows' wait_until 10 status_is "'restarted' in s['reason'] and s['revision']" "$good"
refmount umount "$M" && refmount mount --config "$T/web.yaml" || die 'cannot mount'
ok 'so does the next mount' serving "$good"
is "$(grep -c . "$T/log")" "$runs" 'it is not tried again'
finish
