"""A server that answers each fetch in another hostile way: what was served stays served, nothing is left behind, and the next good answer is
taken.
"""
import os
import re
import time

from bychecking import differences
from objects import Repo
from server import MODES, Server
from tap import BUSY, Run, Tap, Times, cpu_of, engine_of, said_wrong

FILES = {"a": b"good\n"}
DEBRIS = re.compile(r"(^|/)(tmp_|incoming$)|\.(tmp|new)$|(?<!engine)\.lock$")


class Remoting:
    def __init__(self, args):
        folder = os.path.abspath(args.folder)
        self.seconds = args.seconds
        self.modes = [mode for mode in MODES if (args.all or not mode[3]) and args.match in mode[0]][::args.every]
        self.good_every = 3 if args.together else 1  # modes, and then a good answer
        self.times = Times(args.times)
        self.mount, self.state = os.path.join(folder, "mnt"), os.path.join(folder, "state")
        self.tap = Tap()
        self.repo = Repo(os.path.join(folder, "served.git"))
        self.server = Server(self.repo)
        self.count = 0
        self.commit()

    def commit(self):
        self.count += 1
        self.files = {**FILES, "n": b"%d\n" % self.count}
        parents = [self.server.tip] if self.server.tip else []
        self.server.tip = self.repo.commit(self.repo.files(self.files), parents=parents)

    def sync(self, seconds):
        return Run(["refmount", "sync", self.mount, "--timeout", f"{int(seconds)}s"], seconds + 10)

    def left_behind(self):
        return [f"left behind: {path}" for here, folders, files in os.walk(self.state) for path in (os.path.join(here, n) for n in (*folders, *files))
                if DEBRIS.search(path)]

    def shown(self):
        return differences(self.mount, self.shown_files)

    def settled(self, check):
        """What CHECK still says is wrong after a while."""
        end = time.monotonic() + BUSY * self.seconds
        while faults := check():
            if time.monotonic() > end:
                break
            time.sleep(0.02)
        return faults

    def status(self):
        with open(os.path.join(self.mount, ".status"), "rb") as status:
            return status.read()

    def took(self, name, seconds, is_slow):
        """What makes git work until the deadline of a fetch is not asked for less."""
        self.times.took(seconds, f"remote {name}")
        return [f"took {seconds:.1f} s of CPU time"] if seconds > self.seconds and not is_slow else []

    def good_again(self):
        self.server.mode = None
        run = self.sync(BUSY * self.seconds)
        self.shown_files = self.files
        return [f"afterwards: {fault}" for fault in run.faults((0,), "", 1 << 20) + self.shown()]

    def one(self, name, mode, is_fine, is_slow):
        self.commit()
        self.server.mode = mode
        engine = engine_of(self.status())
        before = cpu_of(engine)
        run = self.sync(BUSY * self.seconds * (6 if is_slow else 1))
        faults = run.faults((0,) if is_fine else (1,), "", 1 << 20)
        if is_fine:
            self.shown_files = self.files
        faults += said_wrong(self.status())
        faults += self.shown() + self.settled(self.left_behind)
        return faults + self.took(name, cpu_of(engine) - before, is_slow)

    def run(self):
        run = Run(["refmount", "mount", "-o", f"poll=1h,state={self.state}", self.server.url + "#main", self.mount], 60)
        if faults := run.faults((0,), "", 1 << 20):
            print("Bail out! cannot mount:", *faults)
            return 1
        self.shown_files = self.files
        for left, (name, mode, add, is_slow) in zip(range(len(self.modes) - 1, -1, -1), self.modes):
            faults = self.one(name, mode, add == "fine", is_slow)
            if left % self.good_every == 0:
                faults += self.good_again()
            self.tap.result(f"remote: {name}", faults)
        self.tap.result("the mount ends like any other", Run(["refmount", "umount", self.mount], 30).faults((0,), "", 1 << 20))
        print(f"# slowest {self.times.slowest[0]:.2f} s of CPU time: {self.times.slowest[1]}")
        return self.tap.finish()
