"""The way in: what HTTP/1.1 allows on one connection, and polls that wait there."""

import re
import shutil
import socket
import time
from pathlib import Path

import pytest
from house import Client, House, problem


def line(house, wait: float = 20) -> socket.socket:
    return socket.create_connection(("127.0.0.1", house.port), timeout=wait)


def head(method: str, path: str, token: str, *more: str) -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: x", f"Authorization: Bearer {token}", *more, "", ""]).encode()


def answers(connection: socket.socket, count: int) -> list[tuple[int, bytes]]:
    """Whole answers, each with a Content-Length, in the order in which they come."""
    data, found = b"", []
    while len(found) < count:
        while b"\r\n\r\n" not in data or len(data) < data.index(b"\r\n\r\n") + 4 + length(data):
            more = connection.recv(65_536)
            assert more, f"closed after {len(found)} answers: {data[:200]}"
            data += more
        end = data.index(b"\r\n\r\n") + 4
        found.append((int(data[9:12]), data[end:end + length(data)]))
        data = data[end + length(data):]
    return found


def length(data: bytes) -> int:
    said = re.search(rb"(?i)\r\ncontent-length: (\d+)", data[:data.index(b"\r\n\r\n") + 2])
    return int(said[1]) if said else 0


def test_requests_on_one_connection_are_answered_in_their_order(house):
    token = house.token("operator")
    body = b'{"event":"x","call_id":"1","from":"1"}'
    with line(house) as connection:
        connection.sendall(
            head("GET", "/api/v1/catalog/items?q=lifa", token)
            + head("POST", "/api/v1/calls", token, "Content-Type: application/json", f"Content-Length: {len(body)}") + body
            + head("POST", "/api/v1/calls", token, "Content-Type: application/json", "Transfer-Encoding: chunked")
            + b"%x\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n" % (10, body[:10], len(body) - 10, body[10:])
            + head("GET", "/api/v1/nowhere", token) + head("GET", "/api/v1/catalog/items?q=lifa", token, "Connection: close"))
        found = answers(connection, 5)
        assert [status for status, _ in found] == [200, 400, 400, 404, 200]
        assert b"event_unknown" in found[1][1] and found[1][1][:60] == found[2][1][:60] and found[0] == found[4]
        assert connection.recv(1) == b""


@pytest.mark.parametrize("bad", [b"GET / HTTP/1.1\r\n" + b"X-A: 1\r\n" * 200 + b"\r\n", b"GET / HTTP/1.1\r\nX-A: " + b"y" * 40_000 + b"\r\n\r\n", b"\x16\x03\x01\x02\r\n\r\n"])
def test_what_is_no_request_is_told_so_and_let_go(house, bad):
    with line(house) as connection:
        connection.sendall(bad)
        status, body = answers(connection, 1)[0]
        assert status == 400 and b'"code":"request_invalid"' in body
        assert connection.recv(1) == b""


def test_a_poll_that_waits_shows_its_token_again_when_there_is_news(house, desk):
    """Whoever was let in when the poll began may have been shown the door since."""
    order = desk.place(desk.elders(count=60)[0])
    provider = desk.provider(order)
    made = desk.admin.post("/tokens", {"role": "provider", "provider": order["provider"], "name": "till"}, 201)
    last = provider.get("/provider/feed", limit=500)["next"]
    with line(house) as kept, line(house) as revoked:
        kept.sendall(head("GET", f"/api/v1/provider/feed?after={last}&wait=30", house.token(order["provider"])))
        revoked.sendall(head("GET", f"/api/v1/provider/feed?after={last}&wait=30", made["token"]))
        time.sleep(1)
        assert desk.admin("DELETE", f"/tokens/{made['id']}").status_code in (200, 204)
        began = time.monotonic()
        provider.post(f"/provider/orders/{order['id']}/accept")
        status, body = answers(kept, 1)[0]
        assert status == 200 and b"order.accepted" in body and time.monotonic() - began < 2
        assert answers(revoked, 1)[0][0] == 401


def test_waiting_polls_cost_little_and_hear_at_once(house, desk):
    order = desk.place(desk.elders(count=60)[1])
    provider = desk.provider(order)
    last = provider.get("/provider/feed", limit=500)["next"]
    request = head("GET", f"/api/v1/provider/feed?after={last}&wait=60&limit=500", house.token(order["provider"]))
    polls = 300

    def resident_kb() -> int:
        return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{house.process.pid}/status").read_text())[1])

    before, lines = resident_kb(), [line(house, 60) for _ in range(polls)]
    try:
        for connection in lines:
            connection.sendall(request)
        time.sleep(2)
        grown = resident_kb() - before
        began = time.monotonic()
        provider.post(f"/provider/orders/{order['id']}/accept")
        found = [answers(connection, 1)[0] for connection in lines]
        took = time.monotonic() - began
    finally:
        for connection in lines:
            connection.close()
    assert {status for status, _ in found} == {200} and len({body for _, body in found}) == 1
    print(f"{polls} polls: {grown / polls:.1f} kB each, all told in {took * 1000:.0f} ms")
    assert took < 2


