"""The tests of the editor's own modules (tests/unit/editor_js), run by the Node that came with Playwright."""

import subprocess

from playwright._impl._driver import compute_driver_executable

from tests.house.files import ROOT


def test_the_editor_modules_pass_their_own_tests() -> None:
    node, _ = compute_driver_executable()
    scripts = sorted((ROOT / "tests/unit/editor_js").glob("*.test.mjs"))
    assert scripts
    done = subprocess.run([node, "--test", *scripts], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
