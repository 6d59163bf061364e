#!/usr/bin/env bash
# A real Prometheus scrapes /metrics; alerts and dashboard of the examples use what there is.
. "$(dirname "$0")/lib.sh"

command -v promtool >/dev/null && command -v prometheus >/dev/null || skip_all 'no prometheus here'
forge() { "$PYTHON" "$here/forge.py" "$@"; }
port=$(forge --port)
new_repo
printf 'repository: %s\nref: main\nmountpoint: %s\npoll: 1h\nhttp: {listen: "127.0.0.1:%s"}\n' "$R" "$M" "$port" >"$T/node.yaml"
refmount mount --name node --config "$T/node.yaml" || die 'not mounted'
new=$(commit a two)
served "$new" || die 'not served'
forge GET "http://127.0.0.1:$port/metrics" | sed '1s/^200 //' >"$T/page"

examples=$here/../../examples/monitoring
ok 'the alerts of the example' promtool check rules "$examples/alerts.yaml"
ok 'fire when they should' promtool test rules "$examples/alerts_test.yaml"
cat >"$T/used.py" <<'PYTHON'
import json, re, sys
page, *files = sys.argv[1:]
there = set(re.findall(r"^# TYPE (\S+)", open(page).read(), re.M))
text = "\n".join(open(f).read() for f in files)
json.loads(open(files[0]).read())
used = {re.sub(r"_(bucket|sum|count)$", "", n) for n in re.findall(r"\brefmount_[a-z_]+", text)}
print(*sorted(used - there), *sorted(there - {re.sub(r"_(bucket|sum|count)$", "", n) for n in re.findall(r"\brefmount_[a-z_]+", open(files[0]).read())}))
PYTHON
is "$("$PYTHON" "$T/used.py" "$T/page" "$examples/dashboard.json" "$examples/alerts.yaml")" '' 'dashboard and alerts use metrics that there are, the dashboard all of them'

api=$(forge --port)
cp "$examples/alerts.yaml" "$T" && sed "s/127.0.0.1:9180/127.0.0.1:$port/; s/15s/1s/" "$examples/prometheus.yaml" >"$T/prometheus.yaml"
prometheus --config.file="$T/prometheus.yaml" --storage.tsdb.path="$T/tsdb" --web.listen-address="127.0.0.1:$api" >"$T/prometheus.log" 2>&1 &
scraped() { forge GET "http://127.0.0.1:$api/api/v1/query?query=refmount_info" | grep -q "\"revision\":\"$new\""; }
ok 'a real Prometheus scrapes it' wait_until 20 scraped
like "$(forge GET "http://127.0.0.1:$api/api/v1/query?query=up")" '"1"' 'and calls it up'
kill -9 $!
wait $! 2>/dev/null
finish
