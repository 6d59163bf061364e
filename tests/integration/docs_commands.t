#!/usr/bin/env bash
# tests/docs/commands runs the blocks of a page: commands have to succeed, what they print has to be what is shown.
. "$(dirname "$0")/lib.sh"

commands() { "$PYTHON" "$here/../docs/commands" "$@" >"$T/script" && bash "$T/script"; }

cat >page.md <<'PAGE'
# One
```yaml file=sub/a.yaml
a: $HOME
```
Text.

```sh
cd sub && export WHO=me   # lasts
cat <<EOF >b
$WHO
EOF
```

1. A list.

   ```console
   $ cat a.yaml b
   a: $HOME
   me
   $ printf 'x1\ny\nz (*)\n'
   x…
   ...
   z (*)
   $ seq 3
   ...
   ```

```
not a command
```

## Two
```console exits=3,0
$ echo no; (exit 3)
no
$ echo yes
```
PAGE
ok 'a page that is right' commands page.md
is "$(cat sub/b)" me 'its commands have run'
rm -r sub
ok 'one part of it' commands page.md Two
ok 'and no other' test ! -e sub
exits 1 "page.md: there is no heading 'Three'" 'a heading that is not there' commands page.md Three
sed -i 's/^   x…/   y…/' page.md
exits 1 '^page.md:16: printf .*this should have been printed' 'other output' commands page.md
sed -i 's/exits=3,/exits=1,/' page.md
exits 1 '^page.md:33: ended with 3 instead of 1: echo no' 'another status' commands page.md Two
printf '```sh\ntrue\nfalse | cat\nls nosuch\ntouch reached\n```\n' >page.md
exits 1 '^page.md:1: ended with 2: ls nosuch' 'a command that fails' commands page.md
ok 'ends it' test ! -e reached
printf '# a\n```sh\n' >page.md
exits 1 'page.md:2: this block has no end' 'a block without an end' commands page.md

mkdir -p tree/tests/integration && cp "$here/lib.sh" tree/tests/integration/ && cd tree || die 'no folder'
ok 'CONTRIBUTING: the example of a test is written' commands "$here/../../docs/CONTRIBUTING.md"
ok 'and passes' env -u INSIDE_TEST bash tests/integration/example.t
is "$(grep -c ^ok "$T/.out")" 3 'all of it'
finish
