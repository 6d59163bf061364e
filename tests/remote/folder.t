#!/usr/bin/env bash
# With path=DIR only the files of that folder are fetched, of all commits that are, from a server that can leave something out.
# Takes long: runs first.
. "$(dirname "$0")/lib.sh"

new_remote
rm "$R/d/link"
for i in 1 2 3; do head -c 300000 /dev/urandom | base64 >"$R/big$i" && commit d/b "bee$i" >/dev/null; done
git -C "$R" push -q origin main
git -C "$B" config uploadpack.allowFilter true
serve_http "$T/srv"
target=$PORT
proxy "$target"
blob() { git -C "$R" rev-parse "${2:-HEAD}:$1"; }                                       # PATH [REV]
size() { du -sk "$MIRROR" | cut -f 1; }
sums() { (cd "$1" && find . -type f -exec sha256sum {} + | sort -k 2); }              # DIR

mounted "$URL/config.git#main" -o path=d
is "$(sums "$M")" "$(sums "$R/d")" 'the folder is shown'
ok 'nothing else was fetched' test "$(size)" -lt 200
ok 'what is large is not there' not has_object "$(blob big1)"
old=$(git -C "$R" rev-parse HEAD~2)
: >"$REQUESTS"
ok 'a look when nothing has moved' refmount sync "$M"
is "$(wc -l <"$REQUESTS")" 2 'is two requests'

new=$(push d/b new)
ok 'a push into the folder' refmount sync "$M"
is "$(cat "$M/b")" new 'is shown'
head -c 300000 /dev/urandom | base64 >"$R/big4"
new=$(push a elsewhere)
: >"$REQUESTS"
ok 'one beside it' refmount sync "$M"
ok 'is served' serving "$new"
is "$(wc -l <"$REQUESTS")" 3 'and costs its commit'
ok 'not its files' not has_object "$(blob big4)"
proxy_mode refuse
ok 'an older commit, without the server' refmount switch "$M" "$old"
is "$(cat "$M/b")" bee1 'has its files'
proxy_mode pass
ok 'back' refmount resume "$M"

# A server that has lost a file of the folder is not believed, and what is served stays.
new=$(push d/b lost)
id=$(blob d/b) && rm -f "$B/objects/${id:0:2}/${id:2}"
exits 1 "does not give out all files of 'd': its repository may be damaged" 'a file that the server does not have' refmount sync "$M"
is "$(cat "$M/b")" new 'what was there is'
git -C "$R" cat-file blob "$id" | git -C "$B" hash-object -w --stdin >/dev/null
ok 'it is put back' refmount sync "$M"
is "$(cat "$M/b")" lost 'and shown'
ok 'still no more than the folder is fetched' not has_object "$(blob big4)"
ok 'umount' refmount umount "$M"

# A manifest needs files wherever they lie.
printf 'refmount: 1\nlayers: [values.yaml]\nfiles: {root: files}\n' >"$R/refmount.yaml"
mkdir -p "$R/files/d" && echo 'x: 1' >"$R/values.yaml" && echo '{{ x }}' >"$R/files/d/x.j2"
ok 'mounted again' mount_ref "$URL/config.git#main" -o path=d
new=$(push a manifest)
ok 'a manifest comes' refmount sync "$M"
is "$(cat "$M/x")" 1 'and is rendered'
ok 'with all that it may need' has_object "$(blob big4)"
ok 'umount' refmount umount "$M"
git -C "$R" rm -q refmount.yaml
new=$(push a 'no manifest')
ok 'mounted without a path' mount_ref "$URL/config.git#main"
is "$(sums "$M/d")" "$(sums "$R/d")" 'all is shown'
ok 'umount' refmount umount "$M"
ok 'which does for another folder' mount_ref "$URL/config.git#main" -o path=files
is "$(cat "$M/d/x.j2")" '{{ x }}' 'as well'
ok 'umount' refmount umount "$M" && rm -rf "$STATE"

# Servers that leave nothing out, or give out nothing by its id.
git -C "$B" config uploadpack.allowFilter false
mounted "$URL/config.git#main" -o path=d
ok 'all comes from a server that cannot leave out something' has_object "$(blob big4)"
ok 'umount' refmount umount "$M" && rm -rf "$STATE"
git -C "$B" config uploadpack.allowFilter true
serve_http "$T/srv" --old
mounted "$URL/config.git#main" -o path=d
is "$(sums "$M")" "$(sums "$R/d")" 'an old server'
new=$(push d/b newer)
ok 'a push' refmount sync "$M"
is "$(cat "$M/b")" newer 'is shown'
is "$(debris)" '' 'nothing is left over'

# Whoever looks whether it can be fetched fetches no more.
cp -a /etc "$T/etc" && mkdir -p "$T/etc/refmount" && mount --bind "$T/etc" /etc || die 'cannot bind over /etc'
serve_http "$T/srv"
printf '%s\n' "repository: $URL/config.git" 'ref: main' "mountpoint: $M" 'path: d' >/etc/refmount/web.yaml
refmount umount "$M"
ok 'doctor' sh -c "refmount doctor web | grep -q \"^ok .*has 'main'\""
ok 'asks for the folder only' test "$(awk '{ n += $5 } END { print n + 0 }' "$REQUESTS")" -lt 100000
finish
