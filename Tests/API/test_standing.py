"""Standing orders and absences over HTTP, and the commands beside them; on every database there is."""

import sqlite3
import uuid
from datetime import datetime, timedelta

import pytest
from house import LANZHOU, problem, vnh

DATABASES = True
ITEM = "02001"


def date(days: int) -> str:
    return (datetime.now(LANZHOU).date() + timedelta(days=days)).isoformat()


@pytest.fixture
def elder(desk) -> str:
    """A registered elder of one test's own."""
    return desk.operator.post(
        "/elders", {"name": "长期示例", "sex": "female", "birthday": "1940-05-06", "region": "620102001", "classes": ["minimum_living"]}, 201)["id"]


def plan(elder: str, **fields) -> dict:
    return {"elder_id": elder, "item_code": ITEM, "rrule": "FREQ=DAILY", "start": "10:00", "valid_from": date(1)} | fields


def take(desk, elder: str, **fields) -> dict:
    return desk.operator.post("/standing-orders", plan(elder, **fields), 201)


def days(desk, standing: dict, **params) -> list[dict]:
    return desk.operator.get(f"/standing-orders/{standing['id']}/instances", **params)["instances"]


def test_a_plan_becomes_ordinary_orders_two_weeks_ahead(desk, elder):
    standing = take(desk, elder, rrule="FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU", exdates=[date(3)])
    assert standing["state"] == "active" and standing["version"] == 1 and standing["instances"]["made"] == 13
    assert standing["made_until"] == date(14)
    shown = days(desk, standing)
    made = [instance for instance in shown if instance["state"] == "made"]
    assert [instance["date"] for instance in made] == [date(n) for n in range(1, 15) if n != 3]
    assert {instance["state"] for instance in shown} == {"made", "planned"} and date(3) not in {i["occurrence"] for i in shown}
    order = desk.operator.get(f"/orders/{made[0]['order_id']}")
    assert order["start"] == f"{date(1)}T10:00:00+08:00" and order["state"] == "offered" and order["provider"] == made[0]["provider"]
    assert desk.operator.get(f"/orders/{order['id']}/decision")["attempts"][0]["chosen"] == order["provider"]


def test_the_same_key_takes_one_plan(desk, elder):
    key = uuid.uuid4().hex
    first = desk.operator("POST", "/standing-orders", plan(elder), key=key)
    second = desk.operator("POST", "/standing-orders", plan(elder), key=key)
    assert first.status_code == 201 and second.text == first.text and second.headers["Idempotency-Replayed"] == "true"
    problem(desk.operator("POST", "/standing-orders", plan(elder, start="11:00"), key=key), 422, "idempotency_key_reused")
    assert len(desk.operator.get("/standing-orders", elder=elder)["standing_orders"]) == 1


def test_a_change_names_the_version_it_has_seen(desk, elder):
    standing = take(desk, elder)
    path = f"/standing-orders/{standing['id']}"
    assert desk.operator("GET", path).headers["ETag"] == '"1"'
    moved = desk.operator("PATCH", path, {"start": "15:00"}, headers={"If-Match": '"1"'})
    assert moved.status_code == 200 and moved.headers["ETag"] == '"2"', moved.text
    assert moved.json()["instances"] == {"made": 14, "unmet": 0, "refused": 0, "withdrawn": 14}
    problem(desk.operator("PATCH", path, {"start": "16:00"}, headers={"If-Match": '"1"'}), 409, "standing_order_changed")
    assert all(instance["start"].endswith("15:00:00+08:00") for instance in days(desk, standing) if instance["state"] == "made")
    problem(desk.operator("PATCH", path, {"item_code": "06001"}), 422, "standing_order_fixed")


def test_null_removes_what_a_plan_can_do_without_and_absence_leaves_it(desk, elder):
    standing = take(desk, elder, valid_until=date(6), end="11:00", preferred_provider="P092")
    path = f"/standing-orders/{standing['id']}"
    first = standing["instances"]["made"]
    assert first < 14
    kept = desk.operator("PATCH", path, {"note": "按门铃"}).json()
    assert (kept["valid_until"], kept["end"], kept["preferred_provider"]) == (date(6), "11:00", "P092")
    freed = desk.operator("PATCH", path, {"valid_until": None, "preferred_provider": None})
    assert freed.status_code == 200, freed.text
    assert (freed.json()["valid_until"], freed.json()["end"], freed.json()["preferred_provider"]) == (None, "11:00", None)
    assert freed.json()["instances"]["made"] > 0 and len([i for i in days(desk, standing) if i["state"] == "made"]) == 14
    assert desk.operator("PATCH", path, {"end": None, "valid_until": date(8)}).json()["valid_until"] == date(8)
    problem(desk.operator("PATCH", path, {"valid_until": 7}), 400, "field_type")


