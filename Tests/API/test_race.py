"""Many at once want what only one can have."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from house import day, problem

DATABASES = True
CLIENTS = 20


def together(work) -> list:
    """Runs the work of twenty clients, all at the same moment."""
    barrier = Barrier(CLIENTS)

    def one(index: int):
        barrier.wait()
        return work(index)

    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(one, range(CLIENTS)))


@pytest.mark.parametrize("round", range(5))
def test_one_of_twenty_accepts(desk, round):
    order = desk.place(desk.elders(count=60)[0], start=day(3, 8 + round))
    clients = [desk.provider(order) for _ in range(CLIENTS)]
    path = f"/provider/orders/{order['id']}/accept"
    answers = together(lambda index: clients[index]("POST", path, {}))
    assert sorted(a.status_code for a in answers) == [200] + [409] * (CLIENTS - 1)
    for answer in answers:
        if answer.status_code == 409:
            problem(answer, 409, "illegal_transition")
    events = [e["type"] for e in desk.operator.get(f"/orders/{order['id']}")["events"]]
    assert events.count("order.accepted") == 1


def test_one_of_twenty_tills_serves_the_meal(desk):
    elder = desk.elders(count=60)[1]
    clients = [desk.house.client("P001") for _ in range(CLIENTS)]
    swipe = {"elder_id": elder, "canteen": "P001", "slot": "lunch", "at": day(-1, 12)}
    answers = together(lambda index: clients[index]("POST", "/meals", swipe | {"device": f"till-{index}"}))
    assert sorted(a.status_code for a in answers) == [201] + [409] * (CLIENTS - 1)


def test_accept_against_cancel_has_one_outcome(desk):
    elder = desk.elders(count=60)[2]
    for hour in range(8, 16):
        order = desk.place(elder, start=day(4, hour))
        provider, path = desk.provider(order), f"/orders/{order['id']}"
        answers = together(
            lambda index: desk.operator("POST", f"{path}/cancel", {"reason_code": "asked"})
            if index % 2 else provider("POST", f"/provider{path}/accept", {}))
        assert {a.status_code for a in answers} <= {200, 409}
        shown = desk.operator.get(path)
        # A cancellation may follow an acceptance, never the other way round.
        assert shown["state"] == "cancelled" and {leg["state"] for leg in shown["funding"]} == {"released"}
        assert [e["type"] for e in shown["events"]].count("order.cancelled") == 1
