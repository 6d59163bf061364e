#!/usr/bin/env bash
# A damaged segment is noticed at start; what is served is never wrong.
. "$(dirname "$0")/lib.sh"

new_repo
seq 20000 >"$R/numbers"
commit_all >/dev/null
mounted "$R#main"
refmount umount "$M"
segment=$(find /var/lib/refmount/run-t-mnt/segments -name '*.seg')
cp "$segment" "$T/good"
size=$(stat -c %s "$segment")
damage() { # OFFSET
	chmod u+w "$segment" 2>/dev/null
	cp "$T/good" "$segment"
	printf '\xa5\x5a' | dd of="$segment" bs=1 seek="$1" conv=notrunc status=none
}
for offset in 16 60 $((size - 200)); do
	damage "$offset"
	ok "damaged at $offset: mounts" mount_ref "$R#main"
	ok "damaged at $offset: everything is right" diff -r --no-dereference -x .git "$R" "$M"
	refmount umount "$M" >/dev/null 2>&1
	rm -rf /var/lib/refmount/run-t-mnt
	mounted "$R#main"
	refmount umount "$M"
	segment=$(find /var/lib/refmount/run-t-mnt/segments -name '*.seg')
	cp "$segment" "$T/good"
done
cp "$T/good" "$segment" && truncate -s 5000 "$segment"
ok 'cut short: mounts' mount_ref "$R#main"
ok 'cut short: everything is right' diff -r --no-dereference -x .git "$R" "$M"
finish
