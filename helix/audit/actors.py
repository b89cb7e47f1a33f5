"""Who is acting: set once where a request or command comes in, read wherever an act is written down."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Actor:
    """Somebody or something that acts. `kind`: user, token, command (at the server), system (Helix by itself), nobody."""

    kind: str
    id: UUID | None = None
    name: str = ""
    address: str = ""


SYSTEM = Actor("system", name="Helix")
COMMAND = Actor("command", name="an operator of the server")
_now: ContextVar[Callable[[], Actor] | None] = ContextVar("helix_actor", default=None)


def actor() -> Actor:
    """Who acts now; Helix itself where nobody was named."""
    named = _now.get()
    return SYSTEM if named is None else named()


def of_user(user: Any, address: str = "") -> Actor:
    """A person as an actor; nobody when they are not signed in."""
    if user is None or not getattr(user, "is_authenticated", False):
        return Actor("nobody", name="somebody who is not signed in", address=address)
    return Actor("user", user.pk, str(user), address)


@contextmanager
def acting(who: Actor | Callable[[], Actor]) -> Iterator[None]:
    """In this block this one acts. A function is asked when it is needed first: a page that notes nothing looks nobody up."""
    before = _now.set(who if callable(who) else lambda: who)
    try:
        yield
    finally:
        _now.reset(before)


def act_as(who: Actor) -> None:
    """From here to the end of the surrounding `acting` this one acts: the caller's token was read after the door was passed."""
    _now.set(lambda: who)
