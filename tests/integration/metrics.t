#!/usr/bin/env bash
# .refmount/metrics and GET /metrics say what is served and what was counted, as Prometheus reads it.
. "$(dirname "$0")/lib.sh"

command -v promtool >/dev/null || skip_all 'no prometheus here'
forge() { "$PYTHON" "$here/forge.py" "$@"; }
port=$(forge --port)
new_repo
printf 'repository: %s\nref: main\nmountpoint: %s\npoll: 1h\nhttp: {listen: "127.0.0.1:%s"}\n' "$R" "$M" "$port" >"$T/node.yaml"
refmount mount --name node --config "$T/node.yaml" || die 'not mounted'
new=$(commit a two)
served "$new" || die 'not served'
page=$M/.refmount/metrics

value() { sed -n "s/^$1 //p" "${2:-$page}"; } # SERIES [FILE]
ask() { forge GET "http://127.0.0.1:$port/metrics" | sed '1s/^200 //' >"$T/page"; }
is "$(promtool check metrics <"$page" 2>&1)" '' 'promtool finds nothing wrong with the file'
is "$(stat -c %s "$page")" "$(wc -c <"$page")" 'it has its true size'
is "$(grep ^refmount_info "$page")" "refmount_info{mount=\"$M\",ref=\"refs/heads/main\",revision=\"$new\",sync=\"Synced\",health=\"Healthy\"} 1" 'what is served'
is "$(value 'refmount_switch_total{result="ok"}')" 2 'two switches'
is "$(value refmount_files)" "$(status "s['files']")" 'files, as .status has it'
node=$(stat -c %i "$page")
for i in 1 2 3 4 5; do cat "$M/.refmount/at/current/d/b" "$M/.status" >"$T/out"; done
ask
ok 'requests are counted' [ "$(value 'refmount_requests_total{op="lookup"}' "$T/page")" -gt "$(value 'refmount_requests_total{op="lookup"}')" ]
is "$(stat -c %i "$page")" "$node" 'and that alone publishes nothing'
is "$(promtool check metrics <"$T/page" 2>&1)" '' 'the same over HTTP'

printf 'a: {{ x }}\n' >"$R/t.j2" && printf 'engine: jinja\nfiles: [{match: "*.j2"}\n' >"$R/refmount.yaml"
git -C "$R" add -A && git -C "$R" commit -qm broken
refused() { ask; [ "$(value 'refmount_switch_total{result="rejected"}' "$T/page")" = 1 ]; }
ok 'a commit that is rejected is counted' wait_until 10 refused
ok 'its findings are' [ "$(value refmount_findings "$T/page")" -gt 0 ]
is "$(value refmount_behind_commits "$T/page")" 1 'one commit behind'
like "$(forge GET "http://127.0.0.1:$port/readyz")" '^503 OutOfSync, Degraded: the newest revision was rejected' '/readyz says why not'
like "$(forge GET "http://127.0.0.1:$port/healthz")" '^200 ' '/healthz: it serves'
engine=$(pid_of engine)
kill -9 "$engine"
other() { [ "$(pid_of engine)" != "$engine" ] && refused && [ "$(value 'refmount_switch_total{result="ok"}' "$T/page")" = 2 ]; }
ok 'what was counted is not forgotten when the engine is started again' wait_until 10 other

finish
