#!/usr/bin/env bash
# What was fetched is damaged, or gone: it is fetched anew, and serving goes on.
. "$(dirname "$0")/lib.sh"

new_remote
for i in 1 2 3; do push a "$i" >/dev/null; done
serve_http "$T/srv"
mounted "$URL/config.git#main"
recovers() { # DESC
	local old new
	old=$(rev)
	new=$(push a "$1")
	ok "$1: sync" refmount sync "$M"
	ok "$1: the push is served" serving "$new"
	is "$(cat "$M/a") $(cat "$M/d/deep/c")" "$1 sea" "$1: all of it"
}
rm -rf "$MIRROR"
recovers gone
for pack in "$MIRROR"/objects/pack/*.pack; do chmod u+w "$pack" && truncate -s 20 "$pack"; done
recovers truncated
for pack in "$MIRROR"/objects/pack/*.pack; do chmod u+w "$pack" && printf 'XXXXXXXXXXXX' | dd of="$pack" bs=1 seek=30 conv=notrunc status=none; done
recovers flipped
rm -f "$MIRROR"/objects/pack/*.idx
recovers unindexed
for ref in "$MIRROR"/refs/heads/*; do echo nonsense >"$ref"; done
recovers no-ref
echo nonsense >"$MIRROR/config"
recovers config
echo nonsense >"$MIRROR/HEAD"
recovers head
mkdir -p "$MIRROR/hooks" && printf '#!/bin/sh\ntouch %s\n' "$T/ran" | tee "$MIRROR/hooks/post-update" >"$MIRROR/hooks/reference-transaction" && chmod 755 "$MIRROR"/hooks/*
recovers hooks
ok 'what is there now is whole' mirror fsck
ok 'hooks that somebody put there are not run' test ! -e "$T/ran"
finish
