"""Every role at every door: the table in `roles.txt` says who may, and a route that is not in it fails."""

import re
from pathlib import Path

import pytest
import requests
from house import vnh

ROLES = ["operator", "quality", "finance", "auditor", "admin", "security", "provider"]
TABLE = Path(__file__).with_name("roles.txt")
# What stands in an address instead of a real thing: nothing has these names, so that whoever may come in finds nothing there.
FILLED = {"month": "2019-01", "day": "2019-01-01", "year": "2019"}


def table():
    rows = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            method, path, who = line.split(None, 2)
            assert (method, path) not in rows, f"twice: {line}"
            rows[method, path] = who.split()
    return rows


def routes(url):
    found = set()
    for line in vnh("serve", "--database", url, "--routes").stdout.splitlines():
        method, path = line.split()
        if method != "HEAD":
            found.add((method, path))
    return found


def fill(path):
    return re.sub(r"\{(\w+)\}|:(\w+)|\*+", lambda m: FILLED.get(m[1] or m[2] or "", "none"), path)


def ask(house, method, path, token):
    """The status, and the code of a refusal. Streams are not waited for."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    form = not path.startswith("/api/") and method == "POST"
    headers["Content-Type"] = "application/x-www-form-urlencoded" if form else "application/json"
    with requests.request(method, house.base + fill(path), headers=headers, timeout=20, stream=True, allow_redirects=False,
                          data=b"" if form else b"{}" if method in {"POST", "PATCH", "PUT"} else None) as answer:
        kind = answer.headers.get("content-type", "")
        code = answer.json().get("code") if "problem+json" in kind else None
        text = answer.text if "text/html" in kind else ""
        return answer.status_code, code, text


@pytest.fixture(scope="module")
def tokens(house):
    return {role: house.token("P001" if role == "provider" else role) for role in ROLES}


def test_the_table_names_every_route_and_no_other(house):
    assert set(table()) == routes(house.url)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_comes_in_where_the_table_says_and_nowhere_else(house, tokens, role):
    wrong = []
    for (method, path), who in sorted(table().items()):
        status, code, text = ask(house, method, path, tokens[role])
        may = who in (["everybody"], ["known"]) or role in who
        refused = status == 403 and (code == "role_forbidden" or "您的角色不能" in text or "只有" in text or "只能查看" in text)
        if status >= 500 or (not refused and not may) or (may and status in {401, 403}):
            wrong.append(f"{role} {method} {path}: {status} {code}, table says {'may' if may else 'may not'}")
    assert wrong == []


def test_nobody_comes_in_without_a_name_except_where_everybody_may(house):
    wrong = []
    for (method, path), who in sorted(table().items()):
        status, code, _ = ask(house, method, path, None)
        out = status == 401 or status == 303
        if ("everybody" in who) == out:
            wrong.append(f"{method} {path}: {status} {code}")
    assert wrong == []
