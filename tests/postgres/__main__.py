"""`python -m tests.postgres COMMAND…`: the command's exit code, with HELIX_TEST_DATABASE_URL naming a fresh PostgreSQL."""

import os
import subprocess
import sys

from tests.postgres.server import postgres

with postgres() as url:
    code = subprocess.run(sys.argv[1:], env={**os.environ, "HELIX_TEST_DATABASE_URL": url}, check=False).returncode
sys.exit(code)
