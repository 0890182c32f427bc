"""Recurrence rules against python-dateutil, lunar dates against lunardate: other people's implementations, thousands of cases, one process."""

import datetime as calendar
import random
import subprocess
import types
from datetime import date, datetime, timedelta
from itertools import islice

import pytest
from dateutil import rrule as dateutil_rrule
from house import BIN, ROOT
from lunardate import LunarDate

RULES = 10_000
LIMIT = 25
# Ours ends a hundred years after the start; what dateutil finds behind that is not asked.
YEARS = 100
DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


def occurrences(lines: list[str], limit: int = LIMIT) -> list[str]:
    done = subprocess.run(
        [BIN, "standing", "occurrences", "--file", "-", "--limit", str(limit)], input="\n".join(lines) + "\n", cwd=ROOT,
        capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    answers = done.stdout.split("\n")[:-1]
    assert len(answers) == len(lines)
    return answers


def some(dice: random.Random, values, most: int = 3) -> list:
    return sorted(dice.sample(list(values), dice.randint(1, most)))


def joined(values) -> str:
    return ",".join(map(str, values))


def made_rule(dice: random.Random) -> tuple[date, str, list[date]]:
    """Any rule that both understand in the same way.

    Left out, because the RFC and dateutil differ: ordinals beside plain weekdays (the RFC unites them, dateutil intersects), and
    BYSETPOS of weekly rules that begin in the middle of a week (dateutil cuts the first week off).
    """
    start = date(2020, 1, 1) + timedelta(days=dice.randrange(4000))
    frequency = dice.choice(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])
    parts = [f"FREQ={frequency}"]
    if dice.random() < 0.5:
        parts.append(f"INTERVAL={dice.randint(1, 6)}")
    if dice.random() < 0.3:
        parts.append(f"BYMONTH={joined(some(dice, range(1, 13), 5))}")
    has_month = parts[-1].startswith("BYMONTH=")
    by = has_month
    week_start = 0
    if dice.random() < 0.4:
        week_start = dice.randrange(7)
        parts.append(f"WKST={DAYS[week_start]}")
    has_month_day = frequency != "WEEKLY" and dice.random() < 0.4
    if has_month_day:
        days = some(dice, [*range(1, 32), *range(-31, 0)], 6)
        parts.append(f"BYMONTHDAY={joined(days)}")
        by = True
    if dice.random() < 0.5:
        weekdays = some(dice, DAYS, 4)
        if frequency in ("MONTHLY", "YEARLY") and not has_month_day and dice.random() < 0.6:
            most = 5 if frequency == "MONTHLY" or has_month else 53
            weekdays = [f"{dice.choice([1, -1]) * dice.randint(1, dice.choice([2, 4, most]))}{day}" for day in weekdays]
        parts.append(f"BYDAY={joined(weekdays)}")
        by = True
    if by and dice.random() < 0.25:
        parts.append(f"BYSETPOS={joined(some(dice, [1, 2, 3, -1, -2, -3], 3))}")
        if frequency == "WEEKLY":
            start -= timedelta(days=(start.weekday() - week_start) % 7)
    end = dice.random()
    if end < 0.3:
        parts.append(f"COUNT={dice.randint(1, 60)}")
    elif end < 0.6:
        parts.append(f"UNTIL={start + timedelta(days=dice.randrange(1, 3000)):%Y%m%d}")
    head, tail = parts[0], parts[1:]
    dice.shuffle(tail)
    exdates = [start + timedelta(days=dice.randrange(60)) for _ in range(dice.choice([0, 0, 3]))]
    return start, ";".join([head, *tail]), exdates


def expected(start: date, rule: str, exdates: list[date]) -> list[str]:
    """As dateutil has it, but not beyond our hundred years."""
    horizon = date(start.year + YEARS, 12, 31)
    found = []
    for moment in islice(dateutil_rrule.rrulestr(rule, dtstart=datetime(start.year, start.month, start.day)), LIMIT + len(exdates)):
        if moment.date() > horizon:
            break
        if moment.date() not in exdates:
            found.append(moment.date().isoformat())
    return found[:LIMIT]


