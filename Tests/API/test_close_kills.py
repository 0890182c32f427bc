"""The plug is pulled in the middle of a close, again and again: it goes on where it stopped, and ends in the same bytes."""

import random
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
from pathlib import Path

import pytest
import requests
from house import BIN, ROOT, House, problem, vnh

MONTH = "2026-01"
KILLS = 12

# Everything that a close leaves behind, without the moments at which it was written, and fingerprints of steps, which have those in them.
RESULT = {
    "statement": "SELECT month, provider_id, lines, held, gross_fen, subsidy_fen, self_pay_fen, deducted_fen, payable_fen, sha256 FROM statement "
                 "ORDER BY month, provider_id",
    "statement_line": "SELECT * FROM statement_line ORDER BY month, provider_id, ordinal",
    "sample": "SELECT month, subject, provider_id, reason, result, note FROM sample ORDER BY month, subject",
    "posting": "SELECT seq, kind, subject, debit, credit, amount_fen, reverses FROM posting ORDER BY seq",
    "account": "SELECT * FROM account ORDER BY name",
    "entitlement": "SELECT * FROM entitlement ORDER BY elder_id, programme, period",
    "funding_leg": "SELECT * FROM funding_leg ORDER BY order_id, attempt, ordinal",
    "service_order": "SELECT * FROM service_order ORDER BY id",
    "meal_swipe": "SELECT * FROM meal_swipe ORDER BY id",
    "close_entry": "SELECT month, seq, from_step, action, to_step, by_name, opinion FROM close_entry ORDER BY month, seq",
    "event": "SELECT type, subject, subject_seq, provider_id, actor, data FROM event ORDER BY type, subject, subject_seq",
    "settlement_month": "SELECT month, state, closed_by, frozen_until, refused FROM settlement_month ORDER BY month",
}


def result(path: Path) -> dict[str, list]:
    with sqlite3.connect(path) as connection:
        return {name: connection.execute(sql).fetchall() for name, sql in RESULT.items()}


def whole(path: Path) -> list[str]:
    with sqlite3.connect(path) as connection:
        return list(connection.iterdump())


def differences(found: dict[str, list], expected: dict[str, list]) -> list[str]:
    return [
        f"{name}: {len(found[name])} rows for {len(expected[name])}, first {next((p for p in zip(found[name], expected[name]) if p[0] != p[1]), None)}"
        for name in RESULT if found[name] != expected[name]]


def progress(path: Path) -> tuple | None:
    """How far the close is: signs of life, last day with lines, statements, refusals; nothing before it has begun."""
    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5) as connection:
            return connection.execute(
                "SELECT beats, frozen_until, (SELECT COUNT(*) FROM statement WHERE month = m.month), refused FROM settlement_month m "
                "WHERE month = ? AND state = 'closing'", (MONTH,)).fetchone()
    except sqlite3.OperationalError:
        return None


