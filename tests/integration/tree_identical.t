#!/usr/bin/env bash
# Without a manifest the tree is shown as it is, byte for byte, modes and links included.
. "$(dirname "$0")/lib.sh"

new_repo
cd "$R" || exit 1
printf 'no newline at the end' >none
: >empty
head -c 300000 /dev/urandom >random
printf 'crlf\r\n' >crlf && echo '* text=auto eol=crlf' >.gitattributes # filters are never applied
printf '\303\251t\303\251 and space' >"$(printf '\303\251t\303\251 and space')"
mkdir -p deep/er/and/deeper && echo x >deep/er/and/deeper/x && ln -s deep/er dirlink && ln -s ../../run deep/er/run
echo hidden >.hidden && printf 'x' >"$(printf 'n%.0s' {1..255})"
git -c core.safecrlf=false add -A && git commit -qm More
cd "$T" || exit 1
# The bytes as Git stores them: a checkout would apply the attributes.
"$PYTHON" - "$R" "$T/plain" <<'PYTHON'
import os, subprocess, sys
repo, out = sys.argv[1:]
for line in subprocess.check_output(["git", "-C", repo, "ls-tree", "-rz", "HEAD"]).split(b"\0")[:-1]:
    meta, path = line.split(b"\t", 1)
    mode, _, oid = meta.split()
    data = subprocess.check_output(["git", "-C", repo, "cat-file", "blob", oid.decode()])
    path = os.path.join(out.encode(), path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if mode == b"120000":
        os.symlink(data, path)
    else:
        open(path, "wb").write(data)
        os.chmod(path, 0o755 if mode == b"100755" else 0o644)
PYTHON

mounted
ok 'diff -r sees no difference' diff -r --no-dereference "$T/plain" "$M"
listing() { (cd "$1" && find . -mindepth 1 -printf '%P %y %l %s\n' | grep -vE '^[^ ]* d ' | sort); }
is "$(listing "$M")" "$(listing "$T/plain")" 'names, kinds, targets and sizes are the same'
modes() { (cd "$1" && find . -type f -printf '%m %P\n' | sort); }
is "$(modes "$M")" "$(modes "$T/plain")" 'modes are the same'
is "$(find "$M" -type d -printf '%m\n' | sort -u)" 755 'folders are 0755'
is "$(find "$M" -printf '%U:%G\n' | sort -u)" 0:0 'everything is owned by who mounted'
is "$(status "s['tree']")" "$(rev 'HEAD^{tree}')" 'the tree id is that of Git'
is "$(status "s['files']")" "$(find "$T/plain" -not -type d | wc -l)" '.status counts the files'
is "$(status "s['bytes']")" "$(find "$T/plain" -type f -printf '%s\n' | awk "{ n += \$1 } END { print n }")" '.status counts the bytes'
is "$(stat -c %h "$M")" "$((2 + $(find "$M" -mindepth 1 -maxdepth 1 -type d | wc -l)))" 'a folder has 2 links and one for each folder in it'
is "$(stat -c %h "$M/a")" 1 'a file has one link'
is "$(stat -c %Y "$M/a")" "$(git -C "$R" show -s --format=%ct HEAD)" 'the time of a file is that of the commit'
ok 'cp -r gets it all' cp -r --no-dereference "$M" "$T/copy"
ok 'and nothing else' diff -r --no-dereference "$T/plain" "$T/copy"
is "$(cd "$M" && ls -a | grep -cE '^\.(status|drift|refmount)$')" 0 'virtual files are not listed'
finish
