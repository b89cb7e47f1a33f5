"""The files of the house, for the tests that look at all of them."""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OURS = ("helix", "integrations", "templates", "static", "tests", "docs", ".ci")
TEXT = {".py", ".js", ".mjs", ".css", ".html", ".md", ".txt", ".toml", ".yaml", ".json", ".sh", ""}


def files(*endings: str) -> Iterator[Path]:
    """Every text file of ours with one of these endings; what others wrote (static/vendor) is left out."""
    wanted = set(endings) or TEXT
    found = [path for path in ROOT.iterdir() if path.is_file()]
    found += [path for folder in OURS for path in (ROOT / folder).rglob("*") if path.is_file()]
    for path in sorted(found):
        if path.suffix in wanted and not {"vendor", "__pycache__"} & set(path.parts):
            yield path


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))
