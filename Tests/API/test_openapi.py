"""The document says what the server does: every route is in it, it is valid OpenAPI 3.1, and a stranger who reads nothing else finds no fault."""

import json
import os
import re

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from house import ROOT, problem, vnh
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis.config import SchemathesisConfig

SEED = int(os.environ.get("VNH_SEED", "20260302"))
EXAMPLES = int(os.environ.get("VNH_EXAMPLES", "12"))
METHODS = {"get", "post", "put", "patch", "delete"}
ROLES = ["operator", "admin", "finance", "P001"]


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
            content = body["content"]["application/json"]
            assert content["schema"]["type"] == "object" and "example" in content, where
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


def config() -> SchemathesisConfig:
    return SchemathesisConfig.from_dict({
        "seed": SEED,
        "generation": {"allow-x00": False, "max-examples": EXAMPLES, "database": "none"},
        # A business rule may refuse what is well formed: nobody has that id, the time is past, the month is not over.
        "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", 304, 401, 403, 404, 409, 412, 422, 429, 503]},
                   "negative_data_rejection": {"expected-statuses": ["400", "401", "403", "404", "405", "406", "409", "412", "413", "415", "422", "428", "429"]},
                   },
    })


def identity(seventeen: str) -> str:
    """An identity number with its check digit (GB 11643)."""
    total = sum(int(d) * w for d, w in zip(seventeen, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]))
    return seventeen + "10X98765432"[total % 11]


schemathesis.openapi.format("cn-identity", st.integers(0, 999).map(lambda n: identity(f"62010219400229{n:03d}")))
schemathesis.openapi.format("cn-street", st.sampled_from(["620102001", "620102002", "620103001"]))
schemathesis.openapi.format("elder-class", st.sampled_from(["low_income", "destitute", "minimum_living"]))
schemathesis.openapi.format("event-type", st.sampled_from(["*", "order.*", "order.offered", "meal.served"]))
schemathesis.openapi.format("webhook-secret", st.just("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))


@pytest.mark.parametrize("role", ROLES)
def test_a_stranger_finds_no_fault(house, document, role):
    """schemathesis with all its checks, as each role; the seed and the number of cases stand above."""
    schema = schemathesis.openapi.from_dict(document, config=config())
    schema.config.base_url = house.base if hasattr(schema.config, "base_url") else None
    token = house.token(role)
    faults: list[str] = []
    count = 0
    for result in schema.get_all_operations():
        operation = result.ok()
        mine = operation.definition.raw.get("security") or []
        if mine and (role[0] != "P" and role or "provider") not in mine[0]["token"]:
            continue
        # A month of the demonstration must stay open for the others, and tokens must stay ours.
        for mode in schemathesis.GenerationMode.all():
            strategy = operation.as_strategy(generation_mode=mode)

            @settings(max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
                      suppress_health_check=list(HealthCheck))
            @__import__("hypothesis").given(case=strategy)
            def probe(case):
                nonlocal count
                count += 1
                response = case.call(base_url=house.base, headers={"Authorization": f"Bearer {token}"}, timeout=30)
                try:
                    case.validate_response(response, headers={"Authorization": f"Bearer {token}"})
                except Exception as fault:  # noqa: BLE001
                    faults.append(f"{operation.label}: {str(fault)[:700]}")

            try:
                probe()
            except Exception as fault:  # noqa: BLE001
                if "Unsatisfiable" not in type(fault).__name__:
                    faults.append(f"{operation.label}: {type(fault).__name__} {str(fault)[:300]}")
    print(f"{role}: {count} cases")
    assert faults == [], f"{len(faults)} faults (seed {SEED}):\n" + "\n---\n".join(dict.fromkeys(faults))
    assert count > 50