def test_ten_thousand_rules_give_the_days_of_dateutil(monkeypatch):
    # Rules that never fire are walked to the year 9999 by dateutil, seconds each; behind our horizon there is nothing to compare.
    monkeypatch.setattr(dateutil_rrule, "datetime", types.SimpleNamespace(**vars(calendar) | {"MAXYEAR": 2031 + YEARS}))
    seed = 20260302
    dice = random.Random(seed)
    cases = [made_rule(dice) for _ in range(RULES)]
    answers = occurrences([f"{start}\t{rule}\t{joined(exdates)}" for start, rule, exdates in cases])
    wrong, never = [], 0
    for (start, rule, exdates), answer in zip(cases, answers, strict=True):
        wanted = expected(start, rule, exdates)
        if not wanted:
            never += 1
            right = answer.startswith("! rule_never_fires ")
        else:
            right = answer == joined(wanted)
        if not right:
            wrong.append(f"{start} {rule} without {joined(exdates)}\n  ours   {answer[:200]}\n  theirs {joined(wanted)[:200]}")
    assert not wrong, f"seed {seed}: {len(wrong)} of {RULES} differ\n" + "\n".join(wrong[:10])
    assert never < RULES / 10, "most rules must say something"


@pytest.mark.parametrize("rule, part", [
    ("FREQ=SECONDLY", "FREQ=SECONDLY"), ("FREQ=DAILY;INTERVAL=0", "INTERVAL=0"), ("FREQ=WEEKLY;BYDAY=MOO", "MOO"),
    ("FREQ=MONTHLY;BYMONTHDAY=40", "BYMONTHDAY"), ("FREQ=DAILY;COUNT=1;UNTIL=20300101", "COUNT"), ("LUNAR:13/1", "LUNAR:13/1"), ("", "字符")])
def test_a_malformed_rule_is_told_in_one_line(rule, part):
    [answer] = occurrences([f"2026-03-02\t{rule}"])
    assert answer.startswith("! ") and "_invalid " in answer and part in answer, answer


def test_a_rule_that_never_fires_ends():
    [answer] = occurrences(["2026-03-02\tFREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=31"])
    assert answer.startswith("! rule_never_fires "), answer
    one = subprocess.run(
        [BIN, "standing", "occurrences", "--rule", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "--start", "2026-03-02"], cwd=ROOT,
        capture_output=True, text=True, timeout=60)
    assert one.returncode == 1 and len(one.stderr.strip().splitlines()) == 1 and "rule_never_fires" in one.stderr


def test_lunar_dates_fall_on_the_days_of_another_table():
    """2020 ... 2056: first, middle and last days of every month; leap months where there is one, day 30 kept to the month's length.

    Beside these years the two tables differ in months whose new moon falls within a minute or so of midnight (1954-11, 1978-08, 2057-09).
    """
    dice = random.Random(9)
    cases = [(month, day, False) for month in range(1, 13) for day in (1, 8, 15, 29, 30)]
    cases += [(month, dice.randint(1, 30), True) for month in range(1, 13)]
    answers = occurrences([f"2020-03-01\tLUNAR:{month}/{day}{';LEAP' if leap else ''}" for month, day, leap in cases], limit=36)
    for (month, day, leap), answer in zip(cases, answers, strict=True):
        wanted = []
        for year in range(2019, 2060):
            in_leap = leap and LunarDate.leap_month_for_year(year) == month
            try:
                there = LunarDate(year, month, day, in_leap).to_solar_date()
            except ValueError:
                there = LunarDate(year, month, 29, in_leap).to_solar_date()
            if there >= date(2020, 3, 1):
                wanted.append(there.isoformat())
        assert answer.split(",") == wanted[:36], f"{month}/{day} leap {leap}"
