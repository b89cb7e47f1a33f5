"""`python -m tests.soundness 2000 [first seed]`: draws and runs that many random flows; prints what was found, exit code 1 if any."""

import os
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

from tests.soundness.command import main  # noqa: E402 - Django must be ready first

count, first = [*map(int, sys.argv[1:3]), *(200, 0)[len(sys.argv) - 1 :]]
sys.exit(main(count, first))
