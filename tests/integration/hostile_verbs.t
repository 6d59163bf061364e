#!/usr/bin/env bash
# The commands that a person runs on a repository that somebody else has made: none crashes, none waits, none reads anything outside of it.
. "$(dirname "$0")/lib.sh"

new_repo
# An index that leads out of its pack, deltas in a circle, a small file out of a huge one.
packed() { # NAME: a repository whose file `a` is that case of the corpus
	"$PYTHON" -c '
import sys
sys.path.insert(0, sys.argv[1])
import case, packed
from objects import Repo
repo = Repo(sys.argv[3])
repo.ref("refs/heads/main", next(c for c in case.ALL if c.name == sys.argv[2]).build(repo))
' "$here/../hostile" "$1" "$T/$2" || die "no case '$1'"
}
refused() { # STATUS REGEX DESC SOURCE: in one line, by whatever reads the file
	local rc=$1 regex=$2 desc=$3 source=$4
	exits "$rc" "$regex" "$desc: check" timeout 20 refmount check "$source"
	exits "$rc" "$regex" "$desc: render" timeout 20 refmount render "$source" -o "$T/out.$desc"
	exits "$rc" "$regex" "$desc: diff" timeout 20 refmount diff "$R#main" "$source"
	is "$(wc -l <"$T/.out")" 1 "$desc: in one line"
}
packed 'whose index leads to 0xf4240' outside
refused 2 "^refmount: .*'a': object [0-9a-f]{40} cannot be read: it leads out of its pack$" 'an index that leads out of its pack' "$T/outside#main"
packed 'two that are deltas of each other' circle
refused 2 "^refmount: .*'a': object [0-9a-f]{40} cannot be read: .* without an end$" 'deltas in a circle' "$T/circle#main"
packed 'a small file made of one of 1 GiB' large
exits 1 "^refmount: a: .*object [0-9a-f]{40}: to unpack it is far more work" 'a small file made of a huge one' timeout 20 refmount render "$T/large#main" -o "$T/large.out"

# Nothing that its configuration says.
mkfifo "$T/fifo"
config() { # NAME KEY VALUE...
	local name=$1
	shift
	cp "$R/.git/config" "$T/config"
	while [ $# -gt 0 ]; do
		git config --file "$R/.git/config" "$1" "$2"
		shift 2
	done
	exits 0 '' "$name: check" timeout 20 refmount check "$R"
	exits 0 '' "$name: check of a commit" timeout 20 refmount check "$R#main"
	exits 0 '' "$name: render" timeout 20 refmount render "$R" a
	exits 0 '' "$name: explain" timeout 20 refmount explain "$R" a
	exits 0 '' "$name: diff" timeout 20 refmount diff "$R#main" "$R"
	mv "$T/config" "$R/.git/config"
}
mkdir "$T/elsewhere"
config 'include.path is a FIFO' include.path "$T/fifo" 'includeIf.gitdir:/**.path' "$T/fifo" includeIf.onbranch:main.path "$T/fifo"
config 'files of git are FIFOs' core.excludesFile "$T/fifo" core.attributesFile "$T/fifo" core.hooksPath "$T/fifo"
echo x >"$R/kept" && printf 'kept\n' >"$T/ignore"
git config --file "$R/.git/config" core.excludesFile "$T/ignore"
ok 'core.excludesFile of a repository hides nothing' refmount render "$R" kept
git config --file "$R/.git/config" core.worktree "$T/elsewhere"
touch "$T/elsewhere/secret"
ok 'core.worktree: what is rendered' refmount render "$R" -o "$T/worktree"
is "$(ls "$T/worktree")" "$(ls "$R")" 'core.worktree: nothing from elsewhere is read'
finish
