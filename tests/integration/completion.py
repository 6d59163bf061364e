#!/usr/bin/python3
"""What a shell makes of a key: completion.py bash|zsh FOLDER <LINES

FOLDER has the completions as they are installed. Each line is typed at a prompt of the shell on a terminal of its own; then the key
is pressed that inserts all candidates, or tab where the line begins with a tab. Prints the line that is there then."""
import os
import pty
import re
import select
import sys
import tempfile
import time

BASH = """
PS1=READY
HISTFILE=
. '{folder}/bash-completion/completions/refmount'
dump() {{ printf '<<%s>>' "$READLINE_LINE"; READLINE_LINE=; }}
bind 'set enable-bracketed-paste off'
bind '"\\C-t": insert-completions'
bind -x '"\\C-g": dump'
"""
ZSH = """
PS1=READY
unset zle_bracketed_paste HISTFILE
fpath=('{folder}/zsh/site-functions' $fpath)
autoload -Uz compinit && compinit -D -u
insert-all() {{ _main_complete; compstate[insert]=all compstate[list]= }}
dump() {{ print -rn -- "<<$BUFFER>>"; BUFFER= }}
zle -C insert-all complete-word insert-all
zle -N dump
bindkey '^T' insert-all
bindkey '^G' dump
"""


class Terminal:
    def __init__(self, command, environment):
        pid, self.fd = pty.fork()
        if pid == 0:
            os.environ.update(environment, TERM="dumb", COLUMNS="2000")
            os.execvp(command[0], command)
        self.shown = b""

    def wait(self, pattern):
        """What PATTERN matches in what is shown from now on."""
        end = time.monotonic() + 20
        while time.monotonic() < end:
            found = re.search(pattern, self.shown, flags=re.S)
            if found:
                self.shown = self.shown[found.end():]
                return found
            if select.select([self.fd], [], [], 0.1)[0]:
                self.shown += os.read(self.fd, 65536)
        sys.exit(f"nothing like {pattern}: {self.shown}")

    def type(self, text):
        os.write(self.fd, text.encode())


shell, folder = sys.argv[1:]
with tempfile.TemporaryDirectory() as home:
    start = {"bash": "bashrc", "zsh": ".zshrc"}[shell]
    with open(f"{home}/{start}", "w", encoding="utf-8") as file:
        file.write({"bash": BASH, "zsh": ZSH}[shell].format(folder=folder))
    command = {"bash": ["bash", "--noprofile", "--rcfile", f"{home}/{start}", "-i"], "zsh": ["zsh", "-i"]}[shell]
    terminal = Terminal(command, {"ZDOTDIR": home})
    terminal.wait(rb"READY")
    for line in sys.stdin.read().splitlines():
        terminal.type(line.lstrip("\t") + ("\t" if line.startswith("\t") else "\x14") + "\x07")
        print(terminal.wait(rb"<<(.*?)>>").group(1).decode())
    terminal.type("\x15exit\r")
