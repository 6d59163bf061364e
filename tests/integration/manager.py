#!/usr/bin/python3
"""A service manager as small as it can be: notifications, a descriptor store, restarts.

  manager.py DIR COMMAND...

Runs COMMAND as systemd runs a service with Type=notify, Restart=always, KillMode=process and
FileDescriptorStoreMax=: what is sent with FDSTORE=1 is kept, and handed to the next instance, which is
started at once when the one before has been killed by a signal; but for the one that REFUSE names. DIR gets `notify` (the socket), `log`
(each message, a line) and `pid` (of the instance that runs). Ends when the command ends by itself, and
when it is sent SIGTERM, which it passes on.
"""
import array
import os
import select
import signal
import socket
import sys

folder, command = sys.argv[1], sys.argv[2:]
store = {}  # name -> descriptors
sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
sock.bind(f"{folder}/notify")
sock.setblocking(False)
log = open(f"{folder}/log", "a", buffering=1, encoding="utf-8")

def start():
    names = [(name, fd) for name, fds in sorted(store.items()) for fd in fds]
    pid = os.fork()
    if pid:
        with open(f"{folder}/pid.new", "w", encoding="utf-8") as out:
            out.write(f"{pid}\n")
        os.rename(f"{folder}/pid.new", f"{folder}/pid")
        return pid
    try:
        environ = dict(os.environ, NOTIFY_SOCKET=f"{folder}/notify")
        if names:
            environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(names)),
                           LISTEN_FDNAMES=":".join(name for name, _ in names))
        high = [os.dup2(fd, 1000 + i) for i, (_, fd) in enumerate(names)]
        os.closerange(3, 1000)
        for i, fd in enumerate(high):
            os.dup2(fd, 3 + i)
            os.close(fd)
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        os.execve(command[0], command, environ)
    finally:
        os._exit(127)

def can_be_asked(fd):
    """Whether it hangs up. A file never does (EPERM), and is taken all the same; an O_PATH descriptor cannot even be asked."""
    with select.epoll() as poll:
        try:
            poll.register(fd, 0)
        except PermissionError:
            pass
        except OSError:
            return False
    return True

def take(text, fds):
    words = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    name = words.get("FDNAME", "stored")
    log.write(" ".join(text.split("\n")) + "\n")
    is_refused = name == os.environ.get("REFUSE") or words.get("FDPOLL") != "0" and not all(map(can_be_asked, fds))
    if words.get("FDSTORE") == "1" and is_refused:
        log.write(f"REFUSED={name}\n")
    elif words.get("FDSTORE") == "1":
        store.setdefault(name, []).extend(fds)
        fds = []
    if words.get("FDSTOREREMOVE") == "1":
        fds = fds + store.pop(name, [])
    for fd in fds:
        os.close(fd)

def receive_all():
    """As systemd does before it looks at who has ended: what a process has sent comes before its end."""
    try:
        while True:
            receive()
    except BlockingIOError:
        pass

def receive():
    size = array.array("i").itemsize
    data, extra, _, _ = sock.recvmsg(65536, socket.CMSG_SPACE(8 * size))
    fds = array.array("i")
    for level, kind, part in extra:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            fds.frombytes(part[:len(part) - len(part) % size])
    take(data.decode(), list(fds))

def main():
    wake, woken = socket.socketpair()
    wake.setblocking(False)
    woken.setblocking(False)
    signal.set_wakeup_fd(wake.fileno())
    ended = []
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda *_: ended.append(1))
    pid = start()
    while True:

        ready, _, _ = select.select([sock, woken], [], [])
        if sock in ready:
            receive_all()
        if woken not in ready:
            continue
        woken.recv(4096)
        if ended and pid:
            os.kill(pid, signal.SIGTERM)
        done, status = os.waitpid(-1, os.WNOHANG)
        while done:
            if done == pid:
                receive_all()
                log.write(f"ENDED={status}\n")
                if not os.WIFSIGNALED(status) or ended:
                    return 0
                pid = start()
            try:
                done, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                break

if __name__ == "__main__":
    sys.exit(main())
