"""`python -m helix.up`: the supervisor's process. `manage.py up` becomes it."""

import sys

from helix.up.options import read_options
from helix.up.supervisor import supervise
from helix.up.words import CannotStart

if __name__ == "__main__":
    try:
        supervise(read_options(sys.argv[1:]))
    except CannotStart as reason:
        sys.exit(f"Helix cannot start. {reason}")
