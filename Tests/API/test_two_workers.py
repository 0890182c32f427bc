"""A service that needs two people: the order names both."""

import csv

from house import ROOT, day, problem

ITEM = "06044"  # carrying furniture, two people


def move(desk, elder, **fields):
    order = desk.place(elder, item_code=ITEM, preferred_provider="P092", **fields)
    assert order["provider"] == "P092" and order["second_worker"] is None
    desk.provider(order).post(f"/provider/orders/{order['id']}/accept")
    return order, f"/provider/orders/{order['id']}"


def staff():
    with (ROOT / "Providers/workers.csv").open(encoding="utf-8-sig") as file:
        return [row["id"] for row in csv.DictReader(file) if row["provider"] == "P092" and row["active"] == "true"]


def test_the_order_carries_both(house, desk):
    elder = desk.elders(count=80)[0]
    first, second, third = staff()[:3]
    order, path = move(desk, elder, start=day(3, 10))
    provider = desk.provider(order)
    problem(provider("POST", f"{path}/schedule", {"worker": first, "second_worker": first}), 422, "worker_twice")
    unknown = problem(provider("POST", f"{path}/schedule", {"worker": first, "second_worker": "W9999"}), 422, "worker_unknown")
    assert unknown["errors"][0]["pointer"] == "/second_worker"
    done = provider.post(f"{path}/schedule", {"worker": first, "second_worker": second})
    assert (done["worker"], done["second_worker"]) == (first, second)
    # The feed, the desk and the database say the same.
    events = provider.get("/provider/feed", limit=500)["events"]
    told = [e for e in events if e["type"] == "order.scheduled" and e["order"]["id"] == order["id"]]
    assert told and told[-1]["order"]["second_worker"] == second
    assert desk.operator.get(f"/orders/{order['id']}")["second_worker"] == second
    assert house.rows("SELECT worker_id, second_worker_id FROM service_order WHERE id = ?", order["id"]) == [(first, second)]
    # Named again with one, the other is free.
    again = provider("POST", f"{path}/schedule", {"worker": third})
    assert again.status_code == 200 and again.json()["second_worker"] is None, again.text


def test_the_second_may_ring_the_bell(desk):
    elder = desk.elders(count=120)[1]
    first, second = staff()[:2]
    order = desk.today(elder, item_code=ITEM, preferred_provider="P092")
    provider, path = desk.provider(order), f"/provider/orders/{order['id']}"
    provider.post(f"{path}/accept")
    provider.post(f"{path}/schedule", {"worker": first, "second_worker": second})
    came = provider.post(f"{path}/check-in", {"at": order["start"], "method": "landline", "worker": second})
    assert (came["worker"], came["second_worker"]) == (second, first)
    assert came["state"] == "in_service"


def test_nobody_is_promised_to_two_homes_at_once(desk):
    first, second, third = staff()[:3]
    elders = iter(desk.elders(count=200)[3:])
    order, path = move(desk, next(elders), start=day(5, 9))
    desk.provider(order).post(f"{path}/schedule", {"worker": first, "second_worker": second})
    other, path = move(desk, next(elders), start=order["start"])
    for body, pointer in [({"worker": second}, "/worker"), ({"worker": third, "second_worker": first}, "/second_worker")]:
        refused = problem(desk.provider(other)("POST", f"{path}/schedule", body), 422, "worker_busy")
        assert refused["errors"][0]["pointer"] == pointer and f"已安排工单 {order['number']}" in refused["detail"], refused
    assert desk.provider(other).post(f"{path}/schedule", {"worker": third})["worker"] == third


def test_the_list_of_who_may_be_sent_says_what_the_refusal_says(desk):
    elders = iter(desk.elders(count=240)[5:])
    order, path = move(desk, next(elders), start=day(6, 9))
    busy = staff()[0]
    desk.provider(order).post(f"{path}/schedule", {"worker": busy})
    other, path = move(desk, next(elders), start=order["start"])
    provider = desk.provider(other)
    workers = provider.get(f"{path}/workers")["workers"]
    assert {w["id"] for w in workers} == set(staff())
    assert [w["fit"] for w in workers] == sorted((w["fit"] for w in workers), reverse=True)
    assert next(w for w in workers if w["id"] == busy)["code"] == "worker_busy"
    for worker in workers:
        answer = provider("POST", f"{path}/schedule", {"worker": worker["id"]})
        if worker["fit"]:
            assert answer.status_code == 200 and worker["code"] is worker["reason"] is None, answer.text
        else:
            assert problem(answer, 422, worker["code"])["detail"] == worker["reason"]
    problem(desk.house.client("P001")("GET", f"{path}/workers"), 404, "order_unknown")


def test_both_go_when_the_order_goes_to_another(desk):
    elder = desk.elders(count=160)[2]
    first, second = staff()[:2]
    order, path = move(desk, elder, start=day(4, 15))
    desk.provider(order).post(f"{path}/schedule", {"worker": first, "second_worker": second})
    moved = desk.operator.post(f"/orders/{order['id']}/reassign", {"reason_code": "late"})
    assert moved["provider"] != "P092" and (moved["worker"], moved["second_worker"]) == (None, None)
