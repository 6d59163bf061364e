"""The repositories of the benchmark: N files of 4 KiB, 20 in a folder, the same bytes every time.

Kept below build/bench/ from one run to the next; `base-N.git` is never written to again."""
import hashlib
import os
import random
import shutil
import subprocess

FILE_SIZE = 4096
FILES_PER_FOLDER = 20
FOLDERS_PER_TOP = 100
LARGE_SIZE = 16 << 20
LARGE_COUNT = 4
COMMIT_TIME = 1700000000
# A change of this file makes old caches worthless.
VERSION = 1

ENV = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
ENV.update(GIT_CONFIG_NOSYSTEM="1", GIT_CONFIG_GLOBAL="/dev/null")


def git(*args, **kwargs):
    return subprocess.run(["git", *args], check=True, env=ENV, stdout=subprocess.PIPE, text=True,
                          **kwargs).stdout


def file_paths(count):
    for number in range(count):
        folder = number // FILES_PER_FOLDER
        yield f"top{folder // FOLDERS_PER_TOP:03}/dir{folder % FOLDERS_PER_TOP:03}/file{number:06}.conf"


def large_paths():
    return [f"large/{number}.bin" for number in range(LARGE_COUNT)]


def content(path, mark):
    """4 KiB that begin with MARK and look like configuration: they compress to about a third."""
    lines = [f"{mark}\n# {path}\n"]
    size = len(lines[0])
    seed = hashlib.sha256(f"{path} {mark}".encode()).hexdigest()
    number = 0
    while size < FILE_SIZE:
        at = number * 7 % 48
        line = f"setting_{number:03}.value = {seed[at:at + 16]}-{number * 7919 % 1000}\n"
        lines.append(line)
        size += len(line)
        number += 1
    return "".join(lines).encode()[:FILE_SIZE]


class Import:
    """One run of git fast-import on a bare repository."""

    def __init__(self, repo):
        self.process = subprocess.Popen(
            ["git", "-C", repo, "-c", "fastimport.unpackLimit=0", "-c", "pack.compression=1",
             "fast-import", "--quiet", "--done"], stdin=subprocess.PIPE, env=ENV)
        self.out = self.process.stdin
        self.commits = 0

    def commit(self, ref, parent, files):
        subject = f"bench {ref}\n"
        self.commits += 1
        self.out.write(f"commit {ref}\ncommitter Bench <bench@example.com> "
                       f"{COMMIT_TIME + self.commits} +0000\ndata {len(subject)}\n{subject}".encode())
        if parent:
            self.out.write(f"from {parent}\n".encode())
        for path, data in files:
            self.out.write(b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(data), data))

    def close(self):
        self.out.write(b"done\n")
        self.out.close()
        if self.process.wait():
            raise RuntimeError("git fast-import failed")


def base_files(count, with_large):
    for path in file_paths(count):
        yield path, content(path, "base")
    if with_large:
        source = random.Random(64)
        for path in large_paths():
            yield path, source.randbytes(LARGE_SIZE)


def base(cache, count, with_large=False):
    """The bare repository with COUNT files in one commit, from the cache or new."""
    repo = os.path.join(cache, f"base-{VERSION}-{count}.git")
    if os.path.isdir(repo):
        return repo
    new = repo + ".new"
    shutil.rmtree(new, ignore_errors=True)
    git("init", "--quiet", "--bare", "--initial-branch=main", new)
    stream = Import(new)
    stream.commit("refs/heads/main", None, base_files(count, with_large))
    stream.close()
    os.rename(new, repo)
    return repo


def clone(repo, to):
    """A copy that shares nothing that is ever written."""
    git("clone", "--quiet", "--bare", repo, to)
    return to


def add_changes(repo, changes):
    """CHANGES: a list of {path: mark}; each becomes a commit on top of the one before. Their ids."""
    stream = Import(repo)
    for number, change in enumerate(changes):
        stream.commit(f"refs/heads/c{number}", f"refs/heads/c{number - 1}" if number else
                      "refs/heads/main^0",
                      [(path, content(path, mark)) for path, mark in change.items()])
    stream.close()
    return [git("-C", repo, "rev-parse", f"refs/heads/c{number}").strip()
            for number in range(len(changes))]
