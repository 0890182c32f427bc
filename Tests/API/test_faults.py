"""Databases that are missing, locked, damaged, too new or out of room: one clear line, and nothing lost."""

import os
import shutil
import sqlite3
import subprocess
import threading
from pathlib import Path

import pytest
from house import BIN, Desk, House, day, problem, vnh


def refused(code: str, *command, **options) -> None:
    """The command ends at once with one line that carries the code."""
    done = vnh(*command, check=False, **options)
    assert done.returncode != 0 and done.returncode < 128, done
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1 and code in lines[0] and any("\u4e00" <= c <= "\u9fff" for c in lines[0]), done.stderr


def every(code: str, path: Path, **options) -> None:
    for command in [["serve", "--port", 0], ["serve", "--check"], ["doctor"], ["token", "create", "--role", "admin"]]:
        refused(code, *command, "--database", f"sqlite:{path}", **options)


def change(path: Path, sql: str) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(sql)


def test_a_missing_file(tmp_path):
    every("database_missing", tmp_path / "none.sqlite")
    assert not (tmp_path / "none.sqlite").exists()


def test_an_address_that_is_none():
    refused("database_url", "doctor", "--database", "mysql://root:secret@x/y")
    refused("database_unreachable", "doctor", "--database", "postgres://nobody@127.0.0.1:1/none")


@pytest.mark.parametrize("damage", ["garbage", "short", "empty page"])
def test_a_damaged_file(copy, damage):
    bytes_ = bytearray(copy.read_bytes())
    if damage == "garbage":
        bytes_ = bytearray(os.urandom(100_000))
    elif damage == "short":
        del bytes_[10_000:]
    else:
        bytes_[0:4096] = bytes(4096)
    copy.write_bytes(bytes_)
    every("database_corrupt", copy)
    assert copy.read_bytes() == bytes_, "the damaged file is evidence"


def test_a_newer_and_an_altered_schema(copy):
    change(copy, "INSERT INTO schema_migration SELECT 9999, 'future', 'x', 0")
    every("database_schema", copy)
    change(copy, "DELETE FROM schema_migration WHERE number = 9999")
    change(copy, "UPDATE schema_migration SET sha256 = 'changed' WHERE number = 2")
    every("database_schema", copy)


def test_a_file_that_may_not_be_written(copy):
    folder = Path("/tmp") / f"vnh-read-only-{os.getpid()}"
    folder.mkdir()
    try:
        # Root may write everything, so the program runs as nobody then.
        program, file = shutil.copy(BIN, folder / "vnh"), shutil.copy(copy, folder / "vnh.sqlite")
        Path(file).chmod(0o444)
        folder.chmod(0o555)
        user = {"user": 65534} if os.geteuid() == 0 else {}
        done = subprocess.run([program, "doctor", "--database", f"sqlite:{file}"], capture_output=True, text=True, timeout=60, **user)
        assert done.returncode == 1 and "database_read_only" in done.stderr and len(done.stderr.strip().splitlines()) == 1, done
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


def test_another_program_holds_the_file(copy):
    house = House(f"sqlite:{copy}").start()
    desk = Desk(house)
    elder = desk.elders(count=60)[0]
    other = sqlite3.connect(copy, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    refused("database_locked", "serve", "--port", 0, "--database", house.url)
    wish = {"elder_id": elder, "item_code": desk.ITEM, "start": day(2)}
    problem(desk.operator("POST", "/orders", wish), 503, "database_locked")
    assert desk.operator.get("/elders", q="LZ00000001")["elders"], "readers go on"
    other.execute("ROLLBACK")
    desk.operator.post("/orders", wish, 201)
    assert len(house.rows("SELECT id FROM service_order")) == 1
    house.stop()


def test_the_disk_is_full(copy, tmp_path):
    """On a small disk of its own, filled up while orders come in."""
    disk = tmp_path / "disk"
    disk.mkdir()
    room = copy.stat().st_size + 12_000_000
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={room}", "tmpfs", disk], check=True)
    try:
        house = House(f"sqlite:{shutil.copy(copy, disk / 'vnh.sqlite')}").start()
        desk = Desk(house)
        elders, kept, full = desk.elders(count=60), [], None
        # Leaves room for some orders' worth of the log.
        filler = disk / "filler"
        with filler.open("wb") as file:
            file.write(bytes(max(0, os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize - 400_000)))
        for n in range(2_000):
            answer = desk.operator("POST", "/orders", {
                "elder_id": elders[n % len(elders)], "item_code": desk.ITEM, "start": day(2 + n % 80), "allow_twin": True})
            if answer.status_code != 201:
                full = problem(answer, 503, "disk_full")
                break
            kept.append(answer.json()["id"])
        assert full and kept
        assert desk.operator.get(f"/orders/{kept[-1]}")["state"] == "offered", "it stays readable"
        filler.unlink()
        kept.append(desk.place(elders[0])["id"])
        assert {id for (id,) in house.rows("SELECT id FROM service_order")} == set(kept)
        house.stop()
        vnh("doctor", "--database", house.url)
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


def test_a_backup_under_load_is_whole(copy, tmp_path):
    house = House(f"sqlite:{copy}").start()
    desk = Desk(house)
    elders, stop, placed = desk.elders(count=60), threading.Event(), []

    def load() -> None:
        while not stop.is_set():
            placed.append(desk.place(elders[len(placed) % len(elders)], start=day(2 + len(placed) % 80))["id"])

    busy = threading.Thread(target=load)
    busy.start()
    try:
        before = list(placed)
        backup = tmp_path / "backup.sqlite"
        vnh("backup", backup, "--database", house.url)
    finally:
        stop.set()
        busy.join()
    house.stop()
    assert len(placed) > len(before)
    refused("backup_exists", "backup", backup, "--database", house.url)
    refused("database_exists", "restore", backup, "--verify", "--database", house.url)
    back = House(f"sqlite:{tmp_path / 'back.sqlite'}")
    vnh("restore", backup, "--verify", "--database", back.url)
    assert set(before) <= {id for (id,) in back.rows("SELECT id FROM service_order")} <= set(placed)
    vnh("doctor", "--database", back.url)
    back.start().stop()
    backup.write_bytes(backup.read_bytes()[:50_000])
    refused("database_corrupt", "restore", backup, "--verify", "--database", f"sqlite:{tmp_path / 'never.sqlite'}")
    assert not (tmp_path / "never.sqlite").exists()


def test_a_port_that_is_taken(copy):
    house = House(f"sqlite:{copy}").start()
    done = vnh("serve", "--database", house.url, "--port", house.port, check=False)
    assert done.returncode == 1 and "address_unavailable" in done.stderr and str(house.port) in done.stderr, done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    house.stop()
