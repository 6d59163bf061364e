#!/usr/bin/python3
"""Ask a server again and again and judge its answers.

    load.py ask SOCKET LOG          until it is told to end (SIGTERM): a line for each request in LOG
    load.py judge LOG EVENTS        what is wrong with them
    load.py now                     the time, as it stands there

A request is TLS and HTTP over a Unix socket; its line is START END ANSWER CERTIFICATE, in nanoseconds, the first word of the
body and a digest of the certificate; a request that fails has ERROR and the reason. In EVENTS are lines `TIME begin` and
`TIME served ANSWER`: what begins after the one must not get another answer until the next `begin`. A certificate belongs to
one answer.
"""
import hashlib
import signal
import socket
import ssl
import sys
import threading
import time

CLIENTS = 3


def request(path, context):
    with socket.socket(socket.AF_UNIX) as plain:
        plain.settimeout(10)
        plain.connect(path)
        with context.wrap_socket(plain) as tls:
            digest = hashlib.sha256(tls.getpeercert(binary_form=True)).hexdigest()[:16]
            tls.sendall(b"GET / HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n")
            answer = b""
            while data := tls.recv(65536):
                answer += data
    head, _, body = answer.partition(b"\r\n\r\n")
    status = head.split()[1:2]
    if status != [b"200"]:
        raise OSError(f"status {status}")
    return body.split()[0].decode(), digest


def ask(path, log):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    end = threading.Event()
    lines = []

    def client():
        while not end.is_set():
            start = time.monotonic_ns()
            try:
                result = "%s %s" % request(path, context)
            except (OSError, IndexError) as error:
                result = f"ERROR {type(error).__name__}:{str(error).replace(' ', '_')}"
            lines.append(f"{start} {time.monotonic_ns()} {result}\n")
            time.sleep(0.002)  # others want to run, too

    signal.signal(signal.SIGTERM, lambda *_: end.set())
    clients = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in clients:
        thread.start()
    end.wait()
    for thread in clients:
        thread.join()
    with open(log, "w", encoding="utf-8") as out:
        out.writelines(lines)


def judge(log, events):
    pairs, count = {}, 0
    steps = [line.split() for line in open(events, encoding="utf-8")]
    for line in open(log, encoding="utf-8"):
        start, end, answer, certificate = line.split()
        count += 1
        if answer == "ERROR":
            print(f"a request failed: {certificate}")
            continue
        if pairs.setdefault(certificate, answer) != answer:
            print(f"certificate {certificate} came with {pairs[certificate]} and {answer}")
        before = [step for step in steps if int(step[0]) <= int(start)]
        after = [step for step in steps if int(start) < int(step[0]) <= int(end)]
        if before and before[-1][1] == "served" and not after and before[-1][2] != answer:
            print(f"an answer of {answer} after {before[-1][2]} was served")
    if len(set(pairs.values())) < len({step[2] for step in steps if step[1] == "served"}):
        print(f"only these answers were seen: {sorted(set(pairs.values()))}")
    if count < 20:
        print(f"only {count} requests")


if sys.argv[1] == "now":
    print(time.monotonic_ns())
else:
    {"ask": ask, "judge": judge}[sys.argv[1]](*sys.argv[2:])
