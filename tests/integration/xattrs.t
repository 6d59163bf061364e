#!/usr/bin/env bash
# Every file carries where it is from: revision, source and object id.
. "$(dirname "$0")/lib.sh"

new_repo
first=$(rev)
mounted "$R#main"
second=$(commit a two)
served "$second"
xattr() { "$PYTHON" -c 'import os, sys; print(os.getxattr(sys.argv[1], "user.refmount." + sys.argv[2], follow_symlinks=False).decode())' "$M/$1" "$2"; }
is "$(xattr a oid)" "$(rev HEAD:a)" 'oid of a file is that of its blob'
is "$(xattr a revision)" "$second" 'revision: the commit that changed it'
is "$(xattr d/b revision)" "$first" 'of another file, the one before'
is "$(xattr d/deep/c source)" d/deep/c 'source: the path in the repository'
is "$("$PYTHON" -c 'import os, sys; print(*sorted(os.listxattr(sys.argv[1])))' "$M/a")" 'user.refmount.oid user.refmount.revision user.refmount.source' 'they are listed'
exits 1 'No data|ENODATA' 'an unknown one is ENODATA' xattr a nosuch
is "$("$PYTHON" -c 'import ctypes, sys
b = ctypes.create_string_buffer(10); l = ctypes.CDLL(None, use_errno=True)
print(l.getxattr(sys.argv[1].encode(), b"user.refmount.oid", None, 0), l.getxattr(sys.argv[1].encode(), b"user.refmount.oid", b, 10), ctypes.get_errno())' "$M/a")" '40 -1 34' 'size is asked for with 0; too small is ERANGE'
is "$(xattr ".refmount/at/$first/a" revision)" "$first" 'below at/, those of that revision'
is "$(xattr d oid)" "$(rev HEAD:d)" 'oid of a folder is that of its tree'
is "$("$PYTHON" -c 'import os, sys; print(*sorted(os.listxattr(sys.argv[1])))' "$M/d")" 'user.refmount.oid user.refmount.record user.refmount.revision' 'folders have a record'
is "$(xattr ".refmount/at/$first/d" record)" "$(xattr d record)" 'record: the same in two revisions in which nothing below differs'
ok 'another one if something does' test "$(xattr ".refmount/at/$first" record)" != "$(xattr . record)"
exits 1 'No data|ENODATA' 'virtual folders have none' xattr .refmount record
finish
