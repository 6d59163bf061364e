"""Our engine, as Python asks it: tests/jinja/batch.c, many cases in one process."""
import collections
import json
import os
import select
import subprocess

OUR_SECONDS = 20

# KIND: "ok", and TEXT is the output; "error": TEXT is "KIND OF FAULT: file:line:column: message"; "torn": several renders of the
# same case were not the same (batch -2); "crash" and "hang": TEXT is what the process said.
Answer = collections.namedtuple("Answer", "kind text")


def yaml_of(value):
    """VALUE as flow YAML, which is JSON but for keys that are integers and characters that YAML wants escaped."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{yaml_of(key)}: {yaml_of(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(yaml_of, value)) + "]"
    if isinstance(value, str):
        escape = lambda c: c if c.isprintable() and c not in '"\\' else f"\\U{ord(c):08x}"  # noqa: E731
        return '"' + "".join(map(escape, value)) + '"'
    return json.dumps(value)


class Engine:
    """Our side: one process for many cases, started again when a case ended it."""

    def __init__(self, program, *options):
        self.command = [program, *options]
        self.process = None

    def start(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def read(self, want):
        """WANT bytes, or up to a newline if WANT is 0; None when the process ended or hangs."""
        out = b""
        while len(out) < want or (want == 0 and not out.endswith(b"\n")):
            if not select.select([self.process.stdout], [], [], OUR_SECONDS)[0]:
                return None
            chunk = os.read(self.process.stdout.fileno(), want - len(out) if want else 1)
            if not chunk:
                return None
            out += chunk
        return out

    def lost(self):
        hangs = self.process.poll() is None and select.select([self.process.stdout], [], [], 0)[0] == []
        self.process.kill()
        _, errors = self.process.communicate()
        self.process = None
        return Answer("hang" if hangs else "crash", errors.decode(errors="replace")[-6000:])

    def ask(self, case, files):
        if not self.process:
            self.start()
        options = " ".join([case["profile"], *case.get("options", [])])
        fields = [("options", "", options), ("values", "", yaml_of(case["values"]))] + [("file", name, text) for name, text in files.items()]
        message = b"".join(b"%s %d %s\n%s\n" % (field.encode(), len(text.encode()), name.encode(), text.encode()) for field, name, text in fields)
        try:
            self.process.stdin.write(message + b"render 0 %s\n" % case["name"].encode())
            self.process.stdin.flush()
        except BrokenPipeError:
            return self.lost()
        head = self.read(0)
        if head is None:
            return self.lost()
        kind, size, word = head.decode().split()
        body = self.read(int(size) + 1)
        if body is None:
            return self.lost()
        text = body[:-1].decode(errors="surrogateescape")
        return Answer(kind, f"{word}: {text}" if kind == "error" else text)

    def stop(self):
        if self.process:
            self.process.stdin.close()
            self.process.wait()
            self.process = None
