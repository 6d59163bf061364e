#!/usr/bin/env bash
# Of a remote, only the ref that is followed is fetched; no other branch, no tags.
. "$(dirname "$0")/lib.sh"

new_remote
git -C "$R" tag -m 'A tag' v1
git -C "$R" checkout -q -b secret
other=$(commit secret 'not for this node')
blob=$(rev HEAD:secret)
git -C "$R" push -q origin secret v1
git -C "$R" checkout -q main
serve_http "$T/srv"
mounted "$URL/config.git#main"
main=$(rev main)
ok 'the commit of the ref is here' has_object "$main"
ok 'that of another branch is not' not has_object "$other"
ok 'nor what it holds' not has_object "$blob"
ok 'nor a tag' not has_object "$(rev v1)"
new=$(push a two)
ok 'sync' refmount sync "$M"
ok 'the push is served' serving "$new"
ok 'still not' not has_object "$other"
ok 'another ref can be followed' refmount follow "$M" secret
ok 'and is served' served "$other"
ok 'as well as a tag' refmount follow "$M" v1
finish
