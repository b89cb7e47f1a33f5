"""Who may import whom (pyproject.toml, tool.importlinter)."""

import subprocess
import sys
from pathlib import Path

from tests.house.files import ROOT


def test_the_rooms_import_only_what_they_may() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_installer_runs_on_a_python_without_any_package() -> None:
    code = "import helix.install.environment, helix.install.browser, helix.install.locks"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, '.'); {code}"], cwd=ROOT, check=False
    )
    assert done.returncode == 0


def test_the_supervisor_loads_no_django() -> None:
    code = "import helix.up.supervisor, sys; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
