#!/usr/bin/env bash
# Submodules and Git LFS pointers are not files: refused, and named.
. "$(dirname "$0")/lib.sh"

new_repo
tree=$(raw_tree 160000 module "$(rev)")
git -C "$R" update-ref refs/heads/module "$(git -C "$R" commit-tree -m Module "$tree")"
exits 1 '^module: .*submodule' 'a submodule' mount_ref "$R#module"
commit lfs "$(printf 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345')" >/dev/null
exits 1 '^lfs: .*LFS' 'an LFS pointer' mount_ref
ok 'nothing is mounted' not is_mounted
finish
