"""Matching from outside: reasons for everybody, nobody forgotten, bad instances told in one line."""

import json
import sys
from datetime import date, timedelta

import pytest
from house import ROOT, day, problem, vnh

POLICY = (ROOT / "Catalog/match-policy.yaml").read_text()


@pytest.fixture(scope="module")
def elders(desk):
    return iter(desk.elders())


def order(desk, elder: str, days: int, **more) -> dict:
    return desk.place(elder, **{"start": day(days)} | more)


def test_a_provider_hears_why_not_and_nothing_of_others_or_of_the_elder(desk, elders):
    elder = next(elders)
    placed = order(desk, elder, 3)
    file = desk.operator.get(f"/elders/{elder}")
    full = desk.operator.get(f"/orders/{placed['id']}/decision")["attempts"][0]
    named = {c["provider"] for c in full["candidates"]} | {r["provider"] for r in full["refused"]}
    secrets = [elder, file["name"], file["address"], placed["id"], *(p["number"] for p in file["phones"])]
    for asker in sorted(named)[:12]:
        answer = desk.house.client(asker)("GET", f"/provider/orders/{placed['number']}/decision")
        assert answer.status_code == 200, answer.text
        assert not [other for other in named - {asker} if other in answer.text]
        assert not [secret for secret in secrets if secret in answer.text]
        own = answer.json()["decisions"][0]
        refused = next((r["codes"] for r in full["refused"] if r["provider"] == asker), [])
        assert own["codes"] == refused and own["explanation"]
        assert (own["rank"] is None) == bool(refused)
        score = next((c["score"] for c in full["candidates"] if c["provider"] == asker), None)
        assert own["score"] == score and own["policy_version"] == full["policy_version"]
    outside = next(p for p in (f"P{n:03d}" for n in range(1, 99)) if p not in named)
    for asker, number in [(outside, placed["number"]), (sorted(named)[0], "000101-99999")]:
        assert desk.house.client(asker)("GET", f"/provider/orders/{number}/decision").status_code == 404


def test_a_suspended_provider_loses_its_orders_to_others_by_a_plan_of_the_day(desk, elders):
    placed = order(desk, next(elders), 5)
    provider = placed["provider"]
    refused = desk.operator("POST", f"/providers/{provider}/state", {"state": "suspended", "reason_code": "inspection"})
    assert refused.status_code == 403
    desk.admin.post(f"/providers/{provider}/state", {"state": "suspended", "reason_code": "inspection"})
    moved = desk.operator.get(f"/orders/{placed['id']}")
    assert moved["provider"] not in (None, provider) and moved["state"] == "offered"
    outcome = desk.operator.post("/dispatch/assign-day", {"day": placed["start"][:10]})
    assert outcome["withdrawn"] == 0 and outcome["assigned"] == 0
    desk.admin.post(f"/providers/{provider}/state", {"state": "active", "reason_code": "cleared"})
    past = desk.operator("POST", "/dispatch/assign-day", {"day": str(date.today() - timedelta(days=2))})
    problem(past, 422, "day_past")


def test_an_emergency_is_on_the_dispatchers_list_at_once(desk, elders):
    placed = order(desk, next(elders), 0, start=day(0, 23, 59), emergency=True)
    listed = desk.operator.get("/orders", escalated=1)["orders"]
    assert next(o for o in listed if o["id"] == placed["id"])["escalation"]["reason"] == "emergency"
    if placed["state"] == "offered":
        assert desk.operator.post(f"/orders/{placed['id']}/accept", {})["state"] == "accepted"
        assert placed["id"] not in [o["id"] for o in desk.operator.get("/orders", escalated=1)["orders"]]
    assert desk.operator("GET", "/orders?escalated=3").status_code == 400


def test_ties_are_written_down_and_obeyed(desk, elders):
    elder = next(elders)
    first = order(desk, elder, 6)
    desk.provider(first).post(f"/provider/orders/{first['id']}/refuse-elder", {"reason": "屡次辱骂服务人员"}, 201)
    assert [t["kind"] for t in desk.operator.get(f"/elders/{elder}/ties")["ties"]] == ["refused_by"]
    assert order(desk, elder, 7)["provider"] != first["provider"]
    desk.operator.post(f"/elders/{elder}/ties/remove", {"kind": "refused_by", "value": first["provider"]})
    assert desk.operator.get(f"/elders/{elder}/ties")["ties"] == []


def test_figures_are_for_those_who_look_at_them(desk, elders):
    placed = order(desk, next(elders), 8)
    on = placed["start"][:10]
    for name in ["demand", "unmet", "distribution", "utilisation"]:
        for reader in [desk.operator, desk.finance]:
            assert "rows" in reader.get(f"/analytics/{name}", **{"from": on, "to": on})
        assert desk.provider(placed)("GET", f"/analytics/{name}").status_code == 403
        assert desk.operator("GET", f"/analytics/{name}?from=2026-02-30").status_code == 400
    rows = desk.operator.get("/analytics/demand", **{"from": on, "to": on})["rows"]
    assert sum(r["orders"] for r in rows) >= 1 and {placed["region"]} <= {r["region"] for r in rows}


