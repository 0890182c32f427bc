"""A day plan from file to file, on the bench, and as a provider makes, pins, repeats and prints its own."""

import csv
import io
import itertools
import json
import math
import random

import pytest
from house import day, problem, vnh

DATABASES = True


def instance(seed: int = 1, patients: int = 12, carers: int = 4) -> dict:
    """A made-up day in the public form; every third visit takes two."""
    rng = random.Random(seed)
    places = [(rng.randrange(100), rng.randrange(100)) for _ in range(patients + 1)]
    visits = []
    for n in range(1, patients + 1):
        opens = rng.randrange(400)
        visit = {"id": f"p{n}", "time_window": [opens, opens + 120], "required_caregivers": [{"service": "s1", "duration": 14}]}
        if n % 3 == 0:
            visit["required_caregivers"].append({"service": "s2"})
            visit["synchronization"] = {"type": "simultaneous"} if n % 2 else {"type": "sequential", "distance": [10, 40]}
        visits.append(visit)
    return {
        "patients": visits,
        "services": [{"id": "s1"}, {"id": "s2", "default_duration": 20}],
        "caregivers": [{"id": f"c{n}", "abilities": ["s1", "s2"]} for n in range(1, carers + 1)],
        "distances": [[math.dist(a, b) for b in places] for a in places],
    }


def cost(inst: dict, solution: dict) -> float:
    """The cost of a solution, after every rule has been checked."""
    index = {p["id"]: n + 1 for n, p in enumerate(inst["patients"])}
    patients = {p["id"]: p for p in inst["patients"]}
    distance, starts, late = 0.0, {}, [0.0]
    for route in solution["routes"]:
        here, free = 0, 0.0
        for stop in route["locations"]:
            patient, service = patients[stop["patient_id"]], stop["service_id"]
            there = index[patient["id"]]
            start = stop["arrival_time"]
            assert start >= free + inst["distances"][here][there] - 1e-6
            assert start >= patient["time_window"][0] - 1e-6
            assert (patient["id"], service) not in starts
            starts[patient["id"], service] = (route["caregiver_id"], start)
            late.append(max(0.0, start - patient["time_window"][1]))
            distance += inst["distances"][here][there]
            here, free = there, stop["departure_time"]
        distance += inst["distances"][here][0]
    for patient in inst["patients"]:
        times = [starts[patient["id"], need["service"]] for need in patient["required_caregivers"]]
        if len(times) == 2:
            low, high = patient["synchronization"].get("distance", [0, 0])
            assert times[0][0] != times[1][0] and low - 1e-6 <= times[1][1] - times[0][1] <= high + 1e-6
    return (distance + sum(late) + max(late)) / 3


def plan(tmp_path, inst, *options, check=True):
    (tmp_path / "day.json").write_text(inst if isinstance(inst, str) else json.dumps(inst))
    return vnh("plan", "--instance", tmp_path / "day.json", "--output", tmp_path / "out.json", *options, check=check)


def solved(tmp_path, inst, *options) -> tuple[float, str]:
    done = plan(tmp_path, inst, *options)
    assert done.stderr == "", "no progress in a pipe"
    text = (tmp_path / "out.json").read_text()
    return cost(inst, json.loads(text)), text


@pytest.mark.parametrize("seed", range(5))
def test_a_plan_keeps_every_rule_and_says_its_cost(tmp_path, seed):
    inst = instance(seed)
    found, text = solved(tmp_path, inst, "--iterations", 20_000, "--seed", seed)
    assert abs(found - json.loads(text)["cost"]) < 1e-6


def test_a_plan_bounded_by_iterations_depends_on_the_seed_alone(tmp_path):
    inst = instance(7)
    assert solved(tmp_path, inst, "--iterations", 5_000)[1] == solved(tmp_path, inst, "--iterations", 5_000, "--seconds", 1)[1]


def test_a_plan_bounded_by_time_is_there_in_time_and_no_worse_for_more(tmp_path):
    inst = instance(3, patients=30, carers=6)
    first = solved(tmp_path, inst, "--iterations", 1)[0]
    assert solved(tmp_path, inst, "--seconds", 0.5)[0] <= first


