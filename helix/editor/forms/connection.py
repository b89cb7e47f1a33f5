"""The choice of a connection: which of the team's fit a step, and why the others do not."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from helix.editor.fields import Option
from integrations.catalog import HTTP, INTEGRATIONS

FAMILY_WORDS = {
    "app": "an App API key", "track": "a Track API key (with its site id)", "pipelines": "a Pipelines API key",
}  # fmt: skip
REGIONS = {"us": "US", "eu": "EU"}


class Facts(Protocol):
    """What is known of a connection (see helix.flows.check.ConnectionFacts)."""

    @property
    def name(self) -> str: ...
    @property
    def integration(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def families(self) -> frozenset[str]: ...
    @property
    def sandbox(self) -> bool: ...


@dataclass(frozen=True)
class ConnectionChoice:
    """The connections of a step. `none_fits`: there is nothing to choose; `words` say what is needed."""

    name: str
    options: tuple[Option, ...]
    region: str
    sandbox: bool
    none_fits: bool
    missing: bool
    words: str
    optional: bool = False
    help: str = ""

    @property
    def empty_words(self) -> str:
        """What the choice says while nothing is chosen."""
        return "No connection: call without a key" if self.optional else "Choose a connection …"


def connection_choice(
    connections: Iterable[Facts], *, now: str | None, integration: str, family: str | None, optional: bool = False
) -> ConnectionChoice:
    """The choice for a step of this integration that needs this family of keys. `optional`: it works without one, and
    connections to other services are not even offered."""
    options = []
    held = {each.name: each for each in connections}
    for each in held.values():
        reason = why_not(each, integration, family)
        if optional and each.integration != integration and each.name != now:
            continue
        place = "sandbox" if each.sandbox else place_of(each)
        label = f"{each.name} · {place}" + (f" ({reason})" if reason else "")
        options.append(
            Option(each.name, label, reason, chosen=each.name == now, disabled=bool(reason) and each.name != now)
        )
    chosen = held.get(now) if now else None
    if now and chosen is None:
        options.append(Option(now, f"{now} (not in this team)", chosen=True))
    return ConnectionChoice(
        name=now or "",
        options=tuple(options),
        region=place_of(chosen) if chosen else "",
        sandbox=chosen.sandbox if chosen else False,
        none_fits=not optional and not any(not why_not(each, integration, family) for each in held.values()),
        missing=bool(now) and chosen is None,
        words=f"This step needs {FAMILY_WORDS.get(family or '', 'a key')}." if family else "",
        optional=optional,
        help="Holds the key of the service, sealed, and sends it along only to the hosts you named for it."
        if optional
        else "",
    )


def place_of(facts: Facts) -> str:
    """Where a connection leads, in a word: its region where it has some, else the kind of service."""
    if facts.integration == HTTP.key:
        return "HTTP"
    integration = INTEGRATIONS.get(facts.integration)
    if integration is not None and not integration.regions:
        return integration.title
    return REGIONS.get(facts.region, facts.region)


def why_not(facts: Facts, integration: str, family: str | None) -> str:
    """Why a connection does not fit, or ""."""
    if facts.integration != integration:
        return "another service"
    if family and family not in facts.families:
        return f"without {FAMILY_WORDS.get(family, 'the key')}"
    return ""
