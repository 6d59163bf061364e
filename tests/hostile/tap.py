"""TAP, and one program run within its limits."""
import glob
import os
import re
import signal
import subprocess
import tempfile
import time


BUSY = 6  # so many times slower may everything be because of others


class Tap:
    def __init__(self):
        self.count = self.failed = 0

    def result(self, name, faults):
        self.count += 1
        self.failed += bool(faults)
        name = name.replace("#", "\\#")
        print(f"{'not ok' if faults else 'ok'} {self.count} - {name}", flush=True)
        for fault in faults:
            for line in str(fault).splitlines()[:20]:
                print(f"#   {line[:400]}", flush=True)

    def finish(self):
        print(f"1..{self.count}", flush=True)
        return 1 if self.failed else 0


class Times:
    """What each case took, in CPU time; added to FILE for whoever wants to sort them."""

    def __init__(self, file):
        self.file, self.slowest = file, (0, "none")

    def took(self, seconds, name):
        self.slowest = max(self.slowest, (seconds, name))
        if self.file:
            with open(self.file, "a", encoding="utf-8") as out:
                print(f"{seconds:.2f} s  {name}", file=out)


class Run:
    """What became of a program: its status, what it said, and what it took."""

    def __init__(self, argv, seconds):
        """SECONDS are of CPU time; a busy machine may take longer, but not for ever."""
        began = time.monotonic()
        with tempfile.TemporaryFile() as out:
            with subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True) as child:
                self.is_late = not self.wait(child.pid, began + BUSY * seconds)
                self.seconds = time.monotonic() - began
                child.returncode = self.status
            out.seek(0)
            self.bytes = out.read()
        self.text = self.bytes.decode("utf-8", "surrogateescape")
        self.is_late |= self.cpu > seconds

    def wait(self, pid, end):
        """True: it ended by itself, in time."""
        pause = 0.0005
        while True:
            done, status, usage = os.wait4(pid, os.WNOHANG)
            if done:
                break
            if time.monotonic() > end:
                os.kill(pid, signal.SIGKILL)
                _, status, usage = os.wait4(pid, 0)
                break
            time.sleep(pause)
            pause = min(pause * 1.5, 0.01)
        self.status = os.waitstatus_to_exitcode(status)
        self.mib = usage.ru_maxrss / 1024
        self.cpu = usage.ru_utime + usage.ru_stime
        return bool(done)

    def faults(self, statuses, regex, mib):
        """What is wrong with it, as a list of sentences."""
        faults = []
        if self.is_late:
            return [f"took {self.seconds:.1f} s, {self.cpu:.1f} s of CPU time", *self.text.splitlines()[:5]]
        if self.status not in statuses:
            faults.append(f"status {self.status}, wanted {' or '.join(map(str, statuses))}")
        if regex and not re.search(regex, self.text, re.MULTILINE):
            faults.append(f"nothing matches: {regex}")
        faults += said_wrong(self.bytes)
        if self.mib > mib:
            faults.append(f"took {self.mib:.0f} MiB")
        return faults + self.text.splitlines()[:20] if faults else []


def engine_of(status):
    """The pid of the engine, from .status."""
    return int(re.search(rb"engine: (\d+)", status)[1])


def cpu_of(engine):
    """CPU seconds of an engine and of all that it has started."""
    ticks = 0
    for path in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(path, encoding="ascii", errors="replace") as stat:
                pid, rest = stat.read().split(" (", 1)
        except OSError:
            continue
        fields = rest.rsplit(")", 1)[1].split()  # from the state on, which is the third of proc(5)
        if engine in (int(pid), int(fields[1])):
            ticks += sum(map(int, fields[11:15]))  # its own, and that of children that have ended
    return ticks / os.sysconf("SC_CLK_TCK")


def said_wrong(data):
    """Whatever was said has to be text that a terminal can be given."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return ["what it said is not UTF-8"]
    bad = sorted({hex(ord(c)) for c in text if (ord(c) < 32 and c != "\n") or 127 <= ord(c) < 160 or 0x202A <= ord(c) <= 0x202E or 0x2066 <= ord(c) <= 0x2069})
    return [f"what it said has {', '.join(bad)} in it"] if bad else []
