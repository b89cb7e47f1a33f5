"""What `make audit` makes of an answer and of the waivers."""

from datetime import date
from pathlib import Path
from typing import Any

from helix.install.audit import judged, waivers

TODAY = date(2026, 6, 1)
FOUND: list[dict[str, Any]] = [
    {"name": "good", "version": "1.0", "vulns": []},
    {"name": "bad", "version": "2.0", "vulns": [{"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["2.1"]}]},
    {"name": "away", "skip_reason": "could not be audited"},
]


def test_a_weakness_is_told_with_the_version_that_mends_it() -> None:
    assert judged(FOUND, {}) == (2, ["bad 2.0: PYSEC-1, mended in 2.1"])


def test_what_is_borne_is_known_by_any_of_its_names() -> None:
    assert judged(FOUND, {"CVE-1": "not used"}) == (2, [])


def test_when_nobody_answers_nothing_was_audited() -> None:
    assert judged([FOUND[2]], {}) == (0, [])


def test_a_waiver_holds_until_its_day_and_has_a_reason(tmp_path: Path) -> None:
    file = tmp_path / "waivers.toml"
    file.write_text(
        '[[waiver]]\nid = "A"\nuntil = 2026-06-01\nreason = "not used"\n'
        '[[waiver]]\nid = "B"\nuntil = 2026-05-31\nreason = "not used"\n'
        '[[waiver]]\nid = "C"\nuntil = 2027-01-01\nreason = " "\n'
        '[[waiver]]\nid = "D"\nreason = "for ever"\n'
    )

    borne, wrong = waivers(file, TODAY)

    assert borne == {"A": "not used"}
    assert [line[:1] for line in wrong] == ["B", "C", "D"]
    assert waivers(tmp_path / "none.toml", TODAY) == ({}, [])
