"""API-triggered broadcasts: one trigger in ten seconds, five waiting at most, one audience; queued, and processed later.

Facts: https://docs.customer.io/messaging/send/broadcasts/api-triggered/ and .../api-triggered-errors.md
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from integrations.customerio.sandbox import segments
from integrations.customerio.sandbox.deliveries import deliver
from integrations.customerio.sandbox.http import MALFORMED, NOT_FOUND, Answer, Request, app_error
from integrations.customerio.sandbox.limits import (
    BROADCAST,
    BROADCAST_DATA_BYTES,
    RECIPIENTS,
    WAITING_TRIGGERS,
    size_of,
)
from integrations.customerio.sandbox.pages import page
from integrations.customerio.sandbox.people import Person
from integrations.customerio.sandbox.world import World

AUDIENCES = ("recipients", "ids", "emails", "per_user_data", "data_file_url")
LISTED = ("ids", "emails", "per_user_data")
FLAGS = {
    "id_ignore_missing": ("ids", "per_user_data", "data_file_url"),
    "email_ignore_missing": ("emails", "per_user_data", "data_file_url"),
    "email_add_duplicates": ("emails", "per_user_data", "data_file_url"),
}
"""Switch -> the audiences it may stand beside (the official Go client drops the others: the server rejects them)."""
OFFICIAL = ("id", "broadcast_id", "created_at", "processed_at")


def trigger_broadcast(world: World, request: Request, number: str) -> Answer:
    """Queue a trigger. 200 means queued: people who cannot be reached show up in the trigger's errors, later."""
    broadcast = _broadcast(world, number)
    if broadcast is None:
        return NOT_FOUND
    body = request.object
    if body is None:
        return MALFORMED
    if wait := world.wait("broadcast", BROADCAST):
        return app_error(429, BROADCAST.words, {"Retry-After": str(max(1, -int(-wait // 1)))})
    if fault := next(_faults(body, world.data), None):
        return app_error(422, fault[1], pointer=fault[0])
    process(world)
    if sum(row["processed_at"] is None for row in world.data["triggers"]) >= WAITING_TRIGGERS:
        return app_error(
            429, f"{WAITING_TRIGGERS} triggers of broadcasts are waiting (reference sandbox)", {"Retry-After": "10"}
        )
    # An empty list is no audience: the broadcast's own is used. Whoever builds lists must look out for that.
    audience = next((name for name in AUDIENCES if body.get(name)), "default")
    made = {
        "id": world.next_id("trigger"),
        "broadcast_id": broadcast["id"],
        "created_at": world.now(),
        "processed_at": None,
        "audience": audience,
        "recipients": len(body[audience]) if audience in LISTED else None,
        "errors": [],
        "data": body.get("data"),
        "wanted": {name: body[name] for name in (audience, *FLAGS) if name in body},
    }
    world.write(lambda: world.data["triggers"].append(made))
    return Answer(body={"id": made["id"]})


def _broadcast(world: World, number: str) -> dict[str, Any] | None:
    return next((row for row in world.data["broadcasts"] if str(row["id"]) == number), None)


def _faults(body: Mapping[str, Any], data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is wrong with a trigger's body: pairs of field and words."""
    given = [name for name in AUDIENCES if body.get(name) is not None]
    if len(given) > 1:
        yield given[1], f"only one of {', '.join(AUDIENCES)} may be given"
    for name in given:
        if name == "recipients":
            yield from segments.filter_faults(body[name], data)
        elif words := _list_fault(name, body[name]):
            yield name, words
    for flag, audiences in FLAGS.items():
        if flag in body and (not isinstance(body[flag], bool) or (given and given[0] not in audiences)):
            yield flag, f"{flag} is not valid with this audience"
    if (shared := body.get("data")) is not None and not isinstance(shared, dict):
        yield "data", "data must be an object"
    elif size_of(shared) > BROADCAST_DATA_BYTES:
        yield "data", f"data exceeds {BROADCAST_DATA_BYTES} bytes"


def _list_fault(name: str, value: Any) -> str:
    """What is wrong with an audience that is a list of people, or the address of one."""
    if name == "data_file_url":
        return (
            ""
            if isinstance(value, str) and value.startswith(("http://", "https://", "s3://"))
            else f"{name} must be an URL"
        )
    if not isinstance(value, list) or len(value) > RECIPIENTS:
        return f"{name} must be a list of at most {RECIPIENTS}"
    if name == "per_user_data":
        fits = all(isinstance(row, dict) and (row.get("id") or row.get("email")) for row in value)
        return "" if fits else "every entry needs id or email"
    return "" if all(isinstance(row, str | int) for row in value) else f"{name} must be a list of text"


def triggers(world: World, request: Request, number: str) -> Answer:
    """Every trigger of a broadcast."""
    process(world)
    if _broadcast(world, number) is None:
        return NOT_FOUND
    return Answer(
        body={"triggers": [_public(row) for row in world.data["triggers"] if str(row["broadcast_id"]) == number]}
    )


def trigger(world: World, request: Request, number: str, trigger_id: str) -> Answer:
    """One trigger of a broadcast."""
    process(world)
    found = _trigger(world, number, trigger_id)
    return Answer(body=_public(found)) if found else NOT_FOUND


def errors(world: World, request: Request, number: str, trigger_id: str) -> Answer:
    """Why people of a trigger got nothing, as plain texts, a page at a time."""
    process(world)
    found = _trigger(world, number, trigger_id)
    if found is None:
        return NOT_FOUND
    rows = page(found["errors"], request, 50, 1000)
    return rows if isinstance(rows, Answer) else Answer(body={"errors": rows[0], "next": rows[1] or 0})


def _trigger(world: World, number: str, trigger_id: str) -> dict[str, Any] | None:
    rows: list[dict[str, Any]] = world.data["triggers"]
    return next((row for row in rows if (str(row["broadcast_id"]), str(row["id"])) == (number, trigger_id)), None)


def _public(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in OFFICIAL}


def process(world: World) -> None:
    """Send what is due: deliveries for everybody in the audience, errors for those who are missing."""
    for row in world.data["triggers"]:
        due = row["created_at"] + world.settings["processing_seconds"]
        if row["processed_at"] is None and due <= world.now():
            row["processed_at"] = due
            _send(world, row)
            world.dirty = True


def _send(world: World, row: dict[str, Any]) -> None:
    wanted, broadcast = row.pop("wanted"), _broadcast(world, str(row["broadcast_id"]))
    people, missing = _audience(world, row["audience"], wanted, broadcast or {})
    row["errors"] = missing
    if missing:
        people = []  # one who is missing fails the whole trigger, unless told to skip them
    for who in people:
        if not who["attributes"].get("unsubscribed"):
            deliver(world.data, who, row["processed_at"], "email", broadcast_id=row["broadcast_id"],
                    trigger_id=row["id"], subject=(broadcast or {}).get("name"))  # fmt: skip
    row["recipients"] = len(people)


def _audience(
    world: World, kind: str, wanted: Mapping[str, Any], broadcast: Mapping[str, Any]
) -> tuple[list[Person], list[str]]:
    """The people of an audience, and an error for each who does not exist and may not be skipped."""
    if kind in ("default", "recipients"):
        found = wanted["recipients"] if kind == "recipients" else broadcast["audience"]
        return [who for who in world.people.rows.values() if segments.matches(found, who, world.data)], []
    people: dict[str, Person] = {}
    missing = []
    rows = wanted[kind] if kind in LISTED else []  # a file is not fetched: the sandbox calls nobody
    for row in rows:
        by = "email" if kind == "emails" or (isinstance(row, dict) and not row.get("id")) else "id"
        name = row[by] if isinstance(row, dict) else row
        who = world.people.of_kind(by, name)
        if who is not None:
            people[who["cio_id"]] = who
        elif not wanted.get(f"{by}_ignore_missing"):
            missing.append(f"{by} {str(name)[:150]!r} was not found")
    return list(people.values()), missing
