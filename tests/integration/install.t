#!/usr/bin/env bash
# `make install` puts everything where a machine looks for it; what was installed works, and `make uninstall` takes it away.
. "$(dirname "$0")/lib.sh"

command -v make >/dev/null || skip_all 'there is no make'
source=$(cd "$here/../.." && pwd)
case $REFMOUNT_BIN in
"$source"/build/?*) variant=${REFMOUNT_BIN##*/} ;;
*) variant=plain ;;
esac
root=$T/root
run_make() { make -C "$source" --no-print-directory "$1" DESTDIR="$root" PREFIX=/usr/local VARIANT="$variant"; }
ok 'installs' run_make install
cd "$root/usr/local" || die 'nothing was installed'
is "$(find bin libexec sbin -mindepth 1 -not -type d | sort | xargs)" 'bin/refmount libexec/refmount/refmount-fs sbin/mount.refmount' 'two programs and the helper of mount(8)'
pages() { (cd "$1" && find . -not -type d -printf '%P %l\n' | sort); }
is "$(pages share/man)" "$(pages "$source/docs/man")" 'all manual pages, links as links'
is "$(find -L share/man -type l)" '' 'and every link leads to one'
is "$(cd share && find bash-completion fish zsh -type f | sort | xargs)" 'bash-completion/completions/refmount fish/vendor_completions.d/refmount.fish zsh/site-functions/_refmount' 'completion for three shells'
is "$(cd share/doc/refmount && find README.md docs -name '*.md' | sort)" "$(cd "$source" && find README.md docs -name '*.md' | sort)" 'all pages, where their links expect each other'
ok 'the unit names the program' grep -qx 'ExecStart=/usr/local/bin/refmount mount -f %i' lib/systemd/system/refmount@.service
ok 'so does that of users' grep -q '^ExecStart=/usr/local/bin/refmount mount ' lib/systemd/user/refmount@.service

# refmount-fs is found in libexec only if that is where the program was told to look.
new_repo
mount --bind "$root/usr/local" /usr/local || skip_all 'cannot bind over /usr/local'
ok 'what was installed mounts' env PATH=/usr/local/bin:/usr/bin:/bin refmount mount -o poll=1h "$R#main" "$M"
is "$(cat "$M/a")" one 'and shows the commit'
ok 'and unmounts' /usr/local/bin/refmount umount "$M"
umount /usr/local
cd "$T" && ok 'uninstalls' run_make uninstall
is "$(find "$root" -not -type d)" '' 'nothing is left'
finish
