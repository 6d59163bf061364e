#!/usr/bin/env bash
# `refmount sync` looks at the source at once and returns when what it found is served.
. "$(dirname "$0")/lib.sh"

new_repo
cp -r "$R" "$T/next"
mounted "$R#main"
echo synced >"$T/next/a" && git -C "$T/next" commit -qam Synced
mount --bind "$T/next" "$R" || skip_all 'cannot bind'
is "$(cat "$M/a")" one 'nothing has told the daemon'
ok 'sync' refmount sync "$M"
is "$(cat "$M/a")" synced 'it is there when sync returns'
before=$(status "s['last_sync']['time']")
ok 'the clock goes on' wait_until 3 sh -c "test \"\$(date -u +%Y-%m-%dT%H:%M:%SZ)\" != '$before'"
ok 'sync with nothing new' refmount sync "$M"
is "$(status "s['last_sync']['time'] > '$before'")" True 'last_sync says when'
ln -s /etc/passwd "$T/next/escape" && git -C "$T/next" add -A && git -C "$T/next" commit -qm Bad
exits 1 'escape' 'sync with a bad commit: 1 and the finding' refmount sync "$M"
umount "$R" && mv "$R" "$R.gone"
exits 1 "$R" 'sync without a repository: 1 and its name' refmount sync "$M"
is "$(cat "$M/a")" synced 'still served'
finish
