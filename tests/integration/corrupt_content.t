#!/usr/bin/env bash
# Contents that decay on the disk are noticed and built anew from the repository.
. "$(dirname "$0")/lib.sh"

new_repo
seq 20000 >"$R/numbers"
commit_all >/dev/null
mounted "$R#main"
refmount umount "$M"
segment=$(find /var/lib/refmount/run-t-mnt/segments -name '*.seg')
chmod u+w "$segment"
printf '\xa5\x5a' | dd of="$segment" bs=1 seek=50000 conv=notrunc status=none
ok 'mounts' mount_ref "$R#main"
ok 'soon everything is right' wait_until 10 cmp "$R/numbers" "$M/numbers"
ok 'and complete' diff -rq --no-dereference -x .git "$R" "$M"
finish