def test_it_is_suspended_resumed_and_ended(desk, elder):
    standing = take(desk, elder)
    path = f"/standing-orders/{standing['id']}"
    problem(desk.operator("POST", f"{path}/suspend", {}), 400, "reason_missing")
    assert desk.operator.post(f"{path}/suspend", {"reason_code": "elder_wish"})["instances"]["withdrawn"] == 14
    assert {instance["state"] for instance in days(desk, standing)} == {"suspended"}
    problem(desk.operator("POST", f"{path}/suspend", {"reason_code": "again"}), 409, "standing_order_state")
    assert desk.operator.post(f"{path}/resume")["instances"]["made"] == 14
    ended = desk.operator.post(f"{path}/end", {"reason_code": "moved"})
    assert ended["state"] == "ended" and ended["reason_code"] == "moved" and ended["instances"]["withdrawn"] == 14
    problem(desk.operator("PATCH", path, {"start": "16:00"}), 409, "standing_order_ended")
    orders = desk.operator.get("/orders", elder=elder, limit=200)["orders"]
    assert len(orders) == 28 and {order["state"] for order in orders} == {"cancelled"}


def test_the_next_days_are_shown_before_a_plan_is_taken(desk, elder):
    body = plan(elder, rrule="FREQ=MONTHLY;BYMONTHDAY=1", valid_from="2026-09-20", holidays="day_after")
    seen = desk.operator("POST", "/standing-orders/preview", body, params={"limit": 3}).json()
    assert seen["rule"] == "每月1日，节假日顺延一天"
    assert seen["occurrences"][0] == {"occurrence": "2026-10-01", "date": "2026-10-08", "skipped": False}
    lunar = desk.operator("POST", "/standing-orders/preview", plan(elder, rrule="LUNAR:9/9", valid_from="2027-01-01"), params={"limit": 2}).json()
    assert [day["date"] for day in lunar["occurrences"]] == ["2027-10-08", "2028-10-26"] and lunar["rule"] == "每年农历九月初九"


def test_an_absence_stops_and_a_confirmed_return_starts_again(desk, elder):
    standing = take(desk, elder)
    path = f"/elders/{elder}/absences"
    away = desk.operator.post(path, {"kind": "hospital", "from": date(3), "until": date(6)}, 201)
    assert away["instances"]["withdrawn"] == 4 and away["returned_at"] is None
    shown = {instance["date"]: instance for instance in days(desk, standing)}
    assert shown[date(4)]["state"] == "away" and shown[date(4)]["code"] == "absence_hospital" and shown[date(7)]["state"] == "made"
    problem(desk.operator("POST", path, {"kind": "travel", "from": date(6)}), 409, "absence_overlaps")
    back = desk.operator.post(f"{path}/{away['id']}/resume", {"from": date(5)})
    assert back["instances"]["made"] == 2 and back["until"] == date(4)
    problem(desk.operator("POST", f"{path}/{away['id']}/resume", {}), 409, "absence_ended")
    assert [a["kind"] for a in desk.operator.get(path)["absences"]] == ["hospital"]


def test_who_should_be_back_is_on_a_list_until_confirmed(desk, elder):
    away = desk.operator.post(f"/elders/{elder}/absences", {"kind": "travel", "from": date(-5), "until": date(-2)}, 201)
    assert away["id"] in {absence["id"] for absence in desk.operator.get("/absences/overdue")["absences"]}
    assert take(desk, elder)["instances"]["made"] == 0, "nothing is made before the return is confirmed"
    assert desk.operator.post(f"/elders/{elder}/absences/{away['id']}/resume")["instances"]["made"] == 14
    assert away["id"] not in {absence["id"] for absence in desk.operator.get("/absences/overdue")["absences"]}


def test_death_ends_it_the_same_day(desk, elder):
    standing = take(desk, elder)
    gone = desk.operator.post(f"/elders/{elder}/status", {"status": "deathReported"})
    assert len(gone["cancelled_orders"]) == 14
    assert desk.operator.get(f"/standing-orders/{standing['id']}")["state"] == "ended"
    problem(desk.operator("POST", "/standing-orders", plan(elder)), 422, "elder_not_registered")


