"""A check by the elder's landline over HTTP: the telephone system heard it, or it is the provider's word."""

import pytest
from house import Desk, moment, now, problem

DATABASES = True


def on_a_fixed_line(desk: Desk, first: int) -> tuple[str, str]:
    """An elder the district pays for, and the landline of the home."""
    for elder in desk.elders(first, 100):
        phones = desk.operator.get(f"/elders/{elder}")["phones"]
        line = next((phone["number"] for phone in phones if phone["number"].startswith("0") and not phone.get("is_wrong")), None)
        if line:
            return elder, line
    raise AssertionError("nobody has a landline")


def begun(desk: Desk, elder: str) -> tuple:
    order = desk.today(elder)
    provider, path = desk.provider(order), f"/provider/orders/{order['id']}"
    provider.post(f"{path}/accept")
    desk.schedule(order)
    return order, provider, path


def ring(desk: Desk, line: str, at: str, call: str) -> None:
    for event in ("newCall", "answer", "hangup"):
        desk.operator.post("/calls", {"event": event, "call_id": call, "from": line, "to": "96000", "at": at})


@pytest.mark.parametrize("heard", [True, False])
def test_a_landline_check_is_believed_when_the_telephone_heard_it(desk, heard):
    elder, line = on_a_fixed_line(desk, 1 if heard else 120)
    order, provider, path = begun(desk, elder)
    if heard:
        ring(desk, line, order["start"], f"in-{order['id']}")
    came = provider.post(f"{path}/check-in", {"at": order["start"], "method": "landline"})
    assert came["call_heard"] is heard and came["state"] == "in_service"
    left = min(order["end"], now(540), key=moment)
    gone = provider.post(f"{path}/check-out", {"at": left, "method": "landline"})
    # The line rang once, at the door; nobody rang when the worker left.
    assert gone["call_heard"] is False and gone["state"] == "done"
    answers = {"came": True, "did": "打扫", "minutes": 60, "paid_extra_fen": 0, "satisfaction": 5, "answered_by": "elder"}
    closed = desk.quality.post(f"/orders/{order['id']}/callback", answers)
    assert closed["verification"] == ("verified" if heard else "held")


def test_a_provider_does_not_say_itself_what_was_heard(desk):
    elder, _ = on_a_fixed_line(desk, 200)
    order, provider, path = begun(desk, elder)
    problem(provider("POST", f"{path}/check-in", {"at": order["start"], "method": "landline_unheard"}), 400, "method_unknown")
    other = provider.post(f"{path}/check-in", {"at": order["start"], "method": "code", "code": order["visit_code"]})
    assert other["call_heard"] is None
