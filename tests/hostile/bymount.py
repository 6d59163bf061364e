"""Cases pushed to a repository that is mounted: whatever they are, what was served stays served, .status says why, and the next good commit is
shown at once.
"""
import glob
import os
import re
import shutil
import signal
import threading
import time

from bychecking import differences
from objects import Repo
from tap import BUSY, Run, Tap, Times, cpu_of, engine_of, said_wrong
from witness import Witness

GOOD = {"a": b"good\n", "d/b": b"good, too\n"}


class Watching(threading.Thread):
    """The most memory that any builder or resolver had at any time."""

    def __init__(self):
        super().__init__(daemon=True)
        self.is_over = threading.Event()
        self.mib = 0

    def run(self):
        while not self.is_over.wait(0.02):
            for path in glob.glob("/proc/[0-9]*/status"):
                try:
                    with open(path.replace("status", "cmdline"), "rb") as title:
                        if not title.read(30).startswith((b"refmount: builder", b"refmount: resolver")):
                            continue
                    with open(path, encoding="ascii", errors="replace") as status:
                        found = re.search(r"VmHWM:\s+(\d+)", status.read())
                except OSError:
                    continue
                if found:
                    self.mib = max(self.mib, int(found[1]) / 1024)


class Mounting:
    def __init__(self, args):
        folder = os.path.abspath(args.folder)
        self.seconds, self.mib = args.seconds, args.memory
        self.good_every = 3 if args.together else 1  # cases, and then a good commit
        self.times = Times(args.times)
        self.mount = os.path.join(folder, "mnt")
        self.path = os.path.join(folder, "live", "repo.git")
        self.state = os.path.join(folder, "state")
        self.tap = Tap()
        self.slowest_good = (0, "none")
        self.served, self.files, self.count = "", GOOD, 0
        os.makedirs(os.path.join(folder, "witness", "below"))
        self.witness = Witness(os.path.join(folder, "witness"), os.path.join(folder, "home"))
        self.watching = Watching()

    # --- the mount ---

    def start(self, may_rewind):
        self.repo = Repo(self.path)
        self.served = self.repo.commit(self.repo.files(GOOD), parents=[])
        self.repo.ref("refs/heads/main", self.served)
        options = f"poll=1h,state={self.state}" + (",allow_rewind" if may_rewind else "")
        run = Run(["refmount", "mount", "-o", options, self.path + "#main", self.mount], 30)
        faults = run.faults((0,), "", 1 << 20)
        if faults:
            print("Bail out! cannot mount:", *faults, flush=True)
            return False
        self.watching.start()
        return True

    def stop(self):
        self.watching.is_over.set()
        self.watching.join()
        faults = Run(["refmount", "umount", self.mount], 30).faults((0,), "", 1 << 20)
        self.tap.result("the mount ends like any other", faults + self.witness.changes())
        if self.watching.mib <= self.mib:
            self.tap.result("builder and resolver never took more memory than they may", [])
        else:
            self.tap.result("builder and resolver never took more memory than they may", [f"{self.watching.mib:.0f} MiB"])
        print(f"# slowest {self.times.slowest[0]:.2f} s of CPU time: {self.times.slowest[1]}")
        print(f"# slowest good commit afterwards {self.slowest_good[0]:.2f} s: {self.slowest_good[1]}")
        print(f"# builder and resolver: {self.watching.mib:.0f} MiB")

    def status(self):
        with open(os.path.join(self.mount, ".status"), "rb") as file:
            return file.read()

    def push(self, oid):
        """Move main as git does it."""
        lock = self.repo.write("refs/heads/main.lock", oid + "\n")
        os.rename(lock, self.repo.at("refs/heads/main"))

    def wait(self, oid, seconds):
        return Run(["refmount", "wait", self.mount, oid, "--timeout", f"{BUSY * int(seconds)}s"], seconds + 5)

    def sync(self, seconds):
        return Run(["refmount", "sync", self.mount, "--timeout", f"{BUSY * int(seconds)}s"], seconds + 5)

    def revision(self):
        with open(os.path.join(self.mount, ".refmount/revision"), encoding="ascii") as file:
            return file.read().strip()

    def is_served(self, oid, files):
        """What is wrong with what the mount shows, as a list of sentences."""
        revision = self.revision()
        faults = said_wrong(self.status())
        faults += [] if revision == oid else [f"serves {revision}, not {oid}"]
        return faults + differences(self.mount, files)

    def engine(self):
        return engine_of(self.status())

    # --- one case ---

    def said(self, text):
        """.status says TEXT, in words that a terminal can be given."""
        end = time.monotonic() + BUSY * self.seconds
        while True:
            status = self.status()
            if re.search(text.replace("^", ""), status.decode("utf-8", "replace").replace("\n", " ")):
                return said_wrong(status)
            if time.monotonic() > end:
                return [f".status says nothing of: {text}", *status.decode("utf-8", "replace").splitlines()]
            time.sleep(0.01)

    def good_again(self, name):
        """A good commit goes through at once."""
        self.count += 1
        files = {**GOOD, "n": b"%d\n" % self.count}
        oid = self.repo.commit(self.repo.files(files), parents=[self.served])
        began = time.monotonic()
        self.push(oid)
        run = self.wait(oid, 2 * self.seconds)
        self.slowest_good = max(self.slowest_good, (time.monotonic() - began, name))
        faults = run.faults((0,), "", 1 << 20) or self.is_served(oid, files)
        if not faults:
            self.served, self.files = oid, files
        return [f"afterwards: {fault}" for fault in faults]

    def outcome(self, case, oid):
        if case.want in ("shown", "warning"):
            run = self.wait(oid, self.seconds)
            if case.room == "tags":
                oid = self.revision()
            faults = run.faults((0,), "", 1 << 20) or self.is_served(oid, case.files)
            if not faults:
                self.served, self.files = oid, case.files
            return run, faults
        if case.want == "finding":
            run = self.wait(oid, self.seconds)
            return run, run.faults((1,), "", 1 << 20) or self.said(case.text)
        run = self.sync(2 * self.seconds)
        if case.room == "config" and run.status == 0:
            return run, []  # the resolver had read the configuration before
        return run, run.faults((1,), "", 1 << 20) or self.said(case.text)

    def objects(self):
        return {os.path.join(here, name) for here, _, names in os.walk(self.repo.at("objects")) for name in names}

    def sweep(self, before, case):
        """What a case left in the repository, besides what is served by now."""
        for path in self.objects() - before:
            if case.want not in ("shown", "warning") or "/pack/" in path or "/info/" in path:
                os.unlink(path)

    def push_case(self, case):
        before = self.objects()
        self.repo.parents = [self.served]
        oid = case.build(self.repo)
        self.push(oid)
        run, faults = self.outcome(case, oid)
        faults += self.is_served(self.served, self.files)
        self.sweep(before, case)
        return run, faults

    def turn_case(self, case):
        """The repository itself becomes what CASE says, and after that again what it was."""
        kept = self.path + ".kept"
        shutil.copytree(self.path, kept, symlinks=True)
        self.repo.parents = [self.served]
        engine = self.engine()
        os.kill(engine, signal.SIGSTOP)  # it looks when all is there, and not at the new commit alone
        try:
            oid = case.build(self.repo)
        finally:
            os.kill(engine, signal.SIGCONT)
        run, faults = self.outcome(case, oid)
        if case.want != "shown":
            faults += [f for f in self.is_served(self.served, {}) if not f.startswith("serves")]
        if os.path.exists(self.path + ".ran"):
            faults.append("a program of the repository was run")
        os.rename(self.path, self.path + ".hostile")
        os.rename(kept, self.path)
        shutil.rmtree(self.path + ".hostile")
        shutil.rmtree(self.path + ".more", ignore_errors=True)
        return run, faults

    def one(self, case, is_good_next):
        engine, before = self.engine(), cpu_of(self.engine())
        run, faults = self.push_case(case) if case.kind == "object" else self.turn_case(case)
        if run.is_late:
            faults.append("late")
        if self.engine() != engine:
            return [*faults, "the engine is another one"]
        took = cpu_of(engine) - before
        self.times.took(took, f"mount {case.room}: {case.name}")
        if took > self.seconds:
            faults.append(f"took {took:.1f} s of CPU time")
        return faults + (self.good_again(case.name) if is_good_next else [])

    def run(self, cases):
        if not self.start(any(case.kind == "repository" for case in cases)):
            return 1
        cases = [case for case in cases if case.only in ("", "mount")]
        for left, case in zip(range(len(cases) - 1, -1, -1), cases):
            self.tap.result(f"mounted: {case.room}: {case.name}", self.one(case, left % self.good_every == 0))
        self.stop()
        return self.tap.finish()
