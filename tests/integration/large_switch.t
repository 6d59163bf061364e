#!/usr/bin/env bash
# A commit that puts 20,000 files in place of others is shown by the server that was there before it: nothing that it does on the way is forbidden to it.
# Sanitizers have an allocator of their own, which asks the kernel for other things: so these are the programs that people run.
REFMOUNT_BIN=$(cd "$(dirname "$0")/../../build" && pwd)
. "$(dirname "$0")/lib.sh"

new_repo
mounted
server=$(pid_of server)
before=$(rev)
tree=$(awk -v blob="$(rev HEAD:a)" 'BEGIN { for (i = 0; i < 20000; i++) printf "100644 blob %s\tf%05d\n", blob, i }' | git -C "$R" mktree --missing)
git -C "$R" update-ref refs/heads/main "$(git -C "$R" commit-tree -m Many -p "$before" "$tree")"
ok 'they are shown' served "$(rev)"
is "$(find "$M" -type f | wc -l)" 20000 'all of them'
git -C "$R" update-ref refs/heads/main "$(git -C "$R" commit-tree -m Back -p HEAD "$before^{tree}")"
ok 'and no longer' served "$(rev)"
is "$(pid_of server)" "$server" 'by the same server'
is "$(status 's["processes"]["restarts"]')" 0 'which was never replaced'
finish