def test_one_visit_costs_the_way_there_and_back(tmp_path):
    inst = instance(1, patients=1)
    assert abs(solved(tmp_path, inst, "--iterations", 1000)[0] - 2 * inst["distances"][0][1] / 3) < 1e-6


def broken(change):
    inst = instance(1, patients=4)
    change(inst)
    return inst


BAD = {
    "an empty file": ("", "文件是空的"),
    "blanks": (" \n\n", "文件是空的"),
    "no JSON": ("{", "不是有效的 JSON"),
    "a list": ("[]", "类型不对"),
    "no patients": (broken(lambda i: i.update(patients=[])), "patients"),
    "no caregivers": (broken(lambda i: i.update(caregivers=[])), "caregivers"),
    "a missing field": (broken(lambda i: i["patients"][2].pop("time_window")), "patients[2].time_window"),
    "a word for a number": (broken(lambda i: i["distances"][1].__setitem__(2, "far")), "distances[1][2]"),
    "a window turned round": (broken(lambda i: i["patients"][1].update(time_window=[200, 100])), "patients[1]（p2）.time_window"),
    "half a window": (broken(lambda i: i["patients"][1].update(time_window=[200])), "patients[1]（p2）.time_window"),
    "a negative window": (broken(lambda i: i["patients"][1].update(time_window=[-5, 100])), "patients[1]（p2）"),
    "a negative duration": (broken(lambda i: i["patients"][0]["required_caregivers"][0].update(duration=-1)), "required_caregivers[0].duration"),
    "a service without duration": (broken(lambda i: i["patients"][0]["required_caregivers"][0].pop("duration")), "没有时长"),
    "an unknown service": (broken(lambda i: i["patients"][3]["required_caregivers"][0].update(service="s9")), "patients[3]（p4）.required_caregivers[0]"),
    "an unknown ability": (broken(lambda i: i["caregivers"][1].update(abilities=["s9"])), "caregivers[1].abilities（c2）"),
    "nobody able": (broken(lambda i: [c.update(abilities=["s2"]) for c in i["caregivers"]]), "没有人会"),
    "one able for two": (broken(lambda i: [c.update(abilities=["s1", "s2"] if n == 0 else []) for n, c in enumerate(i["caregivers"])]), "只有一个人会"),
    "three services": (broken(lambda i: i["patients"][0].update(required_caregivers=[{"service": "s2"}] * 3)), "一到两项服务"),
    "two without a rhythm": (broken(lambda i: i["patients"][2].pop("synchronization")), "synchronization"),
    "a gap turned round": (broken(lambda i: i["patients"][2].update(synchronization={"type": "sequential", "distance": [9, 3]})), "synchronization.distance"),
    "too few rows": (broken(lambda i: i["distances"].pop()), "distances：应有 5 行"),
    "a short row": (broken(lambda i: i["distances"][3].pop()), "distances[3]"),
    "a long row": (broken(lambda i: i["distances"][0].append(1)), "distances[0]"),
    "a negative way": (broken(lambda i: i["distances"][2].__setitem__(4, -1)), "distances[2][4]"),
    "a patient twice": (broken(lambda i: i["patients"][3].update(id="p1")), "patients[3].id"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_instance_gets_one_line_with_file_and_place(tmp_path, name):
    content, place = BAD[name]
    done = plan(tmp_path, content, check=False)
    assert done.returncode != 0 and done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    assert "day.json" in done.stderr and place in done.stderr, done.stderr
    assert not (tmp_path / "out.json").exists()


def test_a_file_that_is_not_there_or_cannot_be_written_is_told(tmp_path):
    missing = vnh("plan", "--instance", tmp_path / "none.json", "--output", tmp_path / "o.json", check=False)
    assert missing.returncode != 0 and "none.json" in missing.stderr and missing.stderr.count("\n") == 1
    (tmp_path / "day.json").write_text(json.dumps(instance(1, patients=2)))
    denied = vnh("plan", "--instance", tmp_path / "day.json", "--output", tmp_path / "no/o.json", "--iterations", 1, check=False)
    assert denied.returncode != 0 and "no/o.json" in denied.stderr and denied.stderr.count("\n") == 1


def test_the_bench_compares_with_the_best_known(tmp_path):
    for n in [1, 2]:
        (tmp_path / f"i{n}.json").write_text(json.dumps(instance(n, patients=5)))
    (tmp_path / "best-known.csv").write_text("instance,total_cost\ni1.json,100\ni2.json,100\n")
    done = vnh("bench", "plan", "--instances", tmp_path, "--iterations", 5000, "--json")
    *runs, total = [json.loads(line) for line in done.stdout.splitlines()]
    assert [run["size"].split(":")[0] for run in runs] == ["i1", "i2"]
    for line in [*runs, total]:
        assert {"bench", "size", "seconds", "p50_ms", "p99_ms", "limit", "ratio", "peak_rss_mb"} <= line.keys()
    assert abs(total["mean_gap_percent"] - sum(run["gap_percent"] for run in runs) / 2) < 0.01
    assert "平均差距" in vnh("bench", "plan", "--instances", tmp_path, "--iterations", 100).stdout
    empty = vnh("bench", "plan", "--instances", tmp_path / "none", check=False)
    assert empty.returncode != 0 and empty.stderr.count("\n") == 1


# A provider's own day.


@pytest.fixture(scope="module")
def elders(desk):
    return itertools.cycle(desk.elders())


def accepted(desk, elders, hours: list[int], days: int) -> tuple[str, list[dict]]:
    """Accepted orders of one provider on one day, at these hours."""
    firm, orders = None, []
    for hour in hours:
        for _ in range(20):
            order = desk.place(next(elders), day(days, hour), **({"preferred_provider": firm} if firm else {}))
            if order["provider"] and firm in (None, order["provider"]):
                break
        else:
            raise AssertionError(f"no order for {firm} at {hour}")
        firm = order["provider"]
        orders.append(order)
    for order in orders:
        desk.provider(order).post(f"/provider/orders/{order['id']}/accept")
    return firm, orders


def visits(answer: dict) -> dict[str, tuple]:
    """Who goes to each order and when."""
    found = {}
    for worker in answer["workers"]:
        for visit in worker["visits"]:
            found.setdefault(visit["order_id"], (worker["worker"], visit["start"]))
    return found


def test_a_provider_plans_its_day_and_prints_it(house, desk, elders):
    firm, orders = accepted(desk, elders, [9, 10, 10, 14], days=3)
    provider, date = house.client(firm), day(3)[:10]
    assert problem(provider("GET", f"/provider/plan?day={date}"), 404, "plan_unknown")
    made = provider.post(f"/provider/plan?day={date}", status=201)
    assert made["version"] == 1 and made["visits"] == len(orders) and made["unplaced"] == []
    assert set(visits(made)) == {order["id"] for order in orders}
    read = provider.get("/provider/plan", day=date)
    assert visits(read) == visits(made)
    for order in orders:
        now = provider.get("/provider/orders", state="scheduled", limit=200)["orders"]
        mine = next(o for o in now if o["id"] == order["id"])
        assert mine["worker"] == visits(made)[order["id"]][0] and mine["elder"]["address"]
    rows = list(csv.reader(io.StringIO(provider("GET", f"/provider/plan.csv?day={date}").text.lstrip("\ufeff"))))
    assert len(rows) == 1 + sum(len(worker["visits"]) for worker in made["workers"])
    assert {row[5] for row in rows[1:]} == {order["number"] for order in orders}
    page = provider("GET", f"/provider/plan?day={date}", root=True)
    assert page.status_code == 200 and all(order["number"] in page.text for order in orders)
    worker = made["workers"][0]
    sheet = provider("GET", f"/provider/plan/sheet?day={date}&worker={worker['worker']}", root=True)
    assert sheet.status_code == 200 and worker["name"] in sheet.text
    codes = [order["visit_code"] for order in orders]
    assert not any(f">{code}<" in sheet.text for code in codes), "the code is the elder's to tell"


def test_a_plan_made_again_moves_nobody_and_keeps_pins(house, desk, elders):
    firm, orders = accepted(desk, elders, [9, 10, 11, 14, 15], days=4)
    provider, date = house.client(firm), day(4)[:10]
    first = visits(provider.post(f"/provider/plan?day={date}", status=201))
    desk.operator.post(f"/orders/{orders[1]['id']}/cancel", {"reason_code": "elder_changed_mind"})
    seen = provider.get("/provider/plan", day=date)
    assert seen["no_longer_held"] == 1 and orders[1]["id"] not in json.dumps(seen)
    again = provider.post(f"/provider/plan?day={date}", status=201)
    assert again["version"] == 2 and again["moved"] == 0
    assert visits(again) == {id: said for id, said in first.items() if id != orders[1]["id"]}
    pinned = provider.post(f"/provider/orders/{orders[0]['id']}/pin", {"start": day(4, 9, 30)})
    assert pinned["worker"] == first[orders[0]["id"]][0]
    third = provider.post(f"/provider/plan?day={date}", status=201)
    assert visits(third)[orders[0]["id"]] == (pinned["worker"], pinned["start"])
    provider.post(f"/provider/orders/{orders[0]['id']}/unpin")
    problem(provider("POST", f"/provider/orders/{orders[0]['id']}/unpin", {}), 404, "pin_unknown")
    assert provider.get("/provider/plan", day=date, version=1)["version"] == 1
    problem(provider("GET", f"/provider/plan?day={date}&version=99"), 404, "plan_unknown")
    # A worker calls in sick: only that one's visits go to others.
    sick = visits(third)[orders[3]["id"]][0]
    provider.post(f"/provider/plan/shifts?day={date}", {"worker": sick, "absent": True})
    last = visits(provider.post(f"/provider/plan?day={date}", status=201))
    assert all(worker != sick for worker, _ in last.values())
    stayed = {id: said for id, said in visits(third).items() if said[0] != sick and id != orders[0]["id"]}
    assert stayed.items() <= last.items()


def test_the_same_key_plans_once_a_day(house, desk, elders):
    firm, _ = accepted(desk, elders, [9, 15], days=5)
    provider = house.client(firm)
    one = provider("POST", f"/provider/plan?day={day(5)[:10]}", {}, key="plan-once")
    two = provider("POST", f"/provider/plan?day={day(5)[:10]}", {}, key="plan-once")
    assert one.text == two.text and two.headers["idempotency-replayed"] == "true"
    assert problem(provider("POST", f"/provider/plan?day={day(6)[:10]}", {}, key="plan-once"), 422, "idempotency_key_reused")


def test_a_plan_is_nobody_elses(house, desk, elders):
    firm, orders = accepted(desk, elders, [10, 11], days=6)
    date = day(6)[:10]
    house.client(firm).post(f"/provider/plan?day={date}", status=201)
    other = house.client("P001" if firm != "P001" else "P002")
    problem(other("GET", f"/provider/plan?day={date}"), 404, "plan_unknown")
    problem(other("POST", f"/provider/orders/{orders[0]['id']}/pin", {}), 404, "order_unknown")
    assert other.post(f"/provider/plan?day={date}", status=201)["visits"] == 0
    problem(desk.operator("GET", f"/provider/plan?day={date}"), 403)
    problem(house.client()("GET", f"/provider/plan?day={date}"), 401)


BAD_REQUESTS = [
    ("GET", "/provider/plan?day=morgen", None, "day_invalid"), ("POST", "/provider/plan?day=2026-02-30", {}, "day_invalid"),
    ("POST", "/provider/plan?day=2020-01-01", {}, "plan_day_past"), ("GET", "/provider/plan?version=0", None, "query_invalid"),
    ("POST", "/provider/plan/shifts", {"worker": "nobody", "absent": True}, "worker_unknown"),
    ("POST", "/provider/plan/shifts", {"worker": "nobody", "from": "8", "until": "17:00"}, "time_invalid"),
    ("POST", "/provider/plan/shifts", {"worker": "nobody"}, "shift_times_missing"),
    ("POST", "/provider/plan/shifts", {"worker": "n", "from": "08:00", "until": "17:00", "break_from": "12:00"}, "shift_break_invalid"),
    ("POST", "/provider/orders/nothing/pin", {}, "order_unknown"), ("POST", "/provider/orders/nothing/unpin", {}, "order_unknown"),
]


@pytest.mark.parametrize("method,path,body,code", BAD_REQUESTS)
def test_what_cannot_be_planned_is_told(house, method, path, body, code):
    problem(house.client("P092")(method, path, body), code=code)
