"""Each case by itself, through the commands that need no mount."""
import os
import shutil

from objects import Repo
from tap import Run, Tap
from witness import Witness

STATUS = {"finding": (1,), "error": (2,), "shown": (0,), "warning": (0,)}


def differences(folder, files):
    """How FOLDER differs from FILES, of which each has to be in it."""
    found = []
    for path, content in files.items():
        full = os.path.join(os.fsencode(folder), path.encode("utf-8", "surrogateescape"))
        try:
            if isinstance(content, str):
                got, want = os.readlink(full), content.encode("utf-8", "surrogateescape")
            else:
                with open(full, "rb") as file:
                    got, want = file.read(), content
        except OSError as error:
            found.append(f"{path[:80]!r}: {error.strerror}")
            continue
        if got != want:
            found.append(f"{path[:80]!r} has {got[:80]!r} in it, not {want[:80]!r}")
    return found


class Checking:
    def __init__(self, folder, seconds, mib):
        self.folder, self.seconds, self.mib = folder, seconds, mib
        self.tap = Tap()
        self.slowest = self.largest = (0, "none")

    def took(self, run, name):
        self.slowest = max(self.slowest, (run.cpu, name))
        self.largest = max(self.largest, (run.mib, name))

    def source(self, repo, case):
        if case.only == "HEAD":
            return repo.path + "#HEAD"
        if case.only == "tree":
            return repo.at("tree") + "#main"
        return repo.path + "#main"

    def check(self, repo, case):
        run = Run(["refmount", "check", self.source(repo, case)], self.seconds)
        self.took(run, case.name)
        statuses = STATUS[case.want]
        if case.room == "commits" and case.want == "finding":
            statuses = (1, 2)  # there is no tree in which something could be wrong
        return run.faults(statuses, case.text, self.mib)

    def render(self, repo, case):
        out = os.path.join(self.folder, "rendered")
        run = Run(["refmount", "render", self.source(repo, case), "-o", out], self.seconds)
        self.took(run, case.name)
        faults = run.faults((0,), "", self.mib) or differences(out, case.files)
        shutil.rmtree(out, ignore_errors=True)
        return faults

    def one(self, case):
        repo = Repo(os.path.join(self.folder, "case", "repo.git"))
        repo.parents = [repo.commit(repo.files({"a": b"good\n"}), parents=[])]
        commit = case.build(repo)
        if case.kind == "object":
            repo.ref("refs/heads/main", commit)
        witness = Witness(os.path.dirname(repo.path))
        faults = self.check(repo, case)
        if not faults and case.want in ("shown", "warning"):
            faults = self.render(repo, case)
        faults += witness.changes()
        shutil.rmtree(os.path.dirname(repo.path))
        return faults

    def run(self, cases):
        for case in cases:
            if case.only != "mount":
                self.tap.result(f"{case.room}: {case.name}", self.one(case))
        print(f"# slowest {self.slowest[0]:.2f} s of CPU time: {self.slowest[1]}")
        print(f"# largest {self.largest[0]:.0f} MiB: {self.largest[1]}")
        return self.tap.finish()
