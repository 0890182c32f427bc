"""The sample client of `Providers/client` against a real server, through a whole order."""

import os
import shutil
import subprocess

import pytest
from house import ROOT, now

CLIENT = ROOT / "Providers/client/vnh-client.sh"


class Machine:
    """A provider's machine with the sample client on it."""

    def __init__(self, house, provider, folder, path=None):
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.environment = {**os.environ, "VNH_URL": house.base, "VNH_TOKEN": house.token(provider), "VNH_STATE": str(folder / "next")}
        if path:
            self.environment["PATH"] = path

    def run(self, *arguments, check=True, **more):
        ended = subprocess.run([CLIENT, *map(str, arguments)], env={**self.environment, **more}, capture_output=True, text=True, timeout=120)
        assert not check or ended.returncode == 0, ended.stderr
        return ended

    def events(self, **more):
        return [line.split("\t") for line in self.run("once", **more).stdout.splitlines()]


@pytest.fixture(params=["jq", "python3"])
def reader(request, tmp_path):
    """The tools the client may find: with jq, or only python3."""
    if request.param == "jq":
        if not shutil.which("jq"):
            pytest.skip("jq is not installed")
        return None
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in ["bash", "curl", "cat", "cp", "mv", "rm", "mktemp", "date", "cksum", "tr", "sed", "python3", "env"]:
        found = shutil.which(tool)
        # A wrapper of a version manager looks for its own tools, so the real interpreter is linked.
        target = subprocess.run(["python3", "-c", "import sys; print(sys.executable)"], capture_output=True, text=True).stdout.strip() \
            if tool == "python3" else found
        (folder / tool).symlink_to(target)
    return str(folder)


def test_a_whole_order(house, desk, tmp_path, reader):
    elder = desk.elders(first=1 if reader is None else 60, count=60)[0]
    order = desk.today(elder)
    machine = Machine(house, order["provider"], tmp_path / "till", reader)
    assert [order["id"], "offered"] in [line[2:4] for line in machine.events() if line[1] == "order.offered"]
    assert order["id"] in machine.run("orders").stdout
    assert machine.run("accept", order["id"]).stdout.split() == [order["id"], "accept", "accepted"]
    # Once more, as after a lost answer: the same words, nothing done twice.
    assert machine.run("accept", order["id"]).stdout.split() == [order["id"], "accept", "accepted"]
    desk.schedule(order)
    machine.run("check-in", order["id"], "landline", order["start"])
    machine.run("check-out", order["id"], "code", order["visit_code"], min(order["end"], now(540)))
    types = [line[1] for line in machine.events() if line[2] == order["id"]]
    assert types == ["order.accepted", "order.scheduled", "order.checked_in", "order.checked_out", "order.closed"]
    # It remembers where it was; nothing comes twice.
    assert machine.events() == []
    assert int((machine.folder / "next").read_text()) == len(desk.provider(order).get("/provider/feed", after=0, limit=500)["events"])


def test_an_event_that_could_not_be_handled_comes_again(house, desk, tmp_path):
    order = desk.place(desk.elders(first=120, count=60)[0])
    machine = Machine(house, order["provider"], tmp_path / "till")
    failed = machine.run("once", check=False, VNH_ON_EVENT="exit 3")
    assert failed.returncode == 1 and "停在这一条" in failed.stderr
    assert not (machine.folder / "next").exists()
    machine.events(VNH_ON_EVENT=f"cat >> {tmp_path}/handled")
    assert order["id"] in (tmp_path / "handled").read_text()


def test_what_is_refused_says_why(house, desk, tmp_path):
    order = desk.place(desk.elders(first=180, count=60)[0])
    machine = Machine(house, order["provider"], tmp_path / "till")
    refused = machine.run("check-in", order["id"], "landline", check=False)
    assert refused.returncode == 1 and refused.stderr.startswith("vnh-client: 4") and "：" in refused.stderr
    assert machine.run("accept", "none", check=False).returncode == 1
    for wrong in [(), ("accept",), ("fly", "1")]:
        assert machine.run(*wrong, check=False).returncode == 2
    declined = machine.run("decline", order["id"], "no_staff")
    assert declined.stdout.startswith(order["id"])
