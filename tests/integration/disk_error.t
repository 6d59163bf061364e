#!/usr/bin/env bash
# A disk that fails while a commit is written changes nothing but .status, and is over when it works again.
. "$(dirname "$0")/lib.sh"

command -v cc >/dev/null || skip_all 'there is no C compiler'
cc -shared -fPIC -o "$T/failing.so" "$here/failing.c" -ldl || die 'failing.c does not compile'
export LD_PRELOAD=$T/failing.so FAIL_FILE=$T/fail ASAN_OPTIONS=${ASAN_OPTIONS-}:verify_asan_link_order=0

new_repo
first=$(rev)
mounted "$R#main"
for call in fsync rename write; do
	printf %s $call >"$T/fail"
	new=$(commit a "$call fails")
	says() { grep -q 'Input/output error' "$M/.status"; }
	ok "$call: .status says why" wait_until 10 says
	is "$(status "s['health']")" Degraded "$call: and is Degraded"
	ok "$call: the last good revision is served" serving "$first"
	is "$(cat "$M/d/deep/c")" sea "$call: all of it"
	is "$(find /var/lib/refmount -name '*.tmp' | wc -l)" 0 "$call: nothing is left half-written"
	rm "$T/fail"
	ok "$call: once it works again, sync does" refmount sync "$M"
	ok "$call: and the new revision is served" serving "$new"
	first=$new
done
finish
