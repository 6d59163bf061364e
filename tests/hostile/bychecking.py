"""Cases through the commands that need no mount: each by itself, or some together, as the folders of one commit."""
import os
import re
import shutil

from objects import Repo
from tap import Run, Tap, Times
from trees import DIR
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


def is_of_a_folder(case):
    """Is what is said of it the same when its tree is a folder of another one?"""
    if case.kind != "object" or case.only or case.room not in ("names", "modes", "order", "shape", "lfs", "links"):
        return False
    if case.room == "links" and case.want == "finding":
        return False  # one folder further down, some would stay inside
    if "mount's own" in case.name or ".refmount" in case.name or "thousand" in case.name or "100,000" in case.name:
        return False  # only at the top, or more findings than are told
    return case.want == "shown" or (case.want == "finding" and case.text.startswith("^") and "|" not in case.text)


class Checking:
    def __init__(self, args):
        self.folder, self.seconds, self.mib = os.path.abspath(args.folder), args.seconds, args.memory
        self.are_together = args.together
        self.tap = Tap()
        self.times = Times(args.times)
        self.largest = (0, "none")

    def took(self, run, case):
        self.times.took(run.cpu, f"check {case.room}: {case.name}")
        self.largest = max(self.largest, (run.mib, case.name))

    def source(self, repo, case):
        if case.only == "HEAD":
            return repo.path + "#HEAD"
        if case.only == "tree":
            return repo.at("tree") + "#main"
        return repo.path + "#main"

    def check(self, repo, case):
        run = Run(["refmount", "check", self.source(repo, case)], self.seconds)
        self.took(run, case)
        statuses = STATUS[case.want]
        if case.room == "commits" and case.want == "finding":
            statuses = (1, 2)  # there is no tree in which something could be wrong
        return run.faults(statuses, case.text, self.mib)

    def render(self, repo, case):
        out = os.path.join(self.folder, "rendered")
        run = Run(["refmount", "render", self.source(repo, case), "-o", out], self.seconds)
        self.took(run, case)
        faults = run.faults((0,), "", self.mib) or differences(out, case.files)
        shutil.rmtree(out, ignore_errors=True)
        return faults

    def new_repo(self):
        repo = Repo(os.path.join(self.folder, "case", "repo.git"))
        repo.parents = [repo.commit(repo.files({"a": b"good\n"}), parents=[])]
        return repo

    def one(self, case):
        repo = self.new_repo()
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

    def together(self, cases, want):
        """All of CASES, which want the same, in one commit."""
        repo = self.new_repo()
        folders = [f"c{i:03d}" for i in range(len(cases))]
        trees = [repo.tree_of(case.build(repo)) for case in cases]
        repo.ref("refs/heads/main", repo.commit(repo.tree(*[(DIR, folder.encode(), tree) for folder, tree in zip(folders, trees)])))
        witness = Witness(os.path.dirname(repo.path))
        run = Run(["refmount", "check", repo.path + "#main"], self.seconds)
        common = run.faults(STATUS[want], "", self.mib)
        out = os.path.join(self.folder, "rendered")
        if want == "shown":
            common += Run(["refmount", "render", repo.path + "#main", "-o", out], self.seconds).faults((0,), "", self.mib)
        common += witness.changes()
        for folder, case in zip(folders, cases):
            faults = list(common)
            if want == "shown":
                faults += differences(os.path.join(out, folder), case.files)
            elif not re.search(f"^{folder}/(?:{case.text[1:]})", run.text, re.MULTILINE):
                faults.append(f"nothing matches: ^{folder}/{case.text[1:]}")
            self.tap.result(f"{case.room}: {case.name}", faults)
        shutil.rmtree(out, ignore_errors=True)
        shutil.rmtree(os.path.dirname(repo.path))

    def run(self, cases):
        cases = [case for case in cases if case.only != "mount"]
        joined = [case for case in cases if self.are_together and is_of_a_folder(case)]
        for want in ("finding", "shown"):
            if group := [case for case in joined if case.want == want]:
                self.together(group, want)
        for case in cases:
            if case not in joined:
                self.tap.result(f"{case.room}: {case.name}", self.one(case))
        print(f"# slowest {self.times.slowest[0]:.2f} s of CPU time: {self.times.slowest[1]}")
        print(f"# largest {self.largest[0]:.0f} MiB: {self.largest[1]}")
        return self.tap.finish()
