"""The rules of a flow stay plain Python: a new file of helix/flows is either named pure or keeps the database."""

import tomllib

from tests.house.files import ROOT

KEEPS_THE_DATABASE = {
    "access",
    "apps",
    "drafts",
    "exchange",
    "history",
    "models",
    "pins",
    "using",
    "versions",
    "migrations",
}


def test_every_file_of_the_flows_is_pure_or_known_to_keep_the_database() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    pure = {
        name for contract in contracts for name in contract.get("source_modules", []) if name.startswith("helix.flows.")
    }
    found = {path.stem for path in (ROOT / "helix/flows").iterdir() if not path.name.startswith("__")}
    assert found - KEEPS_THE_DATABASE == {name.removeprefix("helix.flows.") for name in pure}
