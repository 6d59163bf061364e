#!/usr/bin/env bash
# The proxy that the tests of remotes put faults into does each of them; shown with plain git and bytes.
. "$(dirname "$0")/lib.sh"

new_remote
export GIT_TERMINAL_PROMPT=0
look() { git ls-remote "$URL/config.git" refs/heads/main; }
sees() { [ "$(look)" = "$(rev)	refs/heads/main" ]; }
bytes_of() { awk '$1 == "end" { n = $5 } END { print n }' "$CONNECTIONS"; } # of the last connection, from the server
ended() { wait_until 5 eval '[ "$(grep -c ^begin "$CONNECTIONS")" = "$(grep -c ^end "$CONNECTIONS")" ]'; }

serve_git "$T/srv"
proxy "$PORT"
ok 'pass: git sees through it' sees
ok 'the connection is counted' ended
like "$(cat "$CONNECTIONS")" '^end 1 pass [0-9]{2,} [0-9]{2,}$' 'with the bytes of both ways'
total=$(bytes_of)

proxy_mode refuse
exits 128 'Connection refused' 'refuse: nothing listens' look
proxy_mode hang
exits 124 '' 'hang: no answer' timeout 0.5 git ls-remote "$URL/config.git"
proxy_mode stall:100
exits 124 '' 'stall: no end' timeout 0.5 git ls-remote "$URL/config.git"
ok 'the connection ends with the client' ended
is "$(bytes_of)" 100 'after 100 bytes'
proxy_mode drip
exits 124 '' 'drip: no end' timeout 1.5 git ls-remote "$URL/config.git"
ok 'the connection ends with the client' ended
ok 'a byte a second' test "$(bytes_of)" -ge 1 -a "$(bytes_of)" -le 3
proxy_mode cut:$((total - 4))
exits 128 'expected flush|early EOF' 'cut: an end too early' look
proxy_mode cut:0
ok 'cut: at once' not look # by an error, or by SIGPIPE
proxy_mode reset:100
exits 128 'reset by peer' 'reset: a reset' look
proxy_mode garbage
exits 128 'protocol error|bad line' 'garbage: no protocol' look
proxy_mode pass
ok 'pass: git sees through it again' sees

serve_http "$T/srv"
proxy "$PORT" "redirect:http://far.example.com:1/elsewhere"
exits 128 'redirect|302' 'redirect: seen by git' git -c http.followRedirects=false ls-remote "$URL/config.git"

make_ca
serve_https "$T/srv"
url=$URL/config.git
proxy 0 connect
ok 'connect: git sees through it' git -c http.sslCAInfo="$CA/ca.pem" -c http.proxy="http://127.0.0.1:$PORT" ls-remote "$url"
ok 'the connection is counted' ended
like "$(cat "$CONNECTIONS")" '^end 1 connect [0-9]{3,} [0-9]{3,}$' 'with the bytes of both ways'
finish
