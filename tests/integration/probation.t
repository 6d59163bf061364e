#!/usr/bin/env bash
# A revision that does not prove itself after the switch is taken back by itself, and not served again until a newer one comes.
. "$(dirname "$0")/lib.sh"

new_repo
cat >"$T/health" <<'HEALTH'
#!/bin/sh
echo "$REFMOUNT_REVISION $(xargs <"$REFMOUNT_CHANGED")" >>"$1"
case $(cat "$2/a") in
good*) exit 0 ;;
late*) [ "$(grep -c "$REFMOUNT_REVISION" "$1")" -lt 3 ] && exit 0 ;;
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
probation: {run: [$T/health, $T/log, $M], for: 300ms, every: 100ms}
YAML
first=$(commit a good)
ok 'mount' refmount mount --config "$T/web.yaml"
ok 'the first revision is on no probation' not test -e "$T/log"

second=$(commit a good2)
ok 'another one' served "$second"
ok 'is asked how it does' wait_until 10 grep -q "$second a" "$T/log"
ok 'until its time is over' wait_until 10 status_is "s['probation']" null
is "$(status "s['health']")" Healthy 'then all is well'
ok 'it was asked again and again' test "$(grep -c . "$T/log")" -ge 2

for bad in bad late; do
	third=$(commit a $bad)
	ok "$bad: it is taken back" wait_until 20 status_is "'$third' in str(s['findings']) or s['revision'] == '$second' and s['desired'] == '$third' and s['health']" Degraded
	ok 'to the revision before' wait_until 10 serving "$second"
	is "$(cat "$M/a")" good2 'with its files'
	like "$(status "s['findings'][0]['message']")" '^probation: exited with 22: the service does not answer' 'why'
	like "$(sed -n 2p "$M/.refmount/history")" "$third rolled back +probation: exited with 22" 'in the history'
	like "$(head -n 1 "$M/.refmount/history")" "$second ok +probation failed" 'that, too'
	ok 'the hooks have run for it' wait_until 10 sh -c "[ \$(tail -n 1 $T/hooks) = $second ]"
	exits 1 'probation: exited with 22' 'whoever waits for it is told' refmount wait "$M" "$third" --timeout 10s
	is "$(status "s['probation']")" null 'who goes back is on no probation'
done
runs=$(grep -c . "$T/log")
kill -9 "$(pid_of engine)"
ok 'the next engine knows' wait_until 10 status_is "'restarted' in s['reason'] and s['revision']" "$second"
refmount umount "$M" && refmount mount --config "$T/web.yaml" || die 'cannot mount'
ok 'so does the next mount' serving "$second"
is "$(grep -c . "$T/log")" "$runs" 'it is not tried again'

good=$(commit a good3)
ok 'a newer commit' served "$good"
ok 'passes' wait_until 10 status_is "s['probation']" null
ok 'rollback' refmount rollback "$M"
is "$(status "s['probation']")" null 'is on no probation'
finish
