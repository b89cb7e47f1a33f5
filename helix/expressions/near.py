"""Did you mean …: the name that a mistyped one was meant to be."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, names: Iterable[object]) -> str | None:
    """The one of these names that is most like the given one, or None when none is."""
    known = {str(each).lower().replace("_", "").replace("-", ""): str(each) for each in names}
    wanted = name.lower().replace("_", "").replace("-", "")
    if wanted in known:
        return known[wanted]
    if len(name) > 100 or len(known) > 2000:
        return None
    found = get_close_matches(wanted, known, n=1, cutoff=0.7)
    return known[found[0]] if found else None
