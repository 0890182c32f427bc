"""Two receivers of a provider's own making: one that keeps every promise, and one that believes everything and remembers nothing."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook, WebhookVerificationError


class Till:
    """`POST /` takes messages, `GET /acted` lists the events acted on."""

    def __init__(self, secret, is_careful):
        self.acted, self.seen, self.lock = [], set(), threading.Lock()
        till = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                self.answer(till.take(body, self.headers, secret) if is_careful else till.believe(body))

            def do_GET(self):
                self.answer(200, "\n".join(till.acted).encode())

            def answer(self, status, body=b""):
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, body, headers, secret):
        try:
            told = Webhook(secret).verify(body, dict(headers.items()))
        except WebhookVerificationError:
            return 401
        with self.lock:
            if headers["webhook-id"] not in self.seen:
                self.seen.add(headers["webhook-id"])
                self.acted.append(told["data"]["id"])
        return 204

    def believe(self, body):
        with self.lock:
            try:
                self.acted.append(json.loads(body)["data"]["id"])
            except ValueError:
                return 500
        return 200

    def close(self):
        self.server.shutdown()
        self.server.server_close()
