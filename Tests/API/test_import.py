"""A file of elders goes in whole or not at all, and every bad row is told with its reason."""

import csv
import sqlite3

from house import vnh
from make_elders import rows, write

COUNT = 2_000


def held(path) -> list[tuple]:
    with sqlite3.connect(path) as connection:
        return connection.execute(
            "SELECT e.number, e.name, e.version, e.id_number, p.number FROM elder e LEFT JOIN elder_phone p ON p.elder_id = e.id "
            "ORDER BY e.number, p.ordinal").fetchall()


def load(path, database, *flags, check=True):
    return vnh("import", "elders", path, "--database", f"sqlite:{database}", *flags, check=check)


def test_a_good_file_goes_in_once(copy, tmp_path):
    file, before = write(tmp_path / "elders.csv", rows(COUNT)), held(copy)
    rehearsal = load(file, copy, "--dry-run")
    assert f"新增 {COUNT}" in rehearsal.stdout and held(copy) == before
    assert f"新增 {COUNT}，更新 0，未变 0" in load(file, copy).stdout
    after = held(copy)
    assert len({row[0] for row in after}) == len({row[0] for row in before}) + COUNT
    assert f"新增 0，更新 0，未变 {COUNT}" in load(file, copy).stdout and held(copy) == after
    changed = rows(COUNT)
    changed[7]["name"] = "改名者"
    assert f"新增 0，更新 1，未变 {COUNT - 1}" in load(write(file, changed), copy).stdout
    assert "100%" not in rehearsal.stderr, "no progress bar in a pipe"
    vnh("doctor", "--database", f"sqlite:{copy}")


def test_every_bad_row_is_told_and_nothing_goes_in(copy, tmp_path):
    table, before = rows(40), held(copy)
    bad = {3: ("id_number", table[2]["id_number"][:-1] + ("0" if table[2]["id_number"][-1] != "0" else "1")), 9: ("region", "999999999"),
           12: ("phones", "本人:12"), 20: ("birthday", "1950-02-30"), 25: ("classes", "king@2020-01-01.."), 31: ("number", "")}
    for line, (column, value) in bad.items():
        table[line - 2][column] = value
    table[35]["number"] = table[34]["number"]
    file = write(tmp_path / "elders.csv", table)
    refused = load(file, copy, check=False)
    assert refused.returncode == 1 and held(copy) == before
    assert len(refused.stderr.strip().splitlines()) == 1 and "rows_invalid" in refused.stderr
    for line, (column, _) in (bad | {37: ("number", "")}).items():
        told = [text for text in refused.stdout.splitlines() if str(line) in text and column in text]
        assert told and any("\u4e00" <= c <= "\u9fff" for c in told[0]), f"row {line}: {refused.stdout}"
    kept = load(file, copy, "--skip-bad")
    assert f"新增 {40 - len(bad) - 1}" in kept.stdout


def test_a_file_that_is_no_table_is_refused_in_one_line(copy, tmp_path):
    with (tmp_path / "good.csv").open("w") as file:
        csv.writer(file).writerow(["number", "name"])
    (tmp_path / "bytes.csv").write_bytes(bytes(range(256)) * 50)
    (tmp_path / "empty.csv").write_bytes(b"")
    for name in ["good.csv", "bytes.csv", "empty.csv", "missing.csv"]:
        done = load(tmp_path / name, copy, check=False)
        assert done.returncode == 1 and len(done.stderr.strip().splitlines()) == 1, f"{name}: {done.stderr}"
