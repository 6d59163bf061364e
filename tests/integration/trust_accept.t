#!/usr/bin/env bash
# A rewritten history is refused until somebody accepts it, once; signatures have to be right all the same.
. "$(dirname "$0")/lib.sh"
. "$here/signing.sh"

new_signed_repo
first=$(rev)
ok 'mounts' verified "{signers: $T/signers}"
second=$(signed alice a two)
ok 'a second one' served "$second"
git -C "$R" reset -q --hard "$first"
forced=$(signed alice a forced)
refused "$forced" "'$forced' does not descend from the served '$second'; \`refmount switch MOUNT ${forced:0:12} --accept\` accepts it" 'a force-push is refused'
exits 2 'is about the commit that .refs/heads/main. leads to now' 'only where the ref leads can be accepted' refmount switch "$M" "$first" --accept
exits 2 'nothing to end by --for' 'an acceptance has no end' refmount switch "$M" "$forced" --accept --for 1h
ok 'serving goes on' serving "$second"
ok 'accepted' refmount switch "$M" "$forced" --accept --reason 'Rewritten by ops'
is "$(cat "$M/a")" forced 'is served'
is "$(status "s['hold'], s['health'], s['findings']")" '[null, "Healthy", []]' 'nothing is held'
like "$(refmount history "$M" | head -n 1)" "${forced:0:7}.*Rewritten by ops" 'the history says why'
third=$(signed alice a three)
ok 'following goes on' served "$third"

git -C "$R" reset -q --hard "$second" # a replay
refused "$second" "does not descend from the served '$third'" 'a replay is refused, although it is kept'
git -C "$R" reset -q --hard "$first"
bad=$(commit a unsigned)
wait_until 10 status_is "s['desired']" "$bad"
exits 1 'not signed' 'what is not signed cannot be accepted' refmount switch "$M" "$bad" --accept
ok 'serving goes on' serving "$third"
git -C "$R" reset -q --hard "$third"
fourth=$(signed alice a four)
ok 'and the tip is still that of before' served "$fourth"
finish
