"""What the terminal shows: a line is `process | text`, and noise that nobody can act on is left out."""

import contextlib
import re
import sys
import threading

NOISE = re.compile(
    r"""^\s*$
      | overcommit | Increased\ maximum\ number\ of\ open\ files | maximum\ open\ files
      | scheduling\ shutdown | ready\ to\ exit,\ bye
      | superuser\ privileges | _warn_or_raise_security_error | worker:\ Warm\ shutdown | SecurityWarning | Please\ specify\ a\ different\ user | --uid\ option | User\ information:
      | ^\s*(uid|euid|gid|egid)=\d+ .* $
      | C_FORCE_ROOT | absolutely\ not\ recommended | warnings\.warn\(
    """,
    re.VERBOSE,
)
NAME_WIDTH = 9
_turn = threading.Lock()


class CannotStart(Exception):
    """Helix cannot start; the text is one sentence or two: what is wrong, and what to do."""


def say(text: str, process: str = "") -> None:
    """Print a line; with `process`, as that process's."""
    with _turn, contextlib.suppress(OSError):  # a closed terminal must not keep the children from being ended
        sys.stdout.write(f"{process:<{NAME_WIDTH}} | {text}\n" if process else f"{text}\n")
        sys.stdout.flush()


def is_noise(line: str) -> bool:
    return NOISE.search(line) is not None
