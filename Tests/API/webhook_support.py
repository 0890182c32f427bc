"""A real `vnh serve` over a fresh demonstration district, and a receiver of webhooks that does as it is told."""

import json
import os
import pathlib
import re
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DATA = pathlib.Path(os.environ.get("VNH_DATA", pathlib.Path(__file__).resolve().parents[2]))
BINARY = os.environ.get("VNH_BIN", str(DATA / ".build/debug/vnh"))
# The receivers stand on this machine; no proxy of the environment may come between.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def vnh(*arguments, **environment):
    return subprocess.run(
        [BINARY, *arguments], cwd=DATA, env={**os.environ, **environment}, capture_output=True, text=True, timeout=120)


def wait_until(claim, seconds=10.0, what="it"):
    """Looks again until the claim gives something true, and gives that."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = claim()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"{what} did not happen within {seconds} s")


class Answer:
    def __init__(self, status, body, headers):
        self.status, self.headers = status, headers
        self.json = json.loads(body) if body else None

    @property
    def code(self):
        return self.json["code"]


class Server:
    """One `vnh serve`; can be stopped and started over the same database."""

    def __init__(self, folder, url=None, demo=True, **environment):
        self.url = url or f"sqlite:{folder}/vnh.sqlite"
        self.log = open(f"{folder}/serve-{id(self)}.log", "a+")
        self.environment = {"VNH_WEBHOOK_ALLOW": "127.0.0.1", "VNH_WEBHOOK_TIMEOUT": "2", **environment}
        self.process = None
        if demo:
            made = vnh("demo", "--database", self.url, "--elders", "300", "--data", str(DATA))
            assert made.returncode == 0, made.stderr
        self.start()

    def start(self):
        begin = self.log.seek(0, os.SEEK_END)
        self.process = subprocess.Popen(
            [BINARY, "serve", "--database", self.url, "--port", "0"], cwd=DATA, env={**os.environ, **self.environment}, stderr=self.log)

        def address():
            assert self.process.poll() is None, "vnh serve ended"
            with open(self.log.name) as log:
                log.seek(begin)
                return re.search(r"http://127\.0\.0\.1:\d+", log.read())

        self.base = wait_until(address, 20, "the start").group() + "/api/v1"

    def stop(self, by=signal.SIGTERM):
        self.process.send_signal(by)
        return self.process.wait(timeout=20)

    def token(self, role, *more):
        made = vnh("token", "create", "--database", self.url, "--role", role, *more)
        assert made.returncode == 0, made.stderr
        return made.stdout.strip()

    def call(self, method, path, token, body=None, **headers):
        request = urllib.request.Request(
            self.base + path, method=method, data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json", **headers})
        try:
            with OPENER.open(request, timeout=20) as answer:
                return Answer(answer.status, answer.read(), answer.headers)
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.read(), error.headers)


class Receiver:
    """Notes every message. What it answers is told per path: a list of steps, the last of which is repeated.

    A step is a status, or a function that is given the handler and answers by itself.
    """

    def __init__(self):
        self.messages = []
        self.steps = {}
        self.connections = 0
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self):
                super().setup()
                receiver.connections += 1

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.messages.append((self.path, dict(self.headers.items()), body, time.monotonic()))
                steps = receiver.steps.get(self.path, [200])
                step = steps.pop(0) if len(steps) > 1 else steps[0]
                if callable(step):
                    return step(self)
                self.answer(step)

            do_GET = do_POST

            def answer(self, status, body=b"", **headers):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        class Listener(ThreadingHTTPServer):
            # A sender that has been killed, or has hung up on purpose, is part of the tests.
            def handle_error(self, *_):
                pass

        self.server = Listener(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def to(self, path):
        return [message for message in self.messages if message[0] == path]

    def close(self):
        self.server.shutdown()
        self.server.server_close()
