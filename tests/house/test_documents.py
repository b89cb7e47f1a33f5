"""What README.md promises is what the code does."""

import re

from helix.environment import Environment
from tests.house.files import ROOT


def rows() -> list[str]:
    """The settings table as helix/environment.py has it."""
    table = ["| variable | default | meaning |", "| --- | --- | --- |"]
    for name, field in Environment.model_fields.items():
        value = getattr(field.default, "get_secret_value", lambda default=field.default: str(default))()
        table.append(f"| `{name}` | {f'`{value}`' if value else ''} | {field.description} |")
    return table


def test_the_settings_table_is_that_of_the_code() -> None:
    text = (ROOT / "README.md").read_text()
    found = re.search(r"<!-- settings:.*?-->\n(.*?)\n<!-- end of settings -->", text, re.DOTALL)
    assert found is not None
    assert found.group(1).splitlines() == rows()


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        word
        for path in (ROOT / "README.md", ROOT / "CHANGELOG.md")
        for word in re.findall(r"`?make ([a-z]+)`", path.read_text())
    }
    assert named - targets == set()


def test_every_management_command_that_is_named_exists() -> None:
    commands = {path.stem for path in (ROOT / "helix/management/commands").glob("*.py")} | {"migrate", "collectstatic"}
    named = set(
        re.findall(r"manage\.py ([a-z_]+)", (ROOT / "README.md").read_text() + (ROOT / "compose.yaml").read_text())
    )
    assert named - commands == set()
