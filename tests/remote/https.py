#!/usr/bin/python3
"""Serve the bare repositories below a folder over http or https, by `git http-backend`, as a forge would.

The port is printed once it listens. Whatever is asked for in a file is read anew for each request, so that it can be rotated.
With --log each request becomes a line: METHOD PATH STATUS IN OUT AUTHORIZATION, with the bytes of the two bodies and
the scheme of the authorization or "none". Credentials are never written down.
"""
import argparse
import base64
import http.server
import os
import socket
import ssl
import subprocess
import sys
import threading
import time


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--address", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--certificate", metavar="FILE", help="with the key in it; without it is plain http")
    parser.add_argument("--client-ca", metavar="FILE", help="only clients with a certificate of this authority")
    parser.add_argument("--basic", metavar="FILE", help="a line USER:PASSWORD")
    parser.add_argument("--bearer", metavar="FILE", help="a line with a token")
    parser.add_argument("--redirect", metavar="URL", help="answer everything with 302 to this and the path")
    parser.add_argument("--old", action="store_true", help="speak version 0 of git's protocol only")
    parser.add_argument("--gate", metavar="FILE", help="while it exists no request that is allowed is answered")
    parser.add_argument("--log", metavar="FILE")
    return parser.parse_args()


def line_of(path):
    with open(path, encoding="utf-8") as file:
        return file.readline().rstrip("\n")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60

    def do_GET(self):
        self.handle_one(b"")

    def do_POST(self):
        self.handle_one(self.read_body())

    def handle_one(self, body):
        options = self.server.options
        if options.redirect:
            self.answer(302, [("Location", options.redirect + self.path)], b"", len(body))
        elif not self.is_authorized():
            scheme = "Bearer" if options.bearer else "Basic"
            self.answer(401, [("WWW-Authenticate", f'{scheme} realm="test"')], b"no\n", len(body))
        else:
            while options.gate and os.path.exists(options.gate):
                time.sleep(0.01)
            self.answer(*self.run_backend(body), len(body))

    def read_body(self):
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def is_authorized(self):
        options = self.server.options
        wanted = []
        if options.basic:
            wanted.append("Basic " + base64.b64encode(line_of(options.basic).encode()).decode())
        if options.bearer:
            wanted.append("Bearer " + line_of(options.bearer))
        return not wanted or self.headers.get("Authorization") in wanted

    def run_backend(self, body):
        path, _, query = self.path.partition("?")
        env = {
            "PATH": os.environ["PATH"],
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROJECT_ROOT": self.server.options.folder,
            "GIT_PROTOCOL": "" if self.server.options.old else self.headers.get("Git-Protocol", ""),
            "REQUEST_METHOD": self.command,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "REMOTE_ADDR": self.client_address[0],
        }
        done = subprocess.run(["git", "http-backend"], env=env, input=body, stdout=subprocess.PIPE, check=False)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        status, headers = 200, []
        for line in head.decode().split("\r\n"):
            name, _, value = line.partition(": ")
            if name == "Status":
                status = int(value.split()[0])
            elif name and name != "Content-Length":
                headers.append((name, value))
        return status, headers, content

    def answer(self, status, headers, content, received):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.server.log(f"{self.command} {self.path} {status} {received} {len(content)} "
                        f"{(self.headers.get('Authorization') or 'none').split()[0].lower()}")
        self.wfile.write(content)

    def log_message(self, *_):
        """Requests are logged by answer()."""


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, options):
        super().__init__((options.address, options.port), Handler)
        self.options = options
        self.lock = threading.Lock()
        self.context = None
        if options.certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(options.certificate)
            if options.client_ca:
                self.context.verify_mode = ssl.CERT_REQUIRED
                self.context.load_verify_locations(options.client_ca)

    def finish_request(self, request, client_address):
        """In the connection's own thread: a client that does not speak TLS keeps nobody waiting."""
        plain = request
        try:
            if self.context:
                request.settimeout(60)
                request = self.context.wrap_socket(request.dup(), server_side=True)
            super().finish_request(request, client_address)
        except OSError as error:
            self.log(f"refused: {error}")
            self.drain(plain)
        finally:
            request.close()

    def drain(self, request):
        """What was not read would make the kernel reset the connection, and the client would not hear why it is refused."""
        try:
            request.settimeout(5)
            request.shutdown(socket.SHUT_WR)
            while request.recv(4096):
                pass
        except OSError:
            pass

    def log(self, line):
        if self.options.log:
            with self.lock, open(self.options.log, "a", encoding="utf-8") as out:
                out.write(line + "\n")


def main():
    server = Server(arguments())
    print(server.server_address[1], flush=True)
    sys.stdout.close()
    server.serve_forever()


if __name__ == "__main__":
    main()
