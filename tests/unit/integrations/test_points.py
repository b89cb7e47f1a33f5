"""Failpoints do nothing unless a test asks for one, and then what it says."""

import os
import re
import signal
import subprocess
import sys

import pytest

from integrations.kit.points import KILLED, POINTS, read_failpoint
from tests.house.files import ROOT

PROGRAM = "from integrations.kit.points import reach; reach('after_claim'); print('one', flush=True); reach('after_claim'); print('two')"
ALLOWED = {"HELIX_ALLOW_FAILPOINTS": "1"}


def run(**environment: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize(
    ("environment", "code", "said"),
    [
        ({}, 0, "one\ntwo\n"),
        ({"HELIX_FAILPOINT": "after_claim"}, 0, "one\ntwo\n"),
        ({"HELIX_FAILPOINT": "before_hint", **ALLOWED}, 0, "one\ntwo\n"),
        ({"HELIX_FAILPOINT": "after_claim", **ALLOWED}, KILLED, ""),
        ({"HELIX_FAILPOINT": "after_claim:2=kill", **ALLOWED}, KILLED, "one\n"),
        ({"HELIX_FAILPOINT": "after_claim:3", **ALLOWED}, 0, "one\ntwo\n"),
    ],
)
def test_a_process_dies_at_the_line_that_it_was_told(environment: dict[str, str], code: int, said: str) -> None:
    with run(**environment) as process:
        assert (process.communicate()[0], process.returncode) == (said, code)


def test_a_process_freezes_and_goes_on_when_it_is_thawed() -> None:
    with run(HELIX_FAILPOINT="after_claim:2=freeze", **ALLOWED) as process:
        assert os.WIFSTOPPED(os.waitpid(process.pid, os.WUNTRACED)[1])
        process.send_signal(signal.SIGCONT)
        assert (process.communicate()[0], process.returncode) == ("one\ntwo\n", 0)


@pytest.mark.parametrize("words", ["after_lunch", "after_claim:0", "after_claim=sleep", "after_claim:x", "=kill"])
def test_a_wrong_failpoint_stops_the_start_with_a_sentence(words: str) -> None:
    with pytest.raises(ValueError, match="is no failpoint"):
        read_failpoint({"HELIX_FAILPOINT": words, **ALLOWED})


def test_the_product_reaches_known_failpoints_only() -> None:
    named = {
        name
        for folder in ("helix/engine", "integrations/kit")
        for path in (ROOT / folder).rglob("*.py")
        for name in re.findall(r"""\breach\(["'](\w+)["']\)""", path.read_text())
    }
    assert named <= set(POINTS)
    assert "after_body_sent" in named