def start(path: Path) -> subprocess.Popen:
    return subprocess.Popen(
        [BIN, "close", MONTH, "--database", f"sqlite:{path}"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.fixture(scope="module")
def month(lived, tmp_path_factory) -> Path:
    """The month in which the register has heard late of deaths: lines are refused, and their money goes back."""
    path = Path(shutil.copy(lived, tmp_path_factory.mktemp("month") / "vnh.sqlite"))
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE elder SET death_date = '2026-01-12' WHERE CAST(SUBSTR(id, -1) AS INTEGER) < 4")
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture(scope="module")
def undisturbed(month, tmp_path_factory) -> Path:
    path = Path(shutil.copy(month, tmp_path_factory.mktemp("undisturbed") / "vnh.sqlite"))
    assert "（已月结）" in vnh("close", MONTH, "--database", f"sqlite:{path}").stdout
    # Folds the log into the file, so that copying one file is enough.
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


def test_a_close_that_is_killed_ends_in_the_same_bytes(month, undisturbed, tmp_path):
    expected = result(undisturbed)
    with sqlite3.connect(undisturbed) as connection:
        (steps,) = connection.execute("SELECT beats FROM settlement_month WHERE month = ?", (MONTH,)).fetchone()
    assert len(expected["statement"]) > 10 and len(expected["statement_line"]) > 400
    assert sum(row[16] == "blocked" for row in expected["statement_line"]) > 50, "too little to give back"
    copy = Path(shutil.copy(month, tmp_path / "vnh.sqlite"))
    chance, stopped = random.Random(7), []
    for _ in range(KILLS):
        before = progress(copy)
        process = start(copy)
        # It first waits until the dead one is known to be dead; then the plug is pulled after some of its transactions.
        target = (before or (0,))[0] + chance.randint(2, max(3, 2 * steps // KILLS))
        while process.poll() is None and ((now := progress(copy)) is None or now[0] < target):
            time.sleep(0.001)
        process.kill()
        process.communicate()
        stopped.append(progress(copy))
        if stopped[-1] is None:
            break
    # Killed where it hurts: among the lines, the statements and what is given back.
    assert len({place[1:] for place in stopped if place}) >= KILLS // 2, stopped
    assert vnh("close", MONTH, "--database", f"sqlite:{copy}").returncode == 0
    assert not differences(result(copy), expected), stopped
    findings = vnh("doctor", "--database", f"sqlite:{copy}").stdout
    assert "异常" not in findings, findings
    print(stopped)


def test_a_second_close_changes_nothing(undisturbed, tmp_path):
    copy = Path(shutil.copy(undisturbed, tmp_path / "vnh.sqlite"))
    before = whole(copy)
    assert "此前已月结，未作改动" in vnh("close", MONTH, "--database", f"sqlite:{copy}").stdout
    assert whole(copy) == before


def test_of_two_at_once_one_wins_and_the_other_hears_so(month, undisturbed, tmp_path):
    for attempt in range(10):
        copy = Path(shutil.copy(month, tmp_path / f"{attempt}.sqlite"))
        both = [start(copy), start(copy)]
        ends = [(*process.communicate(timeout=240), process.returncode) for process in both]
        assert not differences(result(copy), result(undisturbed))
        if not any("未作改动" in end[0] for end in ends):
            break  # otherwise one came only after the other's end
    won, lost = sorted(ends, key=lambda end: end[2])
    assert won[2] == 0 and "（已月结）" in won[0] and lost[2] != 0, ends
    assert "正在月结" in lost[1] and len(lost[1].strip().splitlines()) == 1, ends


def test_one_that_sleeps_too_long_is_taken_over_and_writes_nothing_more(month, undisturbed, tmp_path):
    copy = Path(shutil.copy(month, tmp_path / "vnh.sqlite"))
    sleeper = start(copy)
    while not (progress(copy) or (0,))[0]:
        time.sleep(0.005)
    # Between two transactions: one that sleeps within one holds the file's lock, as with any other program.
    sleeper.send_signal(signal.SIGSTOP)
    try:
        assert progress(copy), "the close was over before it could be stopped"
        other = vnh("close", MONTH, "--database", f"sqlite:{copy}", check=False)
    finally:
        sleeper.send_signal(signal.SIGCONT)
    said = sleeper.communicate(timeout=240)
    if other.returncode:
        assert "占用" in other.stderr, other.stderr
    else:
        assert sleeper.returncode != 0 and "正在月结" in said[1], said
    assert not differences(result(copy), result(undisturbed))


def test_a_server_that_is_killed_goes_on_with_the_close(month, undisturbed, tmp_path):
    house = House(f"sqlite:{shutil.copy(month, tmp_path / 'vnh.sqlite')}").start()
    try:
        finance = house.client("finance")
        for _ in range(2):
            before = progress(house.path)
            asked = threading.Thread(target=ask, args=(finance,))
            asked.start()
            while (now := progress(house.path)) is None or before is not None and now[0] <= before[0]:
                assert asked.is_alive() or progress(house.path) is not None, "the close was over before it was seen"
                time.sleep(0.01)
            house.kill()
            asked.join()
            house.start()
        answers = []
        both = [threading.Thread(target=lambda: answers.append(finance("POST", f"/settlements/{MONTH}/close", {}, timeout=240))) for _ in range(2)]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join()
        assert sorted(answer.status_code for answer in answers) == [200, 409], [answer.text for answer in answers]
        for answer in answers:
            if answer.status_code == 409:
                problem(answer, 409, "close_running")
        again = finance.post(f"/settlements/{MONTH}/close")
        assert again["was_closed"] is True and again["state"] == "closed"
        found, expected = result(house.path), result(undisturbed)
        # The server goes on with its other work meanwhile; of the money, what concerns the lines of the month is compared.
        for name in ("statement", "statement_line", "sample", "meal_swipe"):
            assert found[name] == expected[name], name
        moved = lambda rows: [row[1:] for row in rows["posting"] if row[1] == "reverse"]
        assert moved(found) == moved(expected) != []
        house.stop()
    finally:
        if house.process:
            house.kill()


def ask(finance) -> None:
    try:
        finance("POST", f"/settlements/{MONTH}/close", {}, timeout=240)
    except requests.RequestException:
        pass
