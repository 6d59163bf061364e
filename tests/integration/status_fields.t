#!/usr/bin/env bash
# .status has every field, in its order, with the right value; status.json and `refmount status` say the same.
. "$(dirname "$0")/lib.sh"

new_repo
first=$(rev)
mounted "$R#main" --fact env=prod --fact host=a-1
second=$(commit a 'two and more' 'Raise: the "count" # of workers')
served "$second" || die 'not served'
cat >"$T/check.py" <<'PYTHON'
import datetime, os, re, subprocess, sys
sys.path.insert(0, os.environ["HERE"])
from status import load

mount, repo, first, second = sys.argv[1:]
for _ in range(3):  # the two files may be read on either side of a change
    s, j = load(f"{mount}/.status"), load(f"{mount}/.refmount/status.json")
    if s == j:
        break
bad = []

def same(name, got, want):
    if got != want:
        bad.append(f"{name}: {got!r}, wanted {want!r}")

def git(*args):
    return subprocess.check_output(["git", "-C", repo, *args], text=True).strip()

same("status.json", j, s)
same("keys", list(s), """mount source ref facts revision tree subject author committed signer served_since sync health desired behind
hold last_sync last_switch findings hooks probation drift files bytes processes features""".split())
same("mount", s["mount"], mount)
same("source", s["source"], repo)
same("ref", s["ref"], "refs/heads/main")
same("facts", s["facts"], {"env": "prod", "host": "a-1"})
same("revision", s["revision"], second)
same("tree", s["tree"], git("rev-parse", "HEAD^{tree}"))
same("subject", s["subject"], 'Raise: the "count" # of workers')
same("author", s["author"], "A U Thor <author@example.com>")
when = datetime.datetime.fromtimestamp(int(git("show", "-s", "--format=%ct")), datetime.timezone.utc)
same("committed", s["committed"], when.strftime("%Y-%m-%dT%H:%M:%SZ"))
same("signer", s["signer"], None)
same("sync", s["sync"], "Synced")
same("health", s["health"], "Healthy")
same("desired", s["desired"], second)
same("behind", s["behind"], 0)
same("hold", s["hold"], None)
same("last_sync keys", list(s["last_sync"]), ["time", "result"])
same("last_sync.result", s["last_sync"]["result"], "ok")
same("last_switch keys", list(s["last_switch"]), ["time", "from", "to", "changed", "took_ms", "flip_us", "rendered"])
same("last_switch.from", s["last_switch"]["from"], first)
same("last_switch.to", s["last_switch"]["to"], second)
same("last_switch.changed", s["last_switch"]["changed"], 1)
same("last_switch.took_ms is a number", isinstance(s["last_switch"]["took_ms"], (int, float)), True)
same("last_switch.rendered", s["last_switch"]["rendered"], 0)
same("findings", s["findings"], [])
same("hooks", s["hooks"], [])
same("probation", s["probation"], None)
same("drift", s["drift"], {"revision": False, "files": 0, "readers": 0})
shown = subprocess.check_output(["git", "-C", repo, "ls-tree", "-rl", "HEAD"], text=True).splitlines()
same("files", s["files"], len(shown))
same("bytes", s["bytes"], sum(int(line.split()[3]) for line in shown if line.startswith("100")))
same("processes keys", list(s["processes"]), ["keeper", "server", "engine", "http", "restarts"])
for role in "keeper", "server", "engine":
    pid = s["processes"][role]
    same(f"ps of {role}", open(f"/proc/{pid}/cmdline").read().split("\0")[0].split()[:2], ["refmount:", role])
same("processes.restarts", s["processes"]["restarts"], 0)
same("features keys", [k for k in s["features"] if not k.endswith("_reason")], ["watchers", "leases", "readers", "sandbox", "http"])
for feature in "watchers", "leases", "readers", "sandbox", "http":
    reason = s["features"].get(f"{feature}_reason")
    same(f"features.{feature}: false if and only if there is a reason", s["features"][feature], not reason)
for name, value in ("served_since", s["served_since"]), ("last_sync.time", s["last_sync"]["time"]), ("last_switch.time", s["last_switch"]["time"]):
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value):
        bad.append(f"{name}: {value!r} is no UTC time")
        continue
    age = datetime.datetime.now(datetime.timezone.utc) - datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))
    if not -2 <= age.total_seconds() <= 60:
        bad.append(f"{name}: {value} is not now")
print("\n".join(bad))
sys.exit(bool(bad))
PYTHON
ok 'every field of .status and status.json' env HERE="$here" "$PYTHON" "$T/check.py" "$M" "$R" "$first" "$second"
is "$(refmount status "$M")" "$(cat "$M/.status")" '`refmount status` prints .status'
refmount status "$M" --json >"$T/status.json"
ok '`refmount status --json` is one JSON value' "$PYTHON" -c 'import json, sys; json.load(open(sys.argv[1]))' "$T/status.json"
is "$(status "s['revision']" "$M")" "$("$PYTHON" "$here/status.py" "$T/status.json" "s['revision']")" 'and says the same'
finish
