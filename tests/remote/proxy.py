#!/usr/bin/python3
"""A TCP proxy on loopback that can be faulty: proxy.py PORT MODE-FILE [LOG]

The port it listens on is printed. MODE-FILE holds one of

  pass            everything, both ways
  refuse          nothing listens
  hang            accept, and never say a word
  drip            what the server says, one byte a second
  stall:K         what the server says, K bytes of it, and then nothing more
  cut:K           the same, and then the connection ends
  reset:K         the same, and then the connection is reset
  garbage         answer with noise, and end
  redirect:URL    answer 302 to URL, and end
  connect         be a web proxy: the client says by CONNECT where to; PORT does not matter

and is read again on SIGHUP, after which MODE-FILE.applied holds the same. A connection keeps the mode that it began with, but for
`refuse`, which ends all. LOG gets a line when a connection begins and when it ends:

  begin N MODE
  end N MODE UP DOWN      bytes from the client, bytes from the server
"""
import os
import random
import selectors
import signal
import socket
import struct
import sys
import threading
import time

NOISE = random.Random(1).randbytes(400)


class Connection:
    """One client; two threads, one for each way."""

    def __init__(self, proxy, client, number):
        self.proxy, self.client, self.number = proxy, client, number
        self.kind, _, self.argument = proxy.mode.partition(":")
        self.name = proxy.mode.split(":http")[0]
        self.server = self.sender = None
        self.up = self.down = 0

    def run(self):
        self.proxy.log(f"begin {self.number} {self.name}")
        try:
            self.serve()
        except OSError:
            pass
        self.close()
        self.proxy.connections.discard(self)
        self.proxy.log(f"end {self.number} {self.name} {self.up} {self.down}")

    def serve(self):
        if self.kind in ("hang", "garbage", "redirect"):
            self.answer()
            return
        self.server = socket.create_connection(self.destination())
        self.sender = threading.Thread(target=self.send, daemon=True)
        self.sender.start()
        self.receive()

    def destination(self):
        if self.kind != "connect":
            return "127.0.0.1", self.proxy.target
        with self.client.makefile("rb", buffering=0) as head:
            host, _, port = head.readline().split()[1].decode().rpartition(":")
            while head.readline().strip():
                pass
        self.client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        return host, int(port)

    def answer(self):
        """Without the server."""
        if self.kind == "garbage":
            self.client.recv(65536)
            self.client.sendall(NOISE)
        elif self.kind == "redirect":
            self.client.recv(65536)
            self.client.sendall(f"HTTP/1.1 302 Found\r\nLocation: {self.argument}\r\nContent-Length: 0\r\n"
                                "Connection: close\r\n\r\n".encode())
        else:
            while self.client.recv(65536):
                pass

    def send(self):
        """From the client to the server."""
        try:
            while data := self.client.recv(65536):
                self.up += len(data)
                self.server.sendall(data)
            self.server.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def receive(self):
        """From the server to the client, until the mode says otherwise."""
        limit = int(self.argument) if self.kind in ("stall", "cut", "reset") else None
        while limit is None or self.down < limit:
            data = self.server.recv(65536 if limit is None else limit - self.down)
            if not data:
                return
            self.pass_on(data)
        if self.kind == "stall":
            self.sender.join()

    def pass_on(self, data):
        if self.kind != "drip":
            self.client.sendall(data)
            self.down += len(data)
            return
        for byte in data:
            self.client.sendall(bytes([byte]))
            self.down += 1
            time.sleep(1)

    def interrupt(self):
        """A thread may be in recv(), which close() does not end, but shutdown() does."""
        for end in (self.server, self.client):
            try:
                if end is not None:
                    end.shutdown(socket.SHUT_RD if self.kind == "reset" else socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self):
        self.interrupt()
        if self.sender is not None:
            self.sender.join()
        if self.kind == "reset":
            self.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        for end in (self.server, self.client):
            if end is not None:
                end.close()


class Proxy:
    def __init__(self, target, mode_file, log_file):
        self.target, self.mode_file, self.log_file = target, mode_file, log_file
        self.lock = threading.Lock()
        self.listener, self.port, self.connections = None, 0, set()
        self.mode = ""

    def log(self, line):
        if self.log_file:
            with self.lock, open(self.log_file, "a", encoding="utf-8") as out:
                out.write(line + "\n")

    def apply_mode(self):
        with open(self.mode_file, encoding="utf-8") as file:
            self.mode = file.readline().strip()
        if self.mode == "refuse":
            self.stop_listening()
        elif self.listener is None:
            self.listen()
        with open(self.mode_file + ".applied", "w", encoding="utf-8") as file:
            file.write(self.mode + "\n")

    def listen(self):
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", self.port))
        self.listener.listen(128)
        self.port = self.listener.getsockname()[1]

    def stop_listening(self):
        if self.listener is not None:
            self.listener.close()
            self.listener = None
        for connection in list(self.connections):
            connection.interrupt()

    def run(self, wakeup):
        number = 0
        while True:
            with selectors.DefaultSelector() as selector:
                selector.register(wakeup, selectors.EVENT_READ)
                if self.listener is not None:
                    selector.register(self.listener, selectors.EVENT_READ)
                ready = [key.fileobj for key, _ in selector.select()]
            if wakeup in ready:
                wakeup.recv(64)
                self.apply_mode()
            elif ready:
                number += 1
                connection = Connection(self, self.listener.accept()[0], number)
                self.connections.add(connection)
                threading.Thread(target=connection.run, daemon=True).start()


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    wakeup, wake = socket.socketpair()
    wake.setblocking(False)
    signal.signal(signal.SIGHUP, lambda *_: None)
    signal.set_wakeup_fd(wake.fileno())
    proxy = Proxy(int(sys.argv[1]), sys.argv[2], sys.argv[3] if len(sys.argv) == 4 else None)
    proxy.listen()
    proxy.apply_mode()
    print(proxy.port, flush=True)
    os.close(1)
    proxy.run(wakeup)


if __name__ == "__main__":
    main()
