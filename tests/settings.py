"""Helix's own settings, under an environment of the tests' own: nothing of the caller's installation is read or touched."""

import atexit
import os
import shutil
import tempfile

for _name in [name for name in os.environ if name.startswith("HELIX_") and name != "HELIX_TEST_DATABASE_URL"]:
    del os.environ[_name]
os.environ["HELIX_DATA_DIR"] = tempfile.mkdtemp(prefix="helix-tests-")
atexit.register(shutil.rmtree, os.environ["HELIX_DATA_DIR"], ignore_errors=True)
os.environ["HELIX_SECRET_KEY"] = "a key of the tests, which opens nothing else"
os.environ["HELIX_VAULT_KEYS"] = "test:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
os.environ["REDIS_URL"] = "redis://127.0.0.1:1/0"  # nobody listens there: what needs a broker starts its own
os.environ["DATABASE_URL"] = os.environ.get("HELIX_TEST_DATABASE_URL", "")

from helix.settings import *  # noqa: E402, F403 - the environment comes first
