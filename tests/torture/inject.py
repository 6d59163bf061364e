#!/usr/bin/python3
"""Faults for a mount that runs under tests/integration/manager.py.

  inject.py --wait MANAGER MOUNT                 until it serves
  inject.py --kind KIND --count N ... MANAGER MOUNT   do them, one after the other, each after the last was got over
  inject.py --row KIND DIR                       a row of the table, from what injector, switcher and reader printed

KIND: server, engine, builder, keeper (SIGKILL), upgrade (to the other program and back).
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

    def kill_builder(self):
        """In the middle of a build, as often as not; the commit is then asked for again."""
        pids = wait_for("a builder", lambda: children(self.one("engine"), "builder"))
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        subprocess.run([f"{self.programs[0]}/refmount", "sync", self.mount, "--timeout", "1s"],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)

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

    def inject(self, kind):
        if kind in ("server", "engine"):
            self.kill_child(kind)
        else:
            {"builder": self.kill_builder, "keeper": self.kill_keeper,
             "upgrade": self.upgrade}[kind]()


def count_fds(mount):
    return len(os.listdir(f"/proc/{mount.keeper()}/fd"))


def run(mount, kind, count):
    before, slowest = count_fds(mount), 0.0
    for _ in range(count):
        time.sleep(mount.chance.uniform(0, 0.016)) # some kills come before it has answered anybody
        start = time.monotonic()
        mount.inject(kind)
        slowest = max(slowest, time.monotonic() - start)
    wait_for("the engine", lambda: mount.one("engine"))
    after = count_fds(mount)
    print(f"injected={count} slowest_ms={slowest * 1000:.1f} descriptors={before}..{after}")
    # A server that is killed leaves counts too high, so segments stay that nobody needs; up to a number.
    return 0 if after < 1536 else "inject: the keeper's descriptors grow without end"


def row(kind, folder):
    def field(file, name):
        found = re.findall(rf"\b{name}=([0-9.]+)", read(f"{folder}/{file}"))
        return found[-1] if found else "?"
    print(f"{kind:9s} {field('injected', 'injected'):>8s} {field('injected', 'slowest_ms'):>12s} "
          f"{field('read', 'operations'):>10s} {field('switch', 'switches'):>9s} "
          f"{field('read', 'slowest_ms'):>11s} {field('read', 'violations'):>10s}", flush=True)
    return 0 if field("read", "violations") == "0" else 1


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--wait", action="store_true")
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
    return run(mount, args.kind, args.count)


if __name__ == "__main__":
    sys.exit(main())
