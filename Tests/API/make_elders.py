"""Writes a file of made-up elders for `vnh import elders`: the same for the same seed.

    python3 make_elders.py 100000 elders.csv
"""

import csv
import random
import sys
from pathlib import Path

from house import ROOT

WEIGHTS, CHECKS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), "10X98765432"
COLUMNS = (
    "number name sex birthday id_number phones region community estate building unit room landmark latitude longitude classes ability "
    "lives_alone diet alerts contacts preferred_provider status").split()


def identity(region: str, birthday: str, serial: int) -> str:
    """An identity number with its check digit after GB 11643."""
    body = f"{region[:6]}{birthday.replace('-', '')}{serial:03d}"
    return body + CHECKS[sum(int(d) * w for d, w in zip(body, WEIGHTS)) % 11]


def rows(count: int, seed: int = 1) -> list[dict]:
    chance = random.Random(seed)
    with (ROOT / "Catalog/regions.csv").open(encoding="utf-8-sig") as file:
        regions = [row["code"] for row in csv.DictReader(file) if len(row["code"]) == 9]
    made = []
    for n in range(1, count + 1):
        sex, region = chance.choice(["male", "female"]), chance.choice(regions)
        birthday = f"{chance.randint(1930, 1960)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"
        serial = chance.randint(0, 499) * 2 + (sex == "male")
        made.append({
            "number": f"T{n:08d}", "name": "测试" + chance.choice("甲乙丙丁戊己庚辛"), "sex": sex, "birthday": birthday,
            "id_number": identity(region, birthday, serial), "phones": f"本人:1990{n:07d}", "region": region, "community": "测试社区",
            "estate": "测试小区", "building": "1", "unit": "2", "room": str(n % 900 + 100), "classes": "ordinary@2020-01-01.."})
    return made


def write(path: Path, table: list[dict]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(table)
    return path


if __name__ == "__main__":
    write(Path(sys.argv[2]), rows(int(sys.argv[1])))
