"""A real `vnh serve` on a free port, and clients that talk to it over HTTP. Nothing here knows the inside of the program."""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
import uuid
from datetime import datetime, timedelta, timezone
from pathlib import Path
from urllib.parse import urlsplit

import requests

ROOT = Path(os.environ.get("VNH_DATA", Path(__file__).resolve().parents[2])).resolve()
BIN = Path(os.environ.get("VNH_BIN", ROOT / ".build/debug/vnh")).resolve()
LANZHOU = timezone(timedelta(hours=8))
STOP_LIMIT_S = 5


def vnh(*args: object, check: bool = True, **options) -> subprocess.CompletedProcess:
    """Runs one command of the program to its end."""
    done = subprocess.run([BIN, *map(str, args)], cwd=ROOT, capture_output=True, text=True, timeout=240, **options)
    assert not check or done.returncode == 0, f"vnh {args[0]}: {done.stderr}"
    return done


def day(days: int, hour: int = 10, minute: int = 0) -> str:
    """An hour of a day from today, in Lanzhou."""
    at = datetime.now(LANZHOU) + timedelta(days=days)
    return at.replace(hour=hour, minute=minute, second=0, microsecond=0).isoformat()


def now(seconds: float = 0) -> str:
    return (datetime.now(LANZHOU) + timedelta(seconds=seconds)).isoformat(timespec="milliseconds")


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


# Every refusal that a client of these tests has met: method, path, code.
REFUSALS: set[tuple[str, str, str]] = set()


class Client:
    """One caller with one token."""

    def __init__(self, base: str, token: str | None = None):
        self.base, self.http = base, requests.Session()
        if token:
            self.http.headers["Authorization"] = f"Bearer {token}"

    def __call__(self, method: str, path: str, body=None, *, key: str | None = None, root: bool = False, **options) -> requests.Response:
        options["headers"] = options.get("headers", {}) | ({"Idempotency-Key": key} if key else {})
        if body is not None:
            options["json"] = body
        url = self.base + ("" if root else "/api/v1") + path
        answer = self.http.request(method, url, allow_redirects=False, **{"timeout": 30} | options)
        if answer.headers.get("content-type", "").startswith("application/problem+json"):
            REFUSALS.add((method.lower(), urlsplit(answer.url).path, answer.json()["code"]))
        return answer

    def get(self, path: str, **params):
        return expect(self("GET", path, params=params), 200)

    def post(self, path: str, body=None, status: int = 200, **options):
        return expect(self("POST", path, body if body is not None else {}, **options), status)


def expect(answer: requests.Response, status: int):
    """The answer's JSON, if it has this status."""
    assert answer.status_code == status, f"{answer.request.method} {answer.request.path_url}: {answer.status_code} {answer.text[:600]}"
    return answer.json()


def problem(answer: requests.Response, status: int | None = None, code: str | None = None) -> dict:
    """The answer as a problem of RFC 9457, with everything that must hold of every one of them."""
    where = f"{answer.request.method} {answer.request.path_url[:120]}: {answer.status_code} {answer.text[:400]}"
    assert answer.status_code >= 400 and answer.status_code != 500, where
    assert answer.headers["content-type"].startswith("application/problem+json"), where
    body = answer.json()
    assert body["status"] == answer.status_code and body["code"].isascii() and body["code"].islower(), where
    assert any("\u4e00" <= c <= "\u9fff" for c in body["detail"]), where
    for leak in ["SELECT", "INSERT", "SQLITE", "sqlite", "GRDB", "Swift", ".swift", "Fatal", "Optional(", "/tmp/", "libpq"]:
        assert leak not in answer.text, f"{leak} leaked: {where}"
    assert status is None or answer.status_code == status, where
    assert code is None or body["code"] == code, where
    return body


def untold(document: dict) -> list[str]:
    """Refusals met so far that the document does not tell of their operation."""
    everywhere = {entry["code"] for entry in document["x-error-codes"] if entry["everywhere"]}
    paths = [(re.compile(re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(path)) + "$"), path.count("{"), item) for path, item in document["paths"].items()]
    found = set()
    for method, path, code in REFUSALS:
        # Of the paths that fit, the one with the fewest parts filled in, as the router chooses.
        fitting = [(filled, item[method]) for shape, filled, item in paths if method in item and shape.match(path)]
        if fitting and code not in everywhere:
            operation = min(fitting, key=lambda pair: pair[0])[1]
            if f"`{code}`" not in operation.get("description", ""):
                found.add(f"{operation['operationId']}: {code}")
    return sorted(found)


