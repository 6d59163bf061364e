"""What is compared: ways to show a commit as a folder. Each has a ROOT, start() and stop()."""
import json
import os
import re
import shutil
import subprocess
import time

import repositories


class Failed(Exception):
    pass


def run(*args, timeout=120):
    done = subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=timeout, env=repositories.ENV)
    if done.returncode:
        raise Failed(f"{' '.join(args)}: {done.stdout.strip()}")
    return done.stdout


def unmount(path):
    for command in (["umount", path], ["umount", "-l", path]):
        if subprocess.run(command, stderr=subprocess.DEVNULL).returncode == 0:
            return


class Checkout:
    """Plain files on the disk's own file system."""
    name = "ext4"

    def __init__(self, repo, cache, count):
        self.root = os.path.join(cache, f"checkout-{repositories.VERSION}-{count}")
        self.repo = repo

    def start(self):
        if os.path.isdir(self.root):
            return
        new = self.root + ".new"
        shutil.rmtree(new, ignore_errors=True)
        os.makedirs(new)
        run("git", "--git-dir", self.repo, "--work-tree", new, "checkout", "--quiet", "-f", "main")
        os.rename(new, self.root)

    def stop(self):
        pass


class Squashfuse:
    name = "squashfuse"

    def __init__(self, checkout, cache, work):
        self.image = checkout.root + ".squashfs"
        self.source = checkout.root
        self.root = os.path.join(work, "squashfuse")

    def start(self):
        if not shutil.which("squashfuse") or not shutil.which("mksquashfs"):
            raise Failed("squashfuse, squashfs-tools: not installed")
        if not os.path.exists(self.image):
            run("mksquashfs", self.source, self.image + ".new", "-comp", "lz4", "-quiet", "-no-progress",
                "-noappend", timeout=600)
            os.rename(self.image + ".new", self.image)
        os.makedirs(self.root)
        run("squashfuse", self.image, self.root)

    def stop(self):
        unmount(self.root)


class Bindfs:
    name = "bindfs"

    def __init__(self, checkout, work):
        self.source = checkout.root
        self.root = os.path.join(work, "bindfs")

    def start(self):
        if not shutil.which("bindfs"):
            raise Failed("bindfs: not installed")
        os.makedirs(self.root)
        run("bindfs", "--no-allow-other", "-r", self.source, self.root)

    def stop(self):
        unmount(self.root)


class Refmount:
    name = "refmount"

    def __init__(self, program, repo, work, name, lease="0"):
        self.program, self.repo, self.instance, self.lease = program, repo, f"bench-{name}", lease
        self.state = os.path.join(work, f"state-{name}")
        self.root = os.path.join(work, f"refmount-{name}")
        os.makedirs(self.root)

    def call(self, *args):
        return run(self.program, *args)

    def start(self):
        # The probe that waits for a commit opens files without a pause: with a lease it would be the last to see it.
        self.call("mount", "--name", self.instance, "-o", f"lease={self.lease},state={self.state}", f"{self.repo}#main",
                  self.root)

    def stop(self):
        if os.path.ismount(self.root):
            self.call("umount", self.root)

    def forget(self):
        shutil.rmtree(self.state, ignore_errors=True)

    def status(self):
        with open(f"{self.root}/.refmount/status.json", encoding="utf-8") as file:
            return json.load(file)

    def pids(self):
        """All processes of the mount, whatever their number: they are named after it."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/cmdline", "rb") as file:
                    words = file.read().replace(b"\0", b" ").decode(errors="replace").strip()
            except OSError:
                continue
            if re.fullmatch(rf"refmount: \S+ {re.escape(self.instance)}", words):
                found.append(int(pid))
        return found

    def memory(self):
        """Proportional set size of all processes, in bytes: in all, and the part that is no file's."""
        total = anonymous = 0
        for pid in self.pids():
            with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
                text = file.read()
            total += int(re.search(r"^Pss:\s+(\d+)", text, re.M)[1]) * 1024
            anonymous += int(re.search(r"^Pss_Anon:\s+(\d+)", text, re.M)[1]) * 1024
        if not total:
            raise Failed("the mount has no processes")
        return total, anonymous

    def cpu_ns(self):
        total = 0
        for pid in self.pids():
            for task in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{task}/schedstat", encoding="ascii") as file:
                    total += int(file.read().split()[0])
        return total


class Swap:
    """What git-sync does: a worktree per commit, a link swapped over, the old worktree pruned."""
    name = "swap"

    def __init__(self, repo, work, name):
        self.repo = repo
        self.folder = os.path.join(work, f"swap-{name}")
        self.root = os.path.join(self.folder, "current")
        self.old = None
        os.makedirs(self.folder)

    def show(self, commit):
        """Make ROOT show COMMIT; returns the seconds that git worktree add took."""
        begun = time.monotonic()
        new = os.path.join(self.folder, commit)
        git = ["git", "-C", self.repo]
        run(*git, "worktree", "add", "--quiet", "--detach", "--force", new, commit)
        took = time.monotonic() - begun
        aside = self.root + ".new"
        os.symlink(commit, aside)
        os.rename(aside, self.root)
        return took, new

    def prune(self, new):
        if self.old:
            shutil.rmtree(self.old)
            run("git", "-C", self.repo, "worktree", "prune")
        self.old = new
