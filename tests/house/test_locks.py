"""The lock files belong to pyproject.toml and name versions and hashes only."""

import re
import tomllib

import pytest

from tests.house.files import ROOT

LOCKS = {
    "requirements.txt": None,
    "requirements-dev.txt": "dev",
    "requirements-uv.txt": "uv",
    "requirements-otel.txt": "otel",
}
LINE = re.compile(
    r"^(?:[a-z0-9][a-z0-9.-]*==[\w.+!]+(?: ; [\w\s.'\"<>=!()]+)? \\|    --hash=sha256:[0-9a-f]{64}(?: \\)?)$"
)


def pins(lock: str) -> dict[str, str]:
    """Package -> locked version."""
    return dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE))


def normal(requirement: str) -> str:
    return re.split(r"[\[~<>=!; ]", requirement)[0].lower().replace("_", "-")


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_pins_and_hashes_and_nothing_else(lock: str) -> None:
    assert [line for line in (ROOT / lock).read_text().splitlines() if not LINE.match(line)] == []


@pytest.mark.parametrize(("lock", "group"), LOCKS.items())
def test_every_wanted_package_is_locked_in_a_version_that_fits(lock: str, group: str | None) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"] | project["project"]["optional-dependencies"]
    wanted = groups[group] if group else project["project"]["dependencies"]
    locked = pins(lock)
    for requirement in wanted:
        version = locked[normal(requirement)]
        if compatible := re.search(r"~=([\d.]+)", requirement):
            *fixed, least = map(int, compatible.group(1).split("."))
            parts = [int(part) for part in re.findall(r"\d+", version)]
            assert parts[: len(fixed)] == fixed, requirement
            assert parts[len(fixed)] >= least, requirement


def test_the_tests_run_on_the_versions_of_the_product() -> None:
    product = pins("requirements.txt")
    for lock in ("requirements-dev.txt", "requirements-otel.txt"):
        beside = pins(lock)
        assert {name for name in product.keys() & beside.keys() if product[name] != beside[name]} == set()
