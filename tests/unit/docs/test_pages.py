"""Pages lead to pages that exist, and the picture is light."""

import re

from tests.house.files import ROOT

"""Pages that another change brings."""


def test_every_link_of_the_documentation_leads_somewhere() -> None:
    broken = []
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text()):
            if "://" not in target and not (page.parent / target).exists():
                broken.append(f"{page.name}: {target}")
    assert broken == []


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs/README.md").read_text()
    assert [
        page.name for page in (ROOT / "docs").glob("*.md") if page.name != "README.md" and page.name not in index
    ] == []


def test_the_picture_is_small() -> None:
    assert (ROOT / "docs/editor.webp").stat().st_size < 150_000
