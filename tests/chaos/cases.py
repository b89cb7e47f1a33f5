"""The matrix: every failpoint, a death or a freeze there, for every class of effects."""

import re
from dataclasses import dataclass
from itertools import product

from helix.up.child import ROOT
from integrations.kit.points import POINTS
from tests.chaos.effects import effects

DEEDS = ("kill", "freeze")
MARKED = ("before_sent_mark", "after_sent_mark")  # reached by calls that must not be repeated
_REACH = re.compile(r"""\breach\("([a-z_]+)"\)""")


QUEUE = "queue"
RUBBISH = ("no_message", "unknown", "doubled", "late")
"""What tests/chaos/hints.py puts into the queue."""


@dataclass(frozen=True)
class Case:
    """A process fails at this point while it carries a step of this class; or (point `queue`) rubbish waits in the queue."""

    point: str
    deed: str
    effect: str

    @property
    def name(self) -> str:
        return f"{self.point}/{self.deed}/{self.effect}"


def placed() -> list[str]:
    """The failpoints that some line of the product reaches."""
    found = {
        name
        for folder in ("helix/engine", "integrations/kit")
        for path in (ROOT / folder).rglob("*.py")
        for name in _REACH.findall(path.read_text())
    }
    return [name for name in POINTS if name in found]


def matrix() -> list[Case]:
    """All cases that can happen."""
    known = effects()
    queue = [Case(QUEUE, kind, "C") for kind in RUBBISH]
    return queue + [
        Case(point, deed, name)
        for point, deed, name in product(placed(), DEEDS, known)
        if known[name].dangerous or point not in MARKED
    ]
