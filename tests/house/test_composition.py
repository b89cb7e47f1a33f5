"""compose.yaml: an image from the lock, of somebody who is not root, that writes nowhere; every part is watched."""

import re
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped,unused-ignore]  # comes with schemathesis

from helix.environment import Environment
from tests.house.files import ROOT

COMPOSITION: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
OURS = ("migrate", "web", "worker", "scheduler")


def image() -> str:
    text: str = COMPOSITION["services"]["web"]["build"]["dockerfile_inline"]
    return text


@pytest.mark.parametrize("name", OURS)
def test_every_part_of_ours_may_do_no_more_than_it_must(name: str) -> None:
    part = COMPOSITION["services"][name]
    assert part["read_only"] is True
    assert part["cap_drop"] == ["ALL"]
    assert part["security_opt"] == ["no-new-privileges:true"]
    assert part["logging"]["options"]["max-size"]
    assert "privileged" not in part
    assert "user" not in part  # that of the image


@pytest.mark.parametrize("name", ["postgres", "redis", "web", "worker", "scheduler"])
def test_every_part_that_stays_is_watched_and_started_again(name: str) -> None:
    part = COMPOSITION["services"][name]
    assert part["restart"] == "unless-stopped"
    assert part["healthcheck"]["test"]


def test_the_image_is_built_from_the_lock_and_is_not_root_s() -> None:
    assert "pip install --require-hashes" in image()
    assert "--requirement requirements.txt" in image()
    assert [line for line in image().splitlines() if line.startswith("USER ")][-1] == "USER 10001:10001"
    assert re.findall(r"(?i)(password|secret|token)\s*=", image()) == []


def test_what_the_image_copies_is_there() -> None:
    for source in re.findall(r"^COPY (\S+) ", image(), re.MULTILINE):
        assert (ROOT / source).exists(), source


def test_every_setting_that_is_handed_on_is_one() -> None:
    given = set(COMPOSITION["services"]["web"]["environment"])
    assert given - set(Environment.model_fields) == set()
    assert {"HELIX_METRICS_TOKEN", "HELIX_LOG_LEVEL", "HELIX_VAULT_KEYS"} <= given


def test_only_the_web_is_reached_from_outside_and_by_this_machine_alone() -> None:
    ports = {name: part["ports"] for name, part in COMPOSITION["services"].items() if "ports" in part}
    assert set(ports) == {"web"}
    assert all(port.startswith("127.0.0.1:") for port in ports["web"])
