"""What a forge and a monitor do: one HTTP request.

    forge.py METHOD URL [-H 'NAME: VALUE']... [-d BODY] [--github SECRET | --gitea SECRET]     STATUS, a space, and the body
    forge.py --port                                                                         a port that nobody has
"""
import argparse
import hashlib
import hmac
import socket
import sys
import urllib.error
import urllib.request

if sys.argv[1:] == ["--port"]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        print(free.getsockname()[1])
    sys.exit()
parser = argparse.ArgumentParser()
parser.add_argument("method")
parser.add_argument("url")
parser.add_argument("-H", dest="headers", action="append", default=[])
parser.add_argument("-d", dest="body")
parser.add_argument("--github")
parser.add_argument("--gitea")
args = parser.parse_args()
body = args.body.encode() if args.body is not None else None
headers = dict(h.split(": ", 1) for h in args.headers)
if args.github:
    headers["X-GitHub-Event"] = "push"
    headers["X-Hub-Signature-256"] = "sha256=" + hmac.new(args.github.encode(), body, hashlib.sha256).hexdigest()
if args.gitea:
    headers["X-Gitea-Signature"] = hmac.new(args.gitea.encode(), body, hashlib.sha256).hexdigest()
request = urllib.request.Request(args.url, data=body, headers=headers, method=args.method)
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
try:
    with opener.open(request, timeout=10) as answer:
        print(answer.status, answer.read().decode(), end="")
except urllib.error.HTTPError as error:
    print(error.code, error.read().decode(), end="")
except OSError as error:
    print("no answer:", error)
