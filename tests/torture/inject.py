#!/usr/bin/python3
"""Faults for a mount that runs under tests/integration/manager.py.

  inject.py --wait MANAGER MOUNT                 until it serves
  inject.py --kind KIND --count N ... MANAGER MOUNT   do them, one after the other, each after the last was got over
  inject.py --settled MANAGER MOUNT              after the readers have ended: nothing may be kept that nobody needs
  inject.py --row KIND DIR                       a row of the table, from what injector, switcher and reader printed

KIND: server, engine, builder (in the middle of a build), keeper (SIGKILL), upgrade (to the other program and back).
"""
import argparse
import os
import random
import re
import signal
import subprocess
import sys
import time

PATIENCE_S = 30
FAULTS_PER_SWITCH = {"server": 5, "engine": 2, "builder": 1, "keeper": 1, "upgrade": 1} # at most
UNNAMED_MAX = 64 + 4 # SEGMENTS_HELD_GOOD of fs/segments.h, so many may the kernel keep for itself; and what every mount has in memory


def wait_for(what, done):
    end = time.monotonic() + PATIENCE_S
    while True:
        found = done()
        if found:
            return found
        if time.monotonic() > end:
            sys.exit(f"inject: waited {PATIENCE_S} s for {what}")
        time.sleep(0.0005)


def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def children(pid, role):
    """Processes of that role that PID has started."""
    wanted = f"refmount: {role} "
    return [int(child) for child in read(f"/proc/{pid}/task/{pid}/children").split()
            if read(f"/proc/{child}/cmdline").startswith(wanted)]


def descriptors(pid):
    """What they lead to."""
    folder, targets = f"/proc/{pid}/fd", []
    try:
        for name in os.listdir(folder):
            targets.append(os.readlink(f"{folder}/{name}"))
    except OSError: # one that is just being closed, or the whole process
        pass
    return targets


class Mount:
    def __init__(self, manager, mount, programs):
        self.manager, self.mount, self.programs = manager, mount, programs
        self.chance = random.Random(1)
        self.upgrades = 0

    def keeper(self):
        return int(read(f"{self.manager}/pid") or 0)

    def ready(self):
        return read(f"{self.manager}/log").count("READY=1")

    def one(self, role):
        found = children(self.keeper(), role)
        return found[-1] if found else 0

    def kill_child(self, role):
        pid = wait_for(role, lambda: self.one(role))
        os.kill(pid, signal.SIGKILL)
        wait_for(f"another {role}", lambda: self.one(role) not in (0, pid))

    def building(self):
        """A builder that has begun to write a segment; the spare one has not."""
        for pid in children(self.one("engine"), "builder"):
            if any(".seg.tmp" in target for target in descriptors(pid)):
                return pid
        return 0

    def kill_builder(self):
        """Another one builds the same; were that killed as well, the commit would be given up."""
        os.kill(wait_for("a build", self.building), signal.SIGKILL)

    def kill_keeper(self):
        before, pid = self.ready(), self.keeper()
        os.kill(pid, signal.SIGKILL)
        wait_for("another keeper", lambda: self.ready() > before)

    def upgrade(self):
        self.upgrades += 1
        program = self.programs[self.upgrades % 2]
        run = subprocess.run([f"{program}/refmount", "upgrade", self.mount, f"{program}/refmount"],
                             capture_output=True, text=True, check=False)
        if run.returncode != 0:
            sys.exit(f"inject: upgrade: {run.stderr.strip()}")

    def served(self):
        """A reader, too: it may wait, but not fail."""
        return os.readlink(f"{self.mount}/.refmount/at/current")

    def inject(self, kind):
        if kind in ("server", "engine"):
            self.kill_child(kind)
        else:
            {"builder": self.kill_builder, "keeper": self.kill_keeper,
             "upgrade": self.upgrade}[kind]()


def run(mount, kind, count):
    slowest, last = 0.0, mount.served()
    for i in range(count):
        if i % FAULTS_PER_SWITCH[kind] == 0:
            wait_for("a switch", lambda: mount.served() != last)
        time.sleep(mount.chance.uniform(0, 0.016)) # some kills come before it has answered anybody
        start = time.monotonic()
        mount.inject(kind)
        slowest = max(slowest, time.monotonic() - start)
        last = mount.served()
    wait_for("the engine", lambda: mount.one("engine"))
    print(f"injected={count} slowest_ms={slowest * 1000:.1f}")
    return 0


def settled(mount):
    """
    Segments that no generation needs have no name any more. Nobody has anything open, so the kernel may still know a few files of them,
    but whatever else is kept was counted wrong when a server died, or left behind in the kernel.
    """
    def unnamed():
        return sum(target.endswith(" (deleted)") for target in descriptors(mount.keeper()))
    end = time.monotonic() + PATIENCE_S
    while unnamed() > UNNAMED_MAX and time.monotonic() < end:
        time.sleep(0.05)
    count = unnamed()
    print(f"descriptors={len(descriptors(mount.keeper()))} unnamed={count}")
    return 0 if count <= UNNAMED_MAX else "inject: the keeper holds segments that nobody needs"


def row(kind, folder):
    def field(file, name):
        found = re.findall(rf"\b{name}=([0-9.]+)", read(f"{folder}/{file}"))
        return found[-1] if found else "?"
    print(f"{kind:9s} {field('injected', 'injected'):>8s} {field('injected', 'slowest_ms'):>12s} "
          f"{field('read', 'operations'):>10s} {field('switch', 'switches'):>9s} "
          f"{field('read', 'slowest_ms'):>11s} {field('read', 'violations'):>10s} "
          f"{field('settled', 'descriptors'):>11s}", flush=True)
    return 0 if field("read", "violations") == "0" else 1


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--wait", action="store_true")
    parser.add_argument("--settled", action="store_true")
    parser.add_argument("--row", metavar="KIND")
    parser.add_argument("--kind")
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--programs", default="")
    parser.add_argument("where", nargs="+")
    args = parser.parse_args()
    if args.row:
        return row(args.row, args.where[0])
    mount = Mount(args.where[0], args.where[1], args.programs.split(","))
    mount.chance.seed(args.seed)
    if args.wait:
        wait_for("the mount", mount.ready)
        return 0
    if args.settled:
        return settled(mount)
    return run(mount, args.kind, args.count)


if __name__ == "__main__":
    sys.exit(main())
