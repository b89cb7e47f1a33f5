"""What a line of the log holds, and what it never does."""

import json
import logging
from functools import partial

import pytest

from helix.logs import blotting
from helix.logs.around import About
from helix.logs.lines import formatter
from helix.logs.requests import facts_of


def line(message: str, *values: object, form: str = "json", **extra: object) -> str:
    record = logging.getLogger("helix.tests").makeRecord(
        "helix.tests", logging.WARNING, __file__, 1, message, values, None, extra=extra
    )
    return formatter(form).format(record)


def test_a_line_of_production_is_one_json_object() -> None:
    found = json.loads(line("The queue of %s is full.\nReally.", "Bob", run="r-1", payload={"email": "a@b.c"}))

    assert found["event"] == "The queue of Bob is full.\\nReally."
    assert (found["level"], found["logger"], found["run"]) == ("warning", "helix.tests", "r-1")
    assert found["timestamp"].endswith("Z")
    assert "payload" not in found


def test_a_line_carries_what_the_thread_is_at() -> None:
    with About(partial(facts_of, "req-1", "GET", "/t/demo/runs/")):
        found = json.loads(line("Slow."))

    assert {key: found[key] for key in ("request", "team", "path")} == {
        "request": "req-1",
        "team": "demo",
        "path": "/t/demo/runs/",
    }
    assert "request" not in json.loads(line("Later."))


def test_a_line_on_a_terminal_is_words() -> None:
    assert line("Redis is back.", form="text", run="r-1").endswith("warning helix.tests: Redis is back.  (run=r-1)")


@pytest.mark.parametrize(
    "text",
    [
        "could not reach redis://:hunter22@queue:6379/0",
        "sent Authorization: Bearer s3cret-hunter22",
        "GET https://api.example.com/v1?api_key=hunter22&x=1",
        "headers {'X-Api-Key': 'hunter22'}",
        "token hlx_hunter22hunter22",
        "GET /sign-in/hunter22hunter22hunter22/",
        "POST /h/demo/hunter22hunter22",
    ],
)
def test_what_looks_like_a_secret_is_blotted_out(text: str) -> None:
    assert "hunter22" not in line("%s", text)
    assert "hunter22" not in line("%s", text, form="text")


def test_what_the_process_knows_is_blotted_out_wherever_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blotting, "_known", set())
    blotting.know("postgres://helix:correct%horse@db/helix", "k1:AAECAwQFBgcICQ==,k2:EBESExQVFhcYGQ==")

    found = line("bad: %s", "correct%horse AAECAwQFBgcICQ== EBESExQVFhcYGQ==", run="correct%horse")

    assert "horse" not in found
    assert "AAEC" not in found
    assert "EBES" not in found


def test_ordinary_words_stay() -> None:
    text = "step “send” of run 0192 failed: the author's tokenizer took 3 s; key=value, name: Ada"
    assert json.loads(line("%s", text))["event"] == text.replace("key=value", "key=•••")


def test_a_secret_in_a_traceback_is_blotted_out() -> None:
    try:
        raise RuntimeError("refused by https://user:hunter22@example.com")
    except RuntimeError as error:
        record = logging.LogRecord(
            "x", logging.ERROR, __file__, 1, "no", (), (RuntimeError, error, error.__traceback__)
        )
    for form in ("json", "text"):
        found = formatter(form).format(record)
        assert "RuntimeError" in found
        assert "hunter22" not in found
