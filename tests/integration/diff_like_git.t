#!/usr/bin/env bash
# What refmount diff prints is a patch: git apply and patch(1) take it, and it is no longer than what git says.
. "$(dirname "$0")/lib.sh"

new_repo
"$PYTHON" - "$R" <<'PY' || die 'cannot make files'
import os, random, subprocess, sys

random.seed(20)
os.chdir(sys.argv[1])
git = lambda *words: subprocess.run(["git", *words], check=True, stdout=subprocess.DEVNULL)
names = ["plain", "with blank", 'quo"te', "back\\slash", "ümlaut", "-dash", "x.conf"]

def text(lines):
    return b"".join(lines)[:random.choice([None, None, None, -1])]

def lines(kinds, count):
    return [b"%d\n" % random.randrange(kinds) for _ in range(count)]

def write(path, data, mode):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    if os.path.lexists(path):
        os.remove(path)
    if mode == "link":
        os.symlink((data[:40].decode().replace("\n", "_").replace("\0", "") or "x"), path)
        return
    with open(path, "wb") as file:
        file.write(data)
    os.chmod(path, mode)

contents = {}
for i in range(150):
    path = f"{random.choice(['', 'd/', 'd.e/', 'd/deep/'])}{random.choice(names)}-{i}"
    contents[path] = lines(random.choice([3, 20, 10**6]), random.randrange(60))
    write(path, text(contents[path]), random.choice([0o644, 0o644, 0o755, "link"]))
git("add", "-A")
git("commit", "-qm", "old")
for path, old in list(contents.items()):
    new = list(old)
    for _ in range(random.randrange(6)):
        at = random.randrange(len(new) + 1)
        new[at:at + random.randrange(4)] = lines(20, random.randrange(4))
    action = random.randrange(8)
    if action == 0:
        os.remove(path)
    elif action == 1:
        write(path + ".new", text(new), 0o644)
    elif action == 2:
        write(path, text(new), random.choice([0o755, "link"]))
    elif action == 3:
        write(path, b"\0" + text(new), 0o644)
    else:
        write(path, text(new), os.stat(path).st_mode & 0o777 if not os.path.islink(path) else "link")
git("add", "-A")
git("commit", "-qm", "new")
PY
mounted "$R#main"
as_git() { git -C "$R" diff --no-renames --minimal HEAD~ HEAD -- "$@"; }
refmount diff "$M" HEAD~ HEAD >"$T/patch"
is "$?" 1 'they differ'
is "$(grep -cE '^(diff|---|\+\+\+|(old|new|deleted file|new file) mode|Binary) ' "$T/patch")" \
	"$(as_git | grep -cE '^(diff|---|\+\+\+|(old|new|deleted file|new file) mode|Binary) ')" 'as many files as git says'
ok 'the same ones, in the same order' diff <(grep -aE '^(diff --git|--- |\+\+\+ |old mode|new mode|deleted file|new file|index|Binary)' "$T/patch") \
	<(as_git | grep -aE '^(diff --git|--- |\+\+\+ |old mode|new mode|deleted file|new file|index|Binary)')
is "$(grep -ac '^[+-]' "$T/patch")" "$(as_git | grep -ac '^[+-]')" 'no more lines than git, which was told to be minimal'

# What is binary cannot be put back.
git -C "$R" diff --no-renames --numstat -z HEAD~ HEAD | grep -z '^-' | cut -z -f3 >"$T/binary"
is "$([ -s "$T/binary" ] && echo some)" some 'some are binary'
mapfile -d '' -t paths < <(git -C "$R" diff --no-renames --numstat -z HEAD~ HEAD | grep -zv '^-' | cut -z -f3)
refmount diff "$M" HEAD~ HEAD -- "${paths[@]}" >"$T/patch"
git -C "$R" checkout -q HEAD~
ok 'git apply takes it' git -C "$R" apply --index "$T/patch"
is "$(git -C "$R" diff --cached --no-renames --name-only -z main | tr '\0' '\n')" "$(tr '\0' '\n' <"$T/binary")" 'and then only the binary ones differ'
git -C "$R" reset -q --hard
ok 'patch takes it' patch -d "$R" -p1 -s -f -i "$T/patch"
git -C "$R" add -A
is "$(git -C "$R" diff --cached --no-renames --name-only -z main | tr '\0' '\n')" "$(tr '\0' '\n' <"$T/binary")" 'with the same end'
finish
