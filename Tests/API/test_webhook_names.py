"""What a name stands for is judged at the moment of the call, by the very address that would be connected to (server-side request forgery, DNS
rebinding)."""

import json
import subprocess
import sys
from pathlib import Path


def test_no_name_leads_into_our_own_network_however_it_changes(tmp_path):
    ran = subprocess.run(
        ["unshare", "--map-root-user", "--mount", "--net", sys.executable, Path(__file__).with_name("names.py"), tmp_path],
        capture_output=True, text=True, timeout=240)
    assert ran.returncode == 0, ran.stderr[-2000:]
    seen = json.loads(ran.stdout)
    # Nobody is at home at the public address of a network without a way out, and the private one beside it is not tried instead.
    assert {name: reason for name, reason in seen["first"].items() if reason != "private_address"} == {
        "both": "connect", "turned": "connect", "nowhere": "dns"}
    # The name that was public at first is refused once it stands for this machine, and not remembered as good.
    assert seen["second"] == {"turned": "private_address", "turned-back": "connect"} and seen["looks"] >= 2
    assert seen["refused"] == 0
    assert seen["allowed"] > 0, "the test's own names lead nowhere"
