"""A network of this machine's own, with a name server that changes its mind. Run by test_webhook_names.py inside new namespaces:
nothing that is sent here can leave the machine, and the resolver that `vnh` asks is the system's own."""

import fcntl
import ipaddress
import json
import os
import socket
import struct
import subprocess
import sys
import threading
from pathlib import Path

from webhook_desk import deliveries, send_test
from webhook_support import Receiver, Server, wait_until

PUBLIC = "8.8.8.8"
# What each name stands for: the answers to one look-up after the other, the last again and again.
NAMES = {
    "loopback": [["127.0.0.1"]], "mapped": [["::ffff:127.0.0.1"]], "compatible": [["::127.0.0.1"]], "six": [["::1"]],
    "private": [["10.0.0.8"]], "unique-local": [["fd00::8"]], "metadata": [["169.254.169.254"]], "metadata-six": [["fd00:ec2::254"]],
    "metadata-shared": [["100.100.100.200"]], "nat64": [["64:ff9b::7f00:1"]], "nat64-local": [["64:ff9b:1::7f00:1"]],
    "nat64-metadata": [["64:ff9b::a9fe:a9fe"]], "six-to-four": [["2002:7f00:1::1"]], "teredo": [["2001:0:7f00:1::1"]], "any": [["0.0.0.0"]],
    "nowhere": [[]], "both": [[PUBLIC, "127.0.0.1"]], "turned": [[PUBLIC], ["127.0.0.1"]], "turned-back": [["127.0.0.1"], [PUBLIC]],
}


def loopback_up():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        fcntl.ioctl(s, 0x8914, struct.pack("16sh", b"lo", 0x1 | 0x40))  # SIOCSIFFLAGS: up, running


class NameServer:
    """Answers A and AAAA for `NAME.rebind.example`, and counts the looks at each name and kind."""

    def __init__(self):
        self.looks = {}
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 53))
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            query, asker = self.socket.recvfrom(4096)
            end = query.index(b"\0", 12)
            name = query[13:13 + query[12]].decode()
            kind = struct.unpack(">H", query[end + 1:end + 3])[0]
            steps = NAMES.get(name, [[]])
            turn = self.looks[name, kind] = self.looks.get((name, kind), 0) + 1
            addresses = [ipaddress.ip_address(text) for text in steps[min(turn, len(steps)) - 1]]
            found = [a.packed for a in addresses if (a.version, kind) in ((4, 1), (6, 28))]
            answers = b"".join(struct.pack(">HHHIH", 0xC00C, kind, 1, 0, len(packed)) + packed for packed in found)
            self.socket.sendto(query[:2] + struct.pack(">HHHHH", 0x8180, 1, len(found), 0, 0) + query[12:end + 5] + answers, asker)


def attempts(house, id, count):
    found = lambda: [d for d in deliveries(house, id, token=house.admin) if d["attempts"] >= count]
    return wait_until(found, 30, f"attempt {count}")[0]["last_reason"]


def main(folder):
    loopback_up()
    (folder / "resolv.conf").write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
    subprocess.run(["mount", "--bind", folder / "resolv.conf", os.path.realpath("/etc/resolv.conf")], check=True)
    names, receiver = NameServer(), Receiver()
    house = Server(folder, VNH_WEBHOOK_ALLOW="")
    house.admin = house.token("admin")

    def hook(name):
        made = house.call("POST", "/webhooks", house.admin, {"url": f"https://{name}.rebind.example:{receiver.port}/", "events": ["month.closed"]})
        assert made.status == 201, made.json
        send_test(house, made.json["id"], house.admin)
        return made.json["id"]

    try:
        first, again = {}, {}
        for name in NAMES:
            id = hook(name)
            first[name] = attempts(house, id, 1)
            if name.startswith("turned"):
                again[name] = id
            else:
                house.call("DELETE", f"/webhooks/{id}", house.admin)
        # The cache of names ends with the process; what failed before is tried again, and the names are looked up anew.
        house.stop()
        house.start()
        second = {name: attempts(house, id, 2) for name, id in again.items()}
        refused = receiver.connections
        house.stop()
        # The same names do lead here: with the address on the list, the receiver is called.
        house.environment["VNH_WEBHOOK_ALLOW"] = "127.0.0.1"
        house.start()
        attempts(house, hook("loopback"), 1)
    finally:
        house.stop()
    print(json.dumps({
        "first": first, "second": second, "refused": refused, "allowed": receiver.connections,
        "looks": sum(count for (name, _), count in names.looks.items() if name == "turned")}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
