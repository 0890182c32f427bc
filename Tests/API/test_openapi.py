"""The document says what the server does: every route is in it, it is valid OpenAPI 3.1, and a stranger who reads nothing else finds no fault."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from house import ROOT, vnh
from openapi_spec_validator import OpenAPIV31SpecValidator

SEED = int(os.environ.get("VNH_SEED", "20260302"))
EXAMPLES = int(os.environ.get("VNH_EXAMPLES", "12"))
METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def document(house) -> dict:
    answer = house.client()("GET", "/openapi.json", root=True)
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("application/json")
    return answer.json()


def operations(document: dict):
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in METHODS:
                yield method, path, operation


def test_every_route_is_described(house, document):
    """A route without a description: add an `Operation` to the `operations` beside its handler, and its type to `Server.described`."""
    lines = vnh("serve", "--database", house.url, "--routes").stdout.splitlines()
    routes = {line for line in lines if "/api/v1/" in line or line.split()[1] in ("/healthz", "/readyz", "/metrics", "/openapi.json")}
    routes = {line for line in routes if not line.startswith("HEAD ")}
    described = {f"{method.upper()} {path}" for method, path, _ in operations(document)}
    missing = sorted(routes - described)
    assert not missing, "not in the document; add an Operation beside the handler for: " + ", ".join(missing)
    gone = sorted(line for line in described - routes if "/api/v1/" in line)
    assert not gone, "described, but not a route: " + ", ".join(gone)


def test_the_document_is_valid(document):
    faults = [f"{'/'.join(map(str, fault.path))}: {fault.message}" for fault in OpenAPIV31SpecValidator(document).iter_errors()]
    assert faults == []


def test_the_document_is_complete(document):
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(names) == len(set(names))
    codes = {entry["code"]: entry["status"] for entry in document["x-error-codes"]}
    assert len(codes) > 100
    for method, path, operation in operations(document):
        where = f"{method} {path}"
        assert operation["summary"], where
        assert any(status.startswith("2") for status in operation["responses"]), where
        for parameter in operation["parameters"]:
            assert parameter["schema"] and "example" in parameter, f"{where}: {parameter['name']}"
        if body := operation.get("requestBody"):
            for media, content in body["content"].items():
                assert "example" in content and (media != "application/json" or content["schema"]["type"] == "object"), where
        for status, response in operation["responses"].items():
            for media in response.get("content", {}).values():
                assert "schema" in media and "example" in media, f"{where} {status}"
        for code in re.findall(r"`([a-z_0-9]+)`", operation.get("description", "")):
            assert str(codes.get(code)) in operation["responses"], f"{where}: {code} is not in ErrorCodes, or its status is not told"


def test_every_code_of_the_source_is_listed(document):
    """A new `Rejection`: add its code to Sources/Web/OpenAPI/ErrorCodes.swift."""
    listed = {entry["code"] for entry in document["x-error-codes"]}
    found = {}
    for path in sorted((ROOT / "Sources").rglob("*.swift")):
        if path.relative_to(ROOT / "Sources").parts[0] in ("vnh", "Rehearsal"):
            continue
        for code in re.findall(r'Rejection\(\s*\.\w+,\s*"([a-z_0-9]+)"', path.read_text()):
            found.setdefault(code, path.relative_to(ROOT))
    missing = [f"{code} ({path})" for code, path in found.items() if code not in listed]
    assert len(found) > 100 and not missing, "not in Sources/Web/OpenAPI/ErrorCodes.swift: " + ", ".join(missing)


CONFIG = """
seed = {seed}
generation.allow-x00 = false
generation.max-examples = {examples}
generation.database = "none"
[checks]
# A rule of the business may refuse what is well formed: nobody has that id, the time is past, the month is not over. Never with 400: that
# says that the document has been broken, and what keeps to it has broken nothing.
positive_data_acceptance.expected-statuses = ["2xx", 304, 401, 403, 404, 409, 412, 422, 429, 503]
"""


@pytest.mark.parametrize("role", ["admin", "P001"])
def test_a_stranger_finds_no_fault(house, role, tmp_path):
    """schemathesis with all its checks, in all its phases: the program that reads the document and tries everything."""
    (tmp_path / "config.toml").write_text(CONFIG.format(seed=SEED, examples=EXAMPLES))
    done = subprocess.run(
        [Path(sys.executable).with_name("schemathesis"), "--config-file", tmp_path / "config.toml", "run", f"{house.base}/openapi.json",
         "--header", f"Authorization: Bearer {house.token(role)}", "--checks", "all", "--workers", "2", "--request-timeout", "30", "--no-color"],
        cwd=tmp_path, env=os.environ | {"SCHEMATHESIS_HOOKS": "stranger", "PYTHONPATH": str(Path(__file__).parent)},
        capture_output=True, text=True, timeout=580)
    found = done.stdout.partition("= FAILURES =")[2][:12_000] or done.stdout[-12_000:]
    # What counts is what it found; now and then its own generator gives up on an operation, which is no answer of ours.
    assert "Test cases:" in done.stdout and "❌" not in done.stdout, f"seed {SEED}:\n{found}\n{done.stderr[-2000:]}"
    print(done.stdout[-1500:])
