"""A schedule has times that come, in a zone that there is."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from cronsim import CronSim, CronSimError

from helix.expressions.near import nearest
from helix.flows.graph import Node
from helix.flows.problems import Problem, repair
from helix.flows.subject import Subject

_NICKNAMES = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@hourly": "0 * * * *",
}


def rule(subject: Subject) -> Iterator[Problem]:
    for node in subject.nodes.values():
        window = node.config.get("window") if node.type == "logic.wait" else None
        if isinstance(window, dict):
            yield from _zone(subject, node, "/window/timezone", window.get("timezone"))
        if node.type != "trigger.schedule":
            continue
        cron, zone = node.config.get("cron"), node.config.get("timezone")
        if isinstance(cron, str) and cron.strip() and (wrong := cron_fault(cron)):
            known = _NICKNAMES.get(cron.strip().lower())
            mend = repair(f"Write {known}", ("replace", subject.path_of(node, "/cron"), known)) if known else None
            hint = (
                f"Write {known}."
                if known
                else "Five parts: minute, hour, day, month, weekday, such as 0 9 * * 1 for Mondays at 9:00."
            )
            yield subject.field_problem(node, "cron", "/cron", wrong, hint, mend=mend)
        yield from _zone(subject, node, "/timezone", zone)


def _zone(subject: Subject, node: Node, place: str, zone: object) -> Iterator[Problem]:
    if isinstance(zone, str) and zone.strip() and not zone_exists(zone):
        close = _close_zone(zone)
        mend = repair(f"Use {close}", ("replace", subject.path_of(node, place), close)) if close else None
        hint = f"Did you mean {close}?" if close else "Choose a zone such as Europe/Paris or UTC."
        yield subject.field_problem(
            node, "time_zone", place, f"is “{zone[:60]}”, which is no time zone.", hint, mend=mend
        )


@lru_cache(maxsize=1024)
def cron_fault(cron: str) -> str:
    """What is wrong with a cron expression, "" when nothing is."""
    if len(cron) > 200:
        return "is too long."
    if len(cron.split()) != 5:
        parts = len(cron.split())
        return f"is “{cron[:60]}”, which has {parts} part{'' if parts == 1 else 's'} instead of five."
    try:
        next(CronSim(cron, datetime(2026, 1, 1, tzinfo=UTC)))
    except CronSimError as error:
        return f"is “{cron[:60]}”, which is no schedule: {str(error).lower() or 'it cannot be read'}."
    except StopIteration:
        return f"is “{cron[:60]}”, a time that never comes."
    except (ValueError, OverflowError, IndexError):
        return f"is “{cron[:60]}”, which is no schedule."
    return ""


@lru_cache(maxsize=1024)
def zone_exists(zone: str) -> bool:
    """Whether there is a time zone of this name."""
    if zone != zone.strip() or zone not in _zones():
        return False
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


@lru_cache(maxsize=1024)
def _close_zone(zone: str) -> str | None:
    by_city = [
        each for each in sorted(_zones()) if each.lower().rsplit("/", 1)[-1] == zone.strip().lower().replace(" ", "_")
    ]
    return by_city[0] if by_city else nearest(zone[:60], sorted(_zones()))