# The command line.

META = '{"orders": 3, "groups": 2}'
CAPACITY = "group,capacity\n0,1\n1,1\n"
ARCS = "order,group,cost\n0,0,5\n1,0,3\n2,1,4\n"


def match(tmp_path, meta=META, capacity=CAPACITY, arcs=ARCS):
    for name, text in [("meta.json", meta), ("capacity.csv", capacity), ("arcs.csv", arcs)]:
        if text is not None:
            (tmp_path / name).write_text(text)
    return vnh("match", "--instance", tmp_path, "--output", tmp_path / "out", check=False)


def test_a_small_instance_is_solved(tmp_path):
    assert match(tmp_path).returncode == 0
    assert (tmp_path / "out/assignment.csv").read_text() == "order,group\n1,0\n2,1\n"
    result = json.loads((tmp_path / "out/result.json").read_text())
    assert (result["assigned"], result["cost"]) == (2, 7)


@pytest.mark.parametrize(
    "change, words",
    [
        ({"arcs": ARCS + "0,7,1\n"}, ["arcs.csv", "第 5 行", "组 7"]),
        ({"arcs": ARCS + "9,0,1\n"}, ["arcs.csv", "第 5 行", "工单 9"]),
        ({"arcs": ARCS + "0,1,-4\n"}, ["arcs.csv", "第 5 行", "-4"]),
        ({"arcs": ARCS + "0,1\n"}, ["arcs.csv", "第 5 行"]),
        ({"arcs": ARCS + "0,1,x\n"}, ["arcs.csv", "第 5 行", "cost"]),
        ({"arcs": ARCS + "0,1,2000000000\n"}, ["arcs.csv", "第 5 行"]),
        ({"arcs": ""}, ["arcs.csv", "第 1 行"]),
        ({"capacity": CAPACITY + "1,1\n"}, ["capacity.csv", "第 4 行", "组 1"]),
        ({"capacity": "group,capacity\n0,-1\n1,1\n"}, ["capacity.csv", "第 2 行", "-1"]),
        ({"capacity": ""}, ["capacity.csv", "第 1 行"]),
        ({"meta": ""}, ["meta.json"]),
        ({"meta": '{"orders": -1, "groups": 2}'}, ["meta.json"]),
        ({"arcs": None}, ["arcs.csv"]),
    ],
)
def test_a_bad_instance_is_told_in_one_line_with_file_and_row(tmp_path, change, words):
    done = match(tmp_path, **change)
    assert done.returncode != 0 and len(done.stderr.strip().splitlines()) == 1
    assert all(word in done.stderr for word in words), done.stderr


@pytest.mark.parametrize("change, assigned", [({"capacity": "group,capacity\n0,0\n1,0\n"}, 0), ({"capacity": "group,capacity\n"}, 0), ({"arcs": "order,group,cost\n"}, 0)])
def test_an_instance_without_places_or_arcs_serves_nobody(tmp_path, change, assigned):
    assert match(tmp_path, **change).returncode == 0
    assert json.loads((tmp_path / "out/result.json").read_text())["assigned"] == assigned


def test_a_million_arcs_are_read_and_solved(tmp_path):
    orders, groups = 50_000, 500
    arcs = (f"{o},{(o * 7 + k * 11) % groups},{(o * 31 + k * 17) % 997}\n" for o in range(orders) for k in range(20))
    done = match(tmp_path, json.dumps({"orders": orders, "groups": groups}), "group,capacity\n" + "".join(f"{g},100\n" for g in range(groups)),
                 "order,group,cost\n" + "".join(arcs))
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "out/result.json").read_text())["assigned"] == orders


def test_the_optimum_is_that_of_an_independent_solver():
    reference = f"{sys.executable} {ROOT / 'Tests/API/match_reference.py'}"
    done = vnh("bench", "match", "--sizes", "1000x100,4000x200", "--seed", 7, "--reference", reference, "--json")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["equal"] for line in lines] == [True, True] and all(line["assigned"] > 0 for line in lines), done.stdout


def test_a_policy_is_linted_by_line(tmp_path):
    assert "1 个版本" in vnh("policy", "lint", ROOT / "Catalog/match-policy.yaml").stdout
    bad = tmp_path / "trial.yaml"
    bad.write_text(POLICY.replace("fair_share_bound: 3 ", "fair_share_bound: 0 "))
    done = vnh("policy", "lint", bad, check=False)
    assert done.returncode != 0 and "trial.yaml：第" in done.stderr and "fair_share_bound" in done.stderr
