"""The examples of docs/api.md, run one after the other over real HTTP against the real web process."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.fakes.furnished import MAKE
from tests.fakes.installation import ROOT, installation
from tests.fakes.sandbox import SandboxProcess


def test_every_example_of_the_page_runs(tmp_path: Path, sandbox_process: SandboxProcess) -> None:
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "docs/api.md").read_text(), re.DOTALL)
    assert len(blocks) == 7
    script = tmp_path / "page.py"
    script.write_text("\n".join(blocks) + "\nhelix.close()\n")

    with installation(tmp_path, HELIX_SANDBOX_URL=sandbox_process.url) as apart:
        made = apart.run(MAKE)
        done = subprocess.run(
            [sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=False,
            env={**os.environ, "URL": apart.serve(), "TOKEN": made["editor"]},
        )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert "['start', 'track']" in done.stdout
    assert "2 nodes of n8n: 1 became steps, 1 are placeholders to be replaced." in done.stdout
    assert "bad_document" in done.stdout