def test_a_poll_is_let_go_when_its_time_is_over(house, desk):
    order = desk.place(desk.elders(count=60)[2])
    provider = desk.provider(order)
    last = provider.get("/provider/feed", limit=500)["next"]
    began = time.monotonic()
    answer = provider("GET", "/provider/feed", params={"after": last, "wait": 2})
    assert answer.json() == {"events": [], "next": last} and 1.9 < time.monotonic() - began < 4
    problem(provider("GET", "/provider/feed", params={"after": last + 9, "wait": 2}), 422, "cursor_in_future")


def test_a_poll_without_news_is_held_to_every_rule(house, desk):
    """Nearly every poll is answered at the door, before the routes: what they refuse must be refused there too."""
    provider = desk.house.client("P003")
    last = provider.get("/provider/feed", limit=500)["next"]
    quiet = provider("GET", "/provider/feed", params={"after": last}, headers={"X-Request-Id": "till-3.1"})
    assert quiet.json() == {"events": [], "next": last} and quiet.headers["X-Request-Id"] == "till-3.1"
    assert quiet.headers["Server"] == "vnh" and quiet.headers["Date"] and quiet.headers["X-Request-Id"]
    same = provider("GET", "/provider/feed", params={"after": last}, headers={"If-None-Match": quiet.headers["ETag"]})
    assert same.status_code == 304 and not same.content and same.headers["ETag"] == quiet.headers["ETag"]
    headless = provider("HEAD", "/provider/feed", params={"after": last})
    assert headless.status_code == 200 and not headless.content
    for wrong, status, code in [
        ({"after": -1}, 400, "query_invalid"), ({"after": last, "wait": 61}, 400, "query_invalid"), ({"after": last, "limit": 0}, 400, "query_invalid"),
        ({"after": last, "limit": 501}, 400, "query_invalid"), ({"after": "9" * 30}, 400, "query_invalid"), ({"after": last, "since": 1}, 400, "query_unknown"),
        ({"after": last + 1}, 422, "cursor_in_future"),
    ]:
        problem(provider("GET", "/provider/feed", params=wrong), status, code)
    for method in ["POST", "PUT", "DELETE"]:
        problem(provider(method, f"/provider/feed?after={last}"), 405, "method_not_allowed")
    problem(desk.operator("GET", "/provider/feed", params={"after": 0}), 403, "role_forbidden")
    made = desk.admin.post("/tokens", {"role": "provider", "provider": "P003", "name": "swipes", "scopes": ["meals"]}, 201)
    for _ in range(2):
        problem(Client(house.base, made["token"])("GET", "/provider/feed", params={"after": last}), 403, "scope_forbidden")
    made = desk.admin.post("/tokens", {"role": "provider", "provider": "P003", "name": "till"}, 201)
    till = Client(house.base, made["token"])
    assert [till("GET", "/provider/feed", params={"after": last}).status_code for _ in range(3)] == [200] * 3
    assert desk.admin("DELETE", f"/tokens/{made['id']}").status_code == 204
    problem(till("GET", "/provider/feed", params={"after": last}), 401, "token_invalid")


def test_polls_too_many_wait_as_well(house, desk, monkeypatch):
    monkeypatch.setenv("VNH_RATE_LIMIT", "1/10")
    other = House(house.url)
    other.tokens = house.tokens
    other.start()
    try:
        provider = other.client("P004")
        last = provider.get("/provider/feed", limit=500)["next"]
        answers = [provider("GET", "/provider/feed", params={"after": last}) for _ in range(14)]
        assert answers[0].status_code == 200 and answers[-1].status_code == 429
        assert problem(answers[-1], 429, "rate_limited") and answers[-1].headers["Retry-After"] == "1"
    finally:
        other.stop()


def test_a_stop_answers_who_waits_and_ends_every_line(district, tmp_path):
    """A held poll, a stream of events, a line that says nothing, and half a request: all are let go in time, the poll with an answer."""
    path = tmp_path / "stopped.sqlite"
    shutil.copy(district, path)
    house = House(f"sqlite:{path}").start()
    provider = house.client("P005")
    last = provider.get("/provider/feed", limit=500)["next"]
    with line(house) as poll, line(house) as live, line(house) as silent, line(house) as half:
        poll.sendall(head("GET", f"/api/v1/provider/feed?after={last}&wait=60", house.token("P005")))
        live.sendall(head("GET", "/provider/events", house.token("P005")))
        half.sendall(b"GET / HTTP/1.1\r\nHo")
        time.sleep(1)
        assert b"text/event-stream" in live.recv(65_536)
        house.stop()
        assert answers(poll, 1)[0] == (200, b'{"events":[],"next":%d}' % last)
        for connection in (poll, live, silent, half):
            while connection.recv(65_536):
                pass


def test_who_has_said_all_still_hears_the_answer(house):
    """A client may close its half of the line once its request is out."""
    with line(house) as connection:
        connection.sendall(head("GET", "/api/v1/catalog/items?q=lifa", house.token("operator")))
        connection.shutdown(socket.SHUT_WR)
        assert answers(connection, 1)[0][0] == 200
        assert connection.recv(1) == b""


def test_who_reads_nothing_is_not_waited_for(house):
    """A hundred requests at once whose answers nobody takes: the others go on, and the line is read on once somebody does."""
    request = head("GET", "/openapi.json", house.token("operator"))
    with line(house) as connection:
        connection.sendall(request * 100)
        time.sleep(1)
        assert house.client("operator")("GET", "/catalog/items", params={"q": "lifa"}).status_code == 200
        assert [status for status, _ in answers(connection, 100)] == [200] * 100
