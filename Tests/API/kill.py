"""Pulls the plug under load, again and again, and compares what was acknowledged with what the file holds.

    python3 kill.py --kills 500        uses VNH_BIN and VNH_DATA like the tests
"""

import argparse
import random
import shutil
import sqlite3
import tempfile
import threading
import time
import uuid
from pathlib import Path

import requests
from house import ROOT, Desk, House, day, vnh

WORKERS = 8
ENDS = ("cancelled", "received")


class Promises:
    """What the server has said yes to. The file must hold all of it, once."""

    def __init__(self):
        self.lock = threading.Lock()
        self.orders: dict[str, str] = {}
        self.swipes: set[str] = set()
        self.keys: dict[str, str] = {}
        self.last_seq = 0

    def order(self, id: str, state: str) -> None:
        with self.lock:
            self.orders[id] = state


def clients(desk: Desk, promises: Promises, elders: list[str], stop: threading.Event, number: int) -> None:
    """One busy client: places, accepts, declines, swipes and cancels until the server is gone."""
    chance = random.Random(f"{number}-{time.time_ns()}")
    operator, till = desk.house.client("operator"), desk.house.client("P001")
    while not stop.is_set():
        try:
            elder, key = chance.choice(elders), uuid.uuid4().hex
            if chance.random() < 0.3:
                swipe = {"elder_id": elder, "canteen": "P001", "slot": chance.choice(["breakfast", "lunch", "supper"]),
                         "at": day(chance.choice([0, -1]), 0), "device": "t"}
                answer = till("POST", "/meals", swipe, key=key, timeout=5)
                if answer.status_code == 201:
                    with promises.lock:
                        promises.swipes.add(answer.json()["id"])
                continue
            wish = {"elder_id": elder, "item_code": Desk.ITEM, "start": day(chance.randint(2, 80), chance.randint(8, 16)), "allow_twin": True}
            answer = operator("POST", "/orders", wish, key=key, timeout=5)
            if answer.status_code != 201:
                assert answer.status_code in (409, 422, 503), answer.text
                continue
            order = answer.json()
            with promises.lock:
                promises.orders[order["id"]] = order["state"]
                promises.keys[key] = order["id"]
                promises.last_seq = max(promises.last_seq, order["events_seq"])
            step = chance.random()
            if order["state"] == "offered" and step < 0.7:
                verb, body = ("accept", {}) if step < 0.5 else ("decline", {"reason_code": "no_staff"})
                promises.order(order["id"], "?")
                if desk.provider(order)("POST", f"/provider/orders/{order['id']}/{verb}", body, timeout=5).status_code == 200:
                    promises.order(order["id"], "accepted" if verb == "accept" else "?")
            if chance.random() < 0.3:
                promises.order(order["id"], "?")
                if operator("POST", f"/orders/{order['id']}/cancel", {"reason_code": "asked"}, timeout=5).status_code == 200:
                    promises.order(order["id"], "cancelled")
        except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError):
            return


