"""What was found out about one thing."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One line of `doctor`. `grave`: Helix does not do its work as it should; otherwise it is a piece of advice."""

    name: str
    ok: bool
    message: str
    hint: str = ""
    grave: bool = True

    @property
    def word(self) -> str:
        return "ok" if self.ok else "PROBLEM" if self.grave else "advice"


def advice(name: str, message: str, hint: str) -> Finding:
    """Something that should be otherwise, though everything works."""
    return Finding(name, False, message, hint, grave=False)
