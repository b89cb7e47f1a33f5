"""The description of the API: kept as a snapshot, drawn as a page, its examples called, and generated calls against it."""

import json
import re
import shlex
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from django.test import Client

from helix.api.describe import METHODS
from helix.api.urls import api
from tests.integration.api.test_api import Caller, call, people, team
from tests.schema import run_all

__all__ = ["call", "people", "team"]
SNAPSHOT = Path(__file__).with_name("calls.json")


def told() -> dict[str, list[str]]:
    """Every call with its parameters, its body and its statuses, in short."""
    document = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/")))
    found = {}
    for path, calls in document["paths"].items():
        for method in METHODS:
            if (one := calls.get(method)) is not None:
                body = one.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
                names = sorted(parameter["name"] for parameter in one.get("parameters", []))
                statuses = sorted(one["responses"])
                found[f"{method.upper()} {path}"] = [
                    *names,
                    body.get("$ref", "").rpartition("/")[2],
                    " ".join(statuses),
                ]
    return found


def test_the_calls_are_those_of_the_snapshot() -> None:
    """After a wanted change write it anew: the failure prints what belongs there."""
    assert told() == json.loads(SNAPSHOT.read_text()), json.dumps(told(), indent=1)


def curls(page: str) -> Iterator[tuple[str, str, str | None]]:
    for found in re.findall(r"<pre [^>]*data-curl>(.*?)</pre>", page, re.DOTALL):
        words = shlex.split(unescape(found).replace("\\\n", " "))
        method = words[words.index("-X") + 1] if "-X" in words else "GET"
        yield method, words[-1].removeprefix("$HELIX"), words[words.index("-d") + 1] if "-d" in words else None


def test_the_page_shows_every_call_and_its_examples_work(call: Caller) -> None:
    answer = Client().get("/api/docs/")
    page = answer.content.decode()
    assert answer.status_code == 200 and "<script>" not in page and " style=" not in page

    shown = list(curls(page))
    assert len(shown) == len(told())
    for method, path, body in shown:
        where = re.sub(r"\{number\}", "1", re.sub(r"\{\w+_id\}", "01a2083d-0524-7247-aa37-b8db584a4cfe", path))
        where = where.replace("{part}", "input")
        status, said = call(method, where.removeprefix("/api/v1"), json.loads(body) if body else None)
        wanted = {404} if "{" in path else {200, 201, 422, 409}
        assert status in wanted, (method, path, status, said)
        if status == 422:
            assert said["error"]["place"].startswith(("/secrets", "/document", "/http")), (method, path, said)


def test_generated_calls_meet_no_defect_and_nothing_untold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    statuses, wrong = run_all(tmp_path, examples=4, start=1)
    assert not wrong, "\n".join(wrong)
    assert statuses.total() > 250
