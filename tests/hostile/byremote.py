"""A server that answers each fetch in another hostile way: what was served stays served, nothing is left behind, and the next good answer is
taken.
"""
import os
import re
import time

from bychecking import differences
from objects import Repo
from server import MODES, Server
from tap import BUSY, Run, Tap, said_wrong

FILES = {"a": b"good\n"}
DEBRIS = re.compile(r"(^|/)(tmp_|incoming$)|\.(tmp|new)$|(?<!engine)\.lock$")


class Remoting:
    def __init__(self, args):
        folder = os.path.abspath(args.folder)
        self.seconds = args.seconds
        self.mount, self.state = os.path.join(folder, "mnt"), os.path.join(folder, "state")
        self.tap = Tap()
        self.repo = Repo(os.path.join(folder, "served.git"))
        self.server = Server(self.repo)
        self.count, self.slowest = 0, (0, "none")
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

    def one(self, name, mode, is_fine):
        self.commit()
        self.server.mode = mode
        began = time.monotonic()
        run = self.sync(BUSY * self.seconds)
        self.slowest = max(self.slowest, (time.monotonic() - began, name))
        faults = run.faults((0,) if is_fine else (1,), "", 1 << 20)
        if is_fine:
            self.shown_files = self.files
        with open(os.path.join(self.mount, ".status"), "rb") as status:
            faults += said_wrong(status.read())
        faults += self.shown() + self.settled(self.left_behind)
        self.server.mode = None
        run = self.sync(BUSY * self.seconds)
        self.shown_files = self.files
        return faults + [f"afterwards: {fault}" for fault in run.faults((0,), "", 1 << 20) + self.shown()]

    def run(self, with_slow):
        run = Run(["refmount", "mount", "-o", f"poll=1h,state={self.state}", self.server.url + "#main", self.mount], 60)
        if faults := run.faults((0,), "", 1 << 20):
            print("Bail out! cannot mount:", *faults)
            return 1
        self.shown_files = self.files
        for name, mode, add, is_slow in MODES:
            if not is_slow:
                self.tap.result(f"remote: {name}", self.one(name, mode, add == "fine"))
            elif with_slow:
                self.seconds, kept = 30, self.seconds
                self.tap.result(f"remote: {name}", self.one(name, mode, False))
                self.seconds = kept
        self.tap.result("the mount ends like any other", Run(["refmount", "umount", self.mount], 30).faults((0,), "", 1 << 20))
        print(f"# slowest {self.slowest[0]:.2f} s: {self.slowest[1]}")
        return self.tap.finish()
