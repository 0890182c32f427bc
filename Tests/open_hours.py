"""Reference files for tests that go through a day's work at whatever hour they run."""

import shutil
from pathlib import Path


def open_day_and_night(source: Path, folder: Path) -> Path:
    """A copy of the reference files in which every firm is open day and night and takes whatever comes."""
    for name in ["Catalog", "Providers"]:
        shutil.copytree(source / name, folder / name)
    hours = folder / "Providers/hours.csv"
    header, *rows = hours.read_text(encoding="utf-8-sig").splitlines()
    firms = dict.fromkeys(row.split(",")[0] for row in rows)
    hours.write_text("\n".join([header, *(f"{firm},1-7,00:00,24:00,100000" for firm in firms)]) + "\n")
    return folder
