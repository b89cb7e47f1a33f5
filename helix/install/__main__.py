"""`python3 -m helix.install [--dev] [--browser]`: brings what is missing; does nothing when all is there."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - who reads this sentence has the older one
    sys.exit(
        f"Helix needs Python 3.11 or newer, {sys.executable} is older. Name a newer one: make run PYTHON=python3.12"
    )

from helix.install.browser import bring_browser
from helix.install.environment import bring_packages
from helix.install.running import CannotInstall

try:
    bring_packages(dev="--dev" in sys.argv)
    if "--browser" in sys.argv:
        bring_browser()
except CannotInstall as reason:
    sys.exit(f"Helix cannot be installed: {reason}")
except KeyboardInterrupt:
    sys.exit(130)
