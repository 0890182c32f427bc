"""An exported month in the hands of somebody who changes it, and how well they cover their tracks."""

import csv
import hashlib
import io
import json
import shutil
import subprocess
import sys
from pathlib import Path

from house import ROOT

VERIFY = ROOT / "deploy/verify-settlement"


def verify(pack: Path, *options: str) -> tuple[int, list[str]]:
    """Runs the verifier as an auditor would, with no other Python packages in reach."""
    done = subprocess.run([sys.executable, "-I", "-S", VERIFY, pack, *options], capture_output=True, text=True, timeout=120)
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout.splitlines()


class Forgery:
    """A copy of a pack in which something is changed."""

    def __init__(self, original: Path, folder: Path):
        self.folder = Path(shutil.copytree(original, folder))

    def rows(self, name: str) -> list[list[str]]:
        return list(csv.reader(io.StringIO((self.folder / name).read_bytes().decode("utf-8-sig"), newline="")))

    def write(self, name: str, rows: list[list[str]]) -> None:
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\r\n").writerows(rows)
        (self.folder / name).write_bytes(text.getvalue().encode())

    def change(self, name: str, edit) -> None:
        """Lets `edit` change the rows of a table, as dictionaries, in place."""
        header, *body = self.rows(name)
        body = [dict(zip(header, row)) for row in body]
        edit(body)
        self.write(name, [header, *([row[column] for column in header] for row in body)])

    def change_json(self, name: str, edit) -> None:
        path = self.folder / name
        document = json.loads(path.read_text(encoding="utf-8"))
        edit(document)
        path.write_text(json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")

    def rehash(self) -> None:
        """The forger makes the manifest fit the files, but leaves the roots."""
        def edit(manifest):
            for file in manifest["files"]:
                content = (self.folder / file["name"]).read_bytes()
                file["sha256"], file["bytes"] = hashlib.sha256(content).hexdigest(), len(content)
        self.change_json("manifest.json", edit)

    def reseal(self) -> str:
        """The forger who has read the manual makes everything fit: chain, manifest and both roots."""
        month = json.loads((self.folder / "manifest.json").read_text())["month"]
        rows = (self.folder / "lines.csv").read_bytes().decode().split("\r\n")
        last, sealed = sha256(f"vnh-lines-1 {month}\n"), [rows[0]]
        for row in rows[1:-1]:
            text = row.rpartition(",")[0]
            last = sha256(f"{last}\n{text}")
            sealed.append(f"{text},{last}")
        (self.folder / "lines.csv").write_bytes(("\r\n".join(sealed) + "\r\n").encode())
        self.rehash()

        def edit(manifest):
            files = sorted(manifest["files"], key=lambda f: f["name"].encode())
            others = "".join(f"{f['sha256']}  {f['name']}\n" for f in files if f["name"] != "lines.csv")
            manifest["lines"], manifest["lines_root"] = len(sealed) - 1, last
            manifest["root"] = sha256(sha256(f"vnh-pack-7 {month}\n{others}") + "\n" + last)
        self.change_json("manifest.json", edit)
        return json.loads((self.folder / "manifest.json").read_text())["root"]


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
