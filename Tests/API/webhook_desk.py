"""What the tests of webhooks share: a server of their own, a receiver, and short ways to ask."""

import datetime
import itertools
import time

import pytest
from webhook_support import Receiver, Server, wait_until

numbers = itertools.count(1)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("webhooks"))
    server.admin, server.operator = server.token("admin"), server.token("operator")
    yield server
    if server.process.poll() is None:
        server.stop()


@pytest.fixture(scope="module")
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def hook(house, receiver):
    """Subscribes a path of the receiver; takes the subscriptions away afterwards, so that the tests do not hear each other."""
    made = []

    def subscribe(path, steps=(200,), events=("month.closed",), token=None, **more):
        receiver.steps[path] = list(steps)
        answer = house.call("POST", "/webhooks", token or house.admin, {"url": receiver.url(path), "events": list(events), **more})
        assert answer.status == 201, answer.json
        made.append(answer.json["id"])
        return answer.json

    yield subscribe
    for id in made:
        house.call("DELETE", f"/webhooks/{id}", house.admin)


def order(house, elder=None):
    """Places an order; a fresh elder and hour each time."""
    n = next(numbers)
    day = datetime.date.today() + datetime.timedelta(days=2 + n % 60)
    answer = house.call("POST", "/orders", house.operator, {
        "elder_id": elder or f"e{n % 300 + 1:08d}", "item_code": "06001", "start": f"{day}T{10 + n % 2 * 4}:00:00+08:00", "caller": "本人", "allow_twin": True})
    assert answer.status == 201, answer.json
    return answer.json


def deliveries(house, id, state=None, token=None):
    answer = house.call("GET", f"/webhooks/{id}/deliveries" + (f"?state={state}" if state else ""), token or house.admin)
    assert answer.status == 200, answer.json
    return answer.json["deliveries"]


def delivery(house, id, **wanted):
    """Waits for a delivery that looks like this."""
    return wait_until(
        lambda: next((d for d in deliveries(house, id) if all(d[k] == v for k, v in wanted.items())), None), 15, f"a delivery {wanted}")


def send_test(house, id, token=None):
    answer = house.call("POST", f"/webhooks/{id}/test", token or house.admin, {})
    assert answer.status == 202, answer.json
    return answer.json["event_id"]