@pytest.mark.parametrize("fields, status, code, pointer", [
    ({"rrule": "FREQ=HOURLY"}, 400, "rrule_invalid", "/rrule"), ({"rrule": "FREQ=WEEKLY;BYDAY=XX"}, 400, "rrule_invalid", "/rrule"),
    ({"rrule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}, 422, "rule_never_fires", "/rrule"), ({"rrule": None}, 400, "field_missing", "/rrule"),
    ({"start": None}, 400, "field_missing", "/start"), ({"start": "25:00"}, 400, None, None), ({"start": "24:00"}, 400, "time_invalid", "/start"),
    ({"end": "09:00"}, 422, "end_before_start", "/end"), ({"quantity": 0}, 422, "quantity_out_of_range", "/quantity"),
    ({"elder_id": "nobody"}, 404, "elder_unknown", "/elder_id"), ({"item_code": "99999"}, 404, "item_unknown", "/item_code"),
    ({"preferred_provider": "P999"}, 404, "provider_unknown", "/preferred_provider"), ({"holidays": "never"}, 400, "holidays_unknown", "/holidays"),
    ({"valid_until": "2020-01-01"}, 422, "valid_until_before_from", "/valid_until"), ({"exdates": ["soon"]}, 400, None, None),
    ({"elder_id": None}, 400, "field_missing", "/elder_id"), ({"rrule": "LUNAR:13/40"}, 400, "lunar_invalid", "/rrule"),
])
def test_bad_plans_are_told_what_is_wrong(desk, elder, fields, status, code, pointer):
    body = {name: value for name, value in (plan(elder) | fields).items() if value is not None}
    told = problem(desk.operator("POST", "/standing-orders", body), status, code)
    assert pointer is None or told["errors"][0]["pointer"].endswith(pointer)


def test_others_may_not(desk, elder, house):
    for role in ["P001", "finance"]:
        problem(house.client(role)("POST", "/standing-orders", plan(elder)), 403, "role_forbidden")
    problem(desk.operator("GET", "/standing-orders/none"), 404, "standing_order_unknown")


def test_made_by_hand_as_often_as_one_likes(desk, elder, house):
    standing = take(desk, elder)
    more = vnh("standing", "make", "--database", house.url, "--days", "20").stdout
    assert "新生成工单" in more
    assert "新生成工单 0 张" in vnh("standing", "make", "--database", house.url, "--days", "20").stdout
    assert sum(instance["state"] == "made" for instance in days(desk, standing)) == 20
    refused = vnh("standing", "make", "--database", house.url, "--days", "900", check=False)
    assert refused.returncode == 1 and len(refused.stderr.strip().splitlines()) == 1
    vnh("doctor", "--database", house.url)


def test_absences_come_from_a_file(desk, elder, house, tmp_path):
    standing = take(desk, elder)
    number = desk.operator.get(f"/elders/{elder}")["number"]
    file = tmp_path / "absences.csv"
    head = "number,kind,from,until,note\n"
    file.write_text(head + f"{number},住院,{date(2)},{date(4)},\nNOBODY,travel,{date(2)},,\n")
    bad = vnh("import", "absences", file, "--database", house.url, check=False)
    assert bad.returncode == 1 and "NOBODY" in bad.stdout and "3" in bad.stdout and desk.operator.get(f"/elders/{elder}/absences")["absences"] == []
    file.write_text(head + f"{number},住院,{date(2)},{date(4)},\n")
    assert "新增 1" in vnh("import", "absences", file, "--database", house.url, "--dry-run").stdout
    assert "新增 1" in vnh("import", "absences", file, "--database", house.url).stdout
    assert "未变 1" in vnh("import", "absences", file, "--database", house.url).stdout
    assert sum(instance["state"] == "away" for instance in days(desk, standing)) >= 3


def test_providers_come_from_a_file(copy, data, tmp_path):
    lines = (data / "Providers/providers.csv").read_text(encoding="utf-8-sig").splitlines()
    file, url = tmp_path / "providers.csv", f"sqlite:{copy}"

    def load(rows, *flags, check=True):
        file.write_text("\n".join([lines[0], *rows]) + "\n")
        return vnh("import", "providers", file, "--database", url, *flags, check=check)

    assert "未变 2" in load(lines[1:3]).stdout
    changed = lines[1].replace("松柏", "青松")
    assert "更新 1" in load([changed], "--dry-run").stdout and "更新 1" in load([changed]).stdout and "未变 1" in load([changed]).stdout
    with sqlite3.connect(copy) as connection:
        [[content]] = connection.execute("SELECT content FROM reference_file WHERE name = 'providers/providers.csv'").fetchall()
    assert "青松" in content.decode()
    for rows in [[lines[1].replace("620102001", "999999999")], [lines[1], lines[1]], [lines[1].replace("P001", "")]]:
        refused = load(rows, check=False)
        assert refused.returncode == 1 and refused.stderr.startswith("vnh: "), refused.stderr
    vnh("doctor", "--database", url)
