"""The pure modules of the inspector (inspector.test.mjs), run by the Node that came with Playwright."""

import subprocess
from pathlib import Path

from playwright._impl._driver import compute_driver_executable


def test_the_modules_of_the_inspector_pass_their_own_tests() -> None:
    node, _ = compute_driver_executable()
    script = Path(__file__).with_name("inspector.test.mjs")

    done = subprocess.run([node, "--test", script], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout
