"""One demonstration district a session; each file of tests gets a copy of it and a server of its own."""

import os
import shutil
import sqlite3
import sys
import uuid
from pathlib import Path

import pytest
from house import BIN, ROOT, Desk, House, untold, vnh

sys.path.append(str(Path(__file__).resolve().parents[1]))
from open_hours import open_day_and_night

ELDERS = 300


def pytest_addoption(parser):
    parser.addoption("--kills", type=int, default=25, help="how often the server is killed under load")


def pytest_sessionstart(session):
    if not BIN.exists():
        pytest.exit(f"{BIN} is missing: build it, or name it in VNH_BIN", returncode=3)


@pytest.fixture(scope="session")
def data(tmp_path_factory) -> Path:
    """The reference files, with every firm open day and night, so that a visit can happen whenever the tests run."""
    return open_day_and_night(ROOT, tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="session")
def district(data, tmp_path_factory) -> Path:
    """A database file nobody writes to."""
    path = tmp_path_factory.mktemp("district") / "district.sqlite"
    vnh("demo", "--database", f"sqlite:{path}", "--elders", ELDERS, "--data", data)
    # Folds the log into the file, so that copying one file is enough.
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture(scope="session")
def lived(tmp_path_factory) -> Path:
    """A database in which January 2026 was gone through by the program itself: calls, visits, meals, complaints. Nobody writes to it."""
    path = tmp_path_factory.mktemp("lived") / "lived.sqlite"
    vnh("demo", "--database", f"sqlite:{path}", "--elders", 1500, "--days", 33, "--data", ROOT)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture(scope="session")
def served(lived, tmp_path_factory) -> Path:
    """The same with that month closed. Nobody writes to it."""
    path = Path(shutil.copy(lived, tmp_path_factory.mktemp("served") / "served.sqlite"))
    vnh("close", "2026-01", "--database", f"sqlite:{path}")
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture
def copy(district, tmp_path) -> Path:
    """A database of one test's own."""
    return Path(shutil.copy(district, tmp_path / "vnh.sqlite"))


def urls() -> list[str]:
    return ["sqlite"] + (["postgres"] if os.environ.get("VNH_TEST_POSTGRES") else [])


@pytest.fixture(scope="module")
def house(request, data, district, tmp_path_factory) -> House:
    """A server that runs while the tests of one file do, and must end politely."""
    if getattr(request, "param", "sqlite") == "postgres":
        url = f"{os.environ['VNH_TEST_POSTGRES'].split('?')[0]}?schema=api_{uuid.uuid4().hex[:8]}"
        vnh("demo", "--database", url, "--elders", ELDERS, "--data", data)
    else:
        url = f"sqlite:{shutil.copy(district, tmp_path_factory.mktemp('house') / 'vnh.sqlite')}"
    house = House(url).start()
    yield house
    # Whatever was refused meanwhile must be told in the document: add the code to the `refuses` of the operation.
    missing = untold(house.client()("GET", "/openapi.json", root=True).json())
    house.stop()
    assert not missing, "refusals that the document does not tell: " + "; ".join(missing)


@pytest.fixture(scope="module")
def desk(house) -> Desk:
    return Desk(house)


def pytest_generate_tests(metafunc):
    """Files that say `DATABASES = True` run on every database there is."""
    if getattr(metafunc.module, "DATABASES", False) and "house" in metafunc.fixturenames:
        metafunc.parametrize("house", urls(), indirect=True, scope="module")
