"""Ask build/judge/values (tests/judge/values.c) and compare with what Python says."""
import os
import subprocess


class Values:
    """The program, one request after the other."""

    def __init__(self):
        path = os.path.join(os.environ["REFMOUNT_BIN"], "judge", "values")
        self.process = subprocess.Popen([path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, operation, text):
        """(True, answer) or (False, why not)."""
        body = text.encode("utf-8", "surrogatepass")
        self.process.stdin.write(f"{len(body)} {operation}\n".encode() + body)
        self.process.stdin.flush()
        size, status = self.process.stdout.readline().split()
        return status == b"ok", self.process.stdout.read(int(size)).decode("utf-8")


class Tally:
    """Counts cases and shows the first differences."""

    def __init__(self, shown=5):
        self.cases = self.differences = 0
        self.shown = shown

    def compare(self, what, ours, theirs):
        self.cases += 1
        if ours == theirs:
            return
        self.differences += 1
        if self.differences <= self.shown:
            print(f"# {what!r}\n#   ours   {ours!r}\n#   theirs {theirs!r}")

    def finish(self, name):
        print(f"{name}: {self.cases} cases, {self.differences} differences")


# Strings that somebody's writer or reader has got wrong.
STRINGS = [
    "", " ", "a", "a b", " a", "a ", "-", "- a", "-a", "--", "---", "--- a", "...", "... a", "?", "? a", "?a", ":", ": a", ":a", "a:", "a: b",
    "a:b", "#", "# a", "#a", "a #b", "a#b", ",", "a,b", "a, b", "[", "]", "[a]", "{", "}", "{a}", "{a: b}", "&a", "*a", "!a", "!", "|", ">", "'",
    '"', "'a'", '"a"', "it's", 'say "x"', "%", "%a", "@a", "`a`", "=", "<<", "~", "null", "Null", "nULL", "true", "True", "tRUE", "false", "yes",
    "No", "on", "OFF", "y", "n", "Y", "N", "0", "1", "-1", "+1", "010", "0o17", "0x1f", "0b101", "1_000", "_1", "1_", "12:30", "0:30", "08:30",
    "12:30:45", "12:30:45.5", "1.0", "1.", ".5", "+.5", "-.5", "1e3", "1e+3", "1.5e+3", "1.5e3", ".inf", "-.inf", "+.INF", ".nan", "-.nan", "1.2.3",
    "2001-12-14", "2001-1-1", "2001-12-14 21:59:43", "2001-12-14t21:59:43.10-05:00", "2001-12-14 21:59:43 Z", "08", "0_7", "0x", "0x_", "0b", "0b_",
    "a\n", "\n", "\n\n", "a\nb", "a\nb\n", "a\n\nb\n\n", " a\nb", "a\n b\n", "\ta", "a\tb", "a\t", "a \nb", "a\n\n", "\na", "a\r\nb", "a\rb", "\0",
    "a\x07b", "\x1b[0m", "\x7f", "\x80", "\x85", "\xa0", "é", "ß", "日本語", "\u2028", "a\u2028b", "\u2029", "\ufeff", "\ufffd", "\ufffe", "😀", "e\u0301",
    "\\", "a\\b", "C:\\dir", "$x", "${x}", "$(x)", "`x`", "a=b", "a;b", ";", "!x", "a'b\"c", "x" * 79, "x" * 81, "x y " * 30, "wide 日本語 " * 20,
    "a  b", "word " * 15 + "  two blanks " + "word " * 15, "export A=b", "[section]", "key = value", "true ", " 1", "1 ", "a\vb", "a\fb",
]