def broken(house: House, promises: Promises) -> list[str]:
    """Everything in the file that is not as it was promised, or that is half done."""
    faults = []

    def none(name: str, sql: str, *values) -> None:
        faults.extend(f"{name}: {row}" for row in house.rows(sql, *values)[:3])

    kept = {id: state for id, state in house.rows("SELECT id, state FROM service_order")}
    for id, state in promises.orders.items():
        if id not in kept:
            faults.append(f"order lost: {id}")
        elif state != "?" and kept[id] != state:
            faults.append(f"order {id} is {kept[id]}, promised {state}")
    swipes = {id for (id,) in house.rows("SELECT id FROM meal_swipe")}
    faults += [f"swipe lost: {id}" for id in promises.swipes - swipes]
    bodies = dict(house.rows("SELECT key, body FROM idempotency"))
    faults += [f"answer lost: {key}" for key, id in promises.keys.items() if id not in bodies.get(key, "")]

    holds = "('offered', 'accepted', 'scheduled', 'in_service', 'done', 'closed')"
    none("order without its event", "SELECT id FROM service_order o WHERE 1 <> (SELECT COUNT(*) FROM event "
         "WHERE subject = o.id AND type = 'order.received')")
    none("order without its attempt", f"SELECT id FROM service_order o WHERE state IN {holds} AND 1 <> (SELECT COUNT(*) FROM attempt "
         "WHERE order_id = o.id AND state IN ('offered', 'accepted') AND provider_id = o.provider_id)")
    none("attempts miscounted", "SELECT id FROM service_order o WHERE attempts <> (SELECT COUNT(*) FROM attempt WHERE order_id = o.id)")
    none("legs do not add up", f"SELECT id FROM service_order o WHERE state IN {holds} AND payable_fen <> self_pay_fen + "
         "(SELECT COALESCE(SUM(amount_fen), 0) FROM funding_leg WHERE order_id = o.id AND state <> 'released')")
    none("money kept by an ended order", f"SELECT id FROM service_order o WHERE state IN {ENDS} AND EXISTS "
         "(SELECT 1 FROM funding_leg WHERE order_id = o.id AND state <> 'released')")
    none("version without an event", "SELECT id, version FROM service_order o WHERE version < (SELECT MAX(subject_seq) FROM event "
         "WHERE subject = o.id)")
    none("swipe without its event", "SELECT id FROM meal_swipe m WHERE 1 <> (SELECT COUNT(*) FROM event WHERE subject = m.id)")
    none("swipe without its money", "SELECT id FROM meal_swipe m WHERE payable_fen - self_pay_fen <> "
         "(SELECT COALESCE(SUM(amount_fen), 0) FROM posting WHERE subject = m.id AND kind = 'post')")
    none("gap in the log", "SELECT MAX(seq), COUNT(*) FROM event HAVING MAX(seq) <> COUNT(*)")
    none("gap in a feed", "SELECT provider_id FROM event WHERE provider_id IS NOT NULL GROUP BY provider_id "
         "HAVING MAX(provider_seq) <> COUNT(*) OR MIN(provider_seq) <> 1")
    none("gap in the ledger", "SELECT MAX(seq), COUNT(*) FROM posting HAVING MAX(seq) <> COUNT(*)")
    none("trial balance", "SELECT SUM(debit_fen - credit_fen) FROM account HAVING SUM(debit_fen - credit_fen) <> 0")
    none("account differs from its postings", "SELECT name FROM account a WHERE debit_fen <> (SELECT COALESCE(SUM(amount_fen), 0) "
         "FROM posting WHERE debit = a.name) OR credit_fen <> (SELECT COALESCE(SUM(amount_fen), 0) FROM posting WHERE credit = a.name)")
    none("reservation differs from its legs", "SELECT 1 WHERE (SELECT COALESCE(SUM(credit_fen - debit_fen), 0) FROM account "
         "WHERE name LIKE 'reserved/%') NOT IN ((SELECT COALESCE(SUM(amount_fen), 0) FROM funding_leg WHERE state = 'reserved'), "
         "-(SELECT COALESCE(SUM(amount_fen), 0) FROM funding_leg WHERE state = 'reserved'))")
    none("place in a slot miscounted", "SELECT provider_id, date FROM slot_load s WHERE taken <> (SELECT COUNT(*) FROM attempt a "
         "JOIN service_order o ON o.id = a.order_id WHERE a.provider_id = s.provider_id AND o.service_date = s.date "
         "AND a.slot_opens = s.opens AND a.state IN ('offered', 'accepted'))")
    if promises.last_seq > (house.rows("SELECT COALESCE(MAX(seq), 0) FROM event")[0][0]):
        faults.append("the log has lost its end")
    return faults


def run(house: House, kills: int, elders: list[str], seed: int = 1, say=lambda line: None) -> dict:
    """Kills the server so many times; fails at the first promise that is not kept."""
    chance, promises, slowest = random.Random(seed), Promises(), 0.0
    desk = Desk(house)
    for done in range(1, kills + 1):
        stop = threading.Event()
        threads = [threading.Thread(target=clients, args=(desk, promises, elders, stop, n)) for n in range(WORKERS)]
        for thread in threads:
            thread.start()
        time.sleep(chance.uniform(0.1, 0.9))
        house.kill()
        stop.set()
        for thread in threads:
            thread.join()
        house.start(wait=False)
        slowest = max(slowest, house.wait_ready())
        faults = broken(house, promises)
        assert not faults, f"after kill {done}: {faults[:10]}"
        say(f"{done}/{kills}: {len(promises.orders)} orders, {len(promises.swipes)} swipes kept")
    return {"kills": kills, "orders": len(promises.orders), "swipes": len(promises.swipes), "slowest_start_s": round(slowest, 2)}


def prepare(house: House) -> list[str]:
    """Tokens of every firm that may be asked, made once because each costs a run of the program; and the elders."""
    desk = Desk(house)
    elders = desk.elders(count=120)
    house.token("P001")
    for elder in elders:
        for candidate in desk.operator.post("/orders/quote", {"elder_id": elder, "item_code": desk.ITEM, "start": day(2)})["candidates"]:
            house.token(candidate["provider"])
    return elders


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp())
    try:
        server = House(f"sqlite:{folder / 'vnh.sqlite'}")
        vnh("demo", "--database", server.url, "--elders", 300, "--data", ROOT)
        server.start()
        print(run(server, arguments.kills, prepare(server), arguments.seed, say=print))
        server.stop()
        print(vnh("doctor", "--database", server.url).stdout)
    finally:
        shutil.rmtree(folder)
