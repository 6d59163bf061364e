#!/usr/bin/env bash
# The engine is killed while it fetches: the fetch ends with it, and the next engine begins anew.
. "$(dirname "$0")/lib.sh"

new_remote
serve_http "$T/srv" --gate "$T/gate"
mounted "$URL/config.git#main" -o poll=500ms
touch "$T/gate"
new=$(push a two)
old=$(cat "$M/.refmount/revision")
fetchers() { pgrep -f '^refmount: fetcher' && pgrep -f remote-http; }
ok 'a fetch runs' wait_until 10 fetchers
before=$(pgrep -f 'refmount: fetcher|remote-http')
engine=$(pid_of engine)
kill -9 "$engine"
gone() { for pid in $before; do [ ! -d "/proc/$pid" ] || return 1; done; }
ok 'it ends with the engine' wait_until 5 gone
ok 'serving goes on' serving "$old"
another() { pid=$(pid_of engine) && [ "$pid" != "$engine" ]; }
ok 'another engine comes' wait_until 10 another
rm "$T/gate"
ok 'and follows' wait_until 10 serving "$new"
# A poll may have been under way; what that left is swept by the next look.
refmount umount "$M" && mounted "$URL/config.git#main" && refmount sync "$M"
is "$(debris)" '' 'nothing is left over'
finish