class House:
    """A database and the server on it."""

    def __init__(self, url: str):
        self.url, self.port = url, free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.tokens: dict[str, str] = {}
        self.process: subprocess.Popen | None = None
        self.log = Path(tempfile.mkstemp(suffix=".log")[1])

    @property
    def path(self) -> Path:
        return Path(self.url.removeprefix("sqlite:"))

    def start(self, wait: bool = True) -> "House":
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [BIN, "serve", "--database", self.url, "--port", str(self.port)], cwd=ROOT, stdout=log, stderr=log)
        if wait:
            self.wait_ready()
        return self

    def wait_ready(self, limit_s: float = 20) -> float:
        began = time.monotonic()
        while time.monotonic() - began < limit_s:
            assert self.process and self.process.poll() is None, f"server ended: {self.log.read_text()[-2000:]}"
            try:
                if requests.get(f"{self.base}/readyz", timeout=2).status_code == 200:
                    return time.monotonic() - began
            except requests.ConnectionError:
                time.sleep(0.02)
        raise AssertionError(f"not ready after {limit_s} s: {self.log.read_text()[-2000:]}")

    def stop(self) -> None:
        """A polite end: status 0 within five seconds."""
        if self.process is None:
            return
        process, self.process = self.process, None
        process.send_signal(signal.SIGTERM)
        try:
            assert process.wait(STOP_LIMIT_S) == 0, f"exit {process.returncode}: {self.log.read_text()[-2000:]}"
        finally:
            process.kill()

    def kill(self) -> None:
        """The plug is pulled."""
        assert self.process
        self.process.kill()
        self.process.wait()
        self.process = None

    def token(self, role: str) -> str:
        """A token for a role; for a provider the role is its code, `P001`."""
        if role not in self.tokens:
            who = ["--role", "provider", "--provider", role] if role[0] == "P" else ["--role", role]
            name = f"{role}-{uuid.uuid4().hex[:6]}"
            self.tokens[role] = vnh("token", "create", "--database", self.url, "--name", name, *who).stdout.strip()
        return self.tokens[role]

    def client(self, role: str | None = None) -> Client:
        return Client(self.base, self.token(role) if role else None)

    def rows(self, sql: str, *values) -> list[tuple]:
        """What the file really holds, read without the program."""
        with sqlite3.connect(f"file:{self.path}?mode=ro", uri=True) as connection:
            return connection.execute(sql, values).fetchall()


def budget(house: House, fund: str, year: int, granted_fen: int, **fields) -> dict:
    """Proposed by finance; a new one and a raise are confirmed by somebody else."""
    set = house.client("finance").post("/budgets", {"fund": fund, "year": year, "granted_fen": granted_fen} | fields, 201)
    if set["proposal"]:
        house.client("admin").post(f"/budget-overrides/{set['proposal']['id']}/approve", {"opinion": "同意"})
    return next(b for b in house.client("finance").get("/budgets", year=year)["budgets"] if b["id"] == set["id"])


class Desk:
    """What every test needs to do: orders of a subsidised elder for a service that several providers offer."""

    ITEM = "02001"

    def __init__(self, house: House):
        self.house = house
        self.operator, self.admin = house.client("operator"), house.client("admin")
        self.finance, self.quality = house.client("finance"), house.client("quality")

    def elders(self, first: int = 1, count: int = 300, subsidised: bool = True) -> list[str]:
        """Ids of elders, by their card numbers, whom the district pays for (destitute, minimum living …)."""
        found = []
        for number in range(first, first + count):
            elder = self.operator.get("/elders", q=f"LZ{number:08d}")["elders"][0]
            poor = {"destitute", "minimum_living", "low_income", "special_family"} & set(elder["classes"])
            if elder["status"] == "active" and (poor or not subsidised):
                found.append(elder["id"])
        return found

    def place(self, elder: str, start: str | None = None, by: Client | None = None, **fields) -> dict:
        body = {"elder_id": elder, "item_code": self.ITEM, "start": start or day(2), "allow_twin": True} | fields
        return (by or self.operator).post("/orders", body, 201)

    def provider(self, order: dict) -> Client:
        return self.house.client(order["provider"])

    def schedule(self, order: dict) -> dict:
        """Names the first of the provider's workers who holds what the service needs."""
        provider, path = self.provider(order), f"/provider/orders/{order['id']}/schedule"
        lines = (ROOT / "Providers/workers.csv").read_text(encoding="utf-8-sig").splitlines()
        for worker in [line.split(",")[0] for line in lines if line.split(",")[1] == order["provider"]]:
            answer = provider("POST", path, {"worker": worker})
            if answer.status_code == 200:
                return answer.json()
            problem(answer, 422)
        raise AssertionError(f"no worker of {order['provider']} may do {order['item_code']}")

    def serve(self, order: dict, confirmed: bool = True) -> dict:
        """Takes an order through accept, schedule, check-in and check-out."""
        provider, id = self.provider(order), order["id"]
        provider.post(f"/provider/orders/{id}/accept")
        self.schedule(order)
        provider.post(f"/provider/orders/{id}/check-in", {"at": order["start"], "method": "code", "code": order["visit_code"]})
        proof = {"method": "code", "code": order["visit_code"]} if confirmed else {"method": "landline"}
        return provider.post(f"/provider/orders/{id}/check-out", {"at": min(order["end"], now(540), key=moment)} | proof)

    def today(self, elder: str, **fields) -> dict:
        """An order whose visit has just begun: as late as an order may still be placed by an operator."""
        return self.place(elder, start=now(-240), end=now(660), **fields)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
