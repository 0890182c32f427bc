"""`vnh conformance` tells a good integration from a careless one, on both sides."""

import json

from conformance_receivers import Till
from house import expect
from webhook_support import vnh

SECRET = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
FORGED = {"tampered", "tampered_id", "tampered_time", "wrong_key", "unsigned", "replayed_old", "far_future"}


def conformance(*arguments):
    ended = vnh("conformance", *arguments, "--json")
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    assert lines, ended.stderr
    return ended.returncode, {line["promise"]: line["result"] for line in lines}


def test_a_careful_receiver_keeps_every_promise():
    till = Till(SECRET, is_careful=True)
    status, found = conformance(till.url, "--secret", SECRET, "--ledger", till.url + "/acted")
    till.close()
    assert status == 0 and set(found.values()) == {"kept"}, found
    assert FORGED | {"genuine", "rotated", "duplicate", "at_once", "out_of_order", "acted_once", "slow_line"} <= set(found)


def test_a_careless_receiver_breaks_exactly_what_it_does_not_do():
    till = Till(SECRET, is_careful=False)
    status, found = conformance(till.url, "--secret", SECRET, "--ledger", till.url + "/acted")
    till.close()
    broken = {name for name, result in found.items() if result == "broken"}
    assert status == 1 and broken == FORGED | {"acted_once", "forged_ignored"}, found


def test_without_a_ledger_what_cannot_be_seen_is_not_claimed():
    till = Till(SECRET, is_careful=True)
    status, found = conformance(till.url, "--secret", SECRET)
    told = vnh("conformance", till.url, "--secret", SECRET).stdout
    till.close()
    # Nobody takes what was not looked at for kept.
    assert told.splitlines()[-1].startswith("查过的必须约定全部守住；另有")
    assert status == 0 and {name for name, result in found.items() if result == "unchecked"} == {"acted_once", "forged_ignored", "acted_on_all"}


def test_nobody_there_keeps_nothing():
    status, found = conformance("http://127.0.0.1:9/", "--secret", SECRET)
    assert status == 1 and found["genuine"] == "broken" and "kept" not in found.values()


def test_a_wrong_secret_or_address_is_refused_at_once():
    for arguments, code in [(("https://example.com/", "--secret", "whsec_short"), "webhook_secret_invalid"),
                            (("https://user:pw@example.com/", "--secret", SECRET), "webhook_url_userinfo"),
                            (("https://example.com:0/", "--secret", SECRET), "webhook_url_port")]:
        ended = vnh("conformance", *arguments)
        assert ended.returncode != 0 and code in ended.stderr


def test_the_api_keeps_its_promises_to_a_client(house, desk):
    elders = desk.elders(count=60)
    placed = [desk.place(elder) for elder in elders[:6]]
    provider = next(order["provider"] for order in placed if order["state"] == "offered")
    token = house.token(provider)
    status, found = conformance("--api", house.base, "--token", token)
    assert status == 0 and found["accept_twice"] == "unchecked" and found["no_gap"] == "kept", found
    status, found = conformance("--api", house.base, "--token", token, "--accept")
    assert status == 0 and set(found.values()) == {"kept"}, found
    accepted = [order for order in placed if expect(desk.operator("GET", f"/orders/{order['id']}"), 200)["state"] == "accepted"]
    assert [order["provider"] for order in accepted] == [provider]


def test_without_a_right_to_the_feed_nothing_is_kept(house):
    status, found = conformance("--api", house.base, "--token", house.token("operator"))
    assert status == 1 and found["no_gap"] == "broken"
