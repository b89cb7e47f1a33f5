"""Does a Customer.io event concern a trigger, or a step that waits? Pure."""

from collections.abc import Mapping
from typing import Any

from helix.engine.keys import person_digest
from integrations.customerio.hooks import Event


def concerns(config: Mapping[str, Any], event: Event) -> bool:
    """Whether the event is one of those that a `trigger.customerio_event` with these settings listens for.

    Campaigns and newsletters are alternatives, for a message comes from one or the other.
    """
    if event.name not in (config.get("events") or ()):
        return False
    data = event.payload.get("data")
    facts = data if isinstance(data, dict) else {}
    origins = {name: config.get(f"{name}s") or () for name in ("campaign_id", "newsletter_id")}
    if any(origins.values()) and not any(facts.get(name) in wanted for name, wanted in origins.items() if wanted):
        return False
    domains = {str(domain).strip().lower().lstrip("@") for domain in config.get("recipient_domains") or ()}
    return not domains or bool(domains & _domains(facts))


def awaits(event: Event, asked: Mapping[str, Any]) -> bool:
    """Whether a step that waits for an event of its person asked for this one."""
    return event.name in (asked.get("events") or ())


def digests_of(event: Event) -> set[str]:
    """Whom the event is about, as waiting steps know them: by id, e-mail address or cio_id."""
    data = event.payload.get("data")
    facts = data if isinstance(data, dict) else {}
    identifiers = facts.get("identifiers")
    named = list(identifiers.values()) if isinstance(identifiers, dict) else []
    named += [facts.get(name) for name in ("customer_id", "email_address", "recipient")]
    return {person_digest(str(each)) for each in named if each not in (None, "")}


def _domains(facts: Mapping[str, Any]) -> set[str]:
    """The domains of the addresses that an event tells of."""
    identifiers = facts.get("identifiers")
    person = identifiers.get("email") if isinstance(identifiers, dict) else None
    addresses = [facts.get("recipient"), facts.get("email_address")]
    found: list[Any] = [address for address in addresses if isinstance(address, str) and "@" in address]
    return {address.rpartition("@")[2].lower() for address in found or [person] if isinstance(address, str)}
