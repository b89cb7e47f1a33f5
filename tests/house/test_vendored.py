"""Vendored libraries are the very files that the manifest names."""

import hashlib
import json

from tests.house.files import ROOT

VENDOR = ROOT / "static/vendor"


def test_every_vendored_file_has_the_hash_of_the_manifest() -> None:
    manifest = json.loads((VENDOR / "manifest.json").read_text())["files"]
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.iterdir()
        if path.suffix in (".js", ".css", ".svg")
    }

    assert found == {name: entry["sha256"] for name, entry in manifest.items() if name in found}
    assert found
