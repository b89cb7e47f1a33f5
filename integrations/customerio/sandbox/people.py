"""The people of the workspace and their groups: found by id, e-mail address or cio_id; kept as plain JSON.

What identifies whom: https://docs.customer.io/integrations/api/track/tag/track-customers/identify/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

Person = dict[str, Any]
EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
KINDS = ("id", "email", "cio_id")


class People:
    """A view of `data`, the workspace's JSON, with an index for each kind of identifier."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data
        self.rows: dict[str, Person] = data["people"]
        self.groups: dict[str, dict[str, Any]] = data["groups"]
        self.suppressed: dict[str, list[str]] = data["suppressed"]
        self._by_id: dict[str, Person] = {who["id"]: who for who in self.rows.values() if who["id"]}
        self._by_email: dict[str, Person] = {who["email"].lower(): who for who in self.rows.values() if who["email"]}

    def find(self, identifier: str) -> Person | None:
        """Whoever has this id, `cio_` and cio_id, or e-mail address (in any case)."""
        if identifier in self._by_id:
            return self._by_id[identifier]
        if identifier.startswith("cio_"):
            return self.rows.get(identifier[4:])
        return self._by_email.get(identifier.lower())

    def of_kind(self, kind: str, value: Any) -> Person | None:
        """Whoever has this identifier of this kind."""
        if kind == "cio_id":
            return self.rows.get(str(value))
        return self._by_email.get(str(value).lower()) if kind == "email" else self._by_id.get(str(value))

    def is_blocked(self, *identifiers: Any) -> bool:
        """Whether one of them is suppressed."""
        return any(isinstance(name, str) and name in self.suppressed for name in identifiers)

    def upsert(self, identifier: str, given: Mapping[str, Any] | None = None) -> Person | None:
        """Create or update a person; None, and nothing done, for a suppressed one or an unknown cio_id.

        An e-mail address that someone else has stays with them.
        """
        attributes = dict(given or {})
        email = attributes.get("email") if isinstance(attributes.get("email"), str) else None
        if self.is_blocked(identifier, email):
            return None
        who = self.find(identifier)
        if who is None and email and (known := self._by_email.get(email.lower())):
            who = known
            self._name(who, "id", identifier)  # the person gets the new id
        if who is None:
            if identifier.startswith("cio_"):
                return None
            who = self._add(identifier)
        for kind in ("email", "id"):
            value = attributes.pop(kind, None)
            if isinstance(value, str) and value and (kind == "email" or not who["id"]):
                self._name(who, kind, value)
        for name, value in attributes.items():
            if value is None or value == "":
                who["attributes"].pop(name, None)
            else:
                who["attributes"][name] = value
        return who

    def _add(self, identifier: str) -> Person:
        self.data["counters"]["person"] += 1
        is_email = EMAIL.fullmatch(identifier) is not None
        cio_id = f"a3{self.data['counters']['person']:06x}"
        who: Person = {"id": None, "email": None, "cio_id": cio_id, "attributes": {}, "devices": []}
        self.rows[cio_id] = who
        self._name(who, "email" if is_email else "id", identifier)
        return who

    def _name(self, who: Person, kind: str, value: str) -> None:
        index = self._by_email if kind == "email" else self._by_id
        key = value.lower() if kind == "email" else value
        if index.get(key, who) is not who:
            return
        if who[kind]:
            index.pop(who[kind].lower() if kind == "email" else who[kind], None)
        who[kind] = value
        index[key] = who

    def forget(self, who: Person) -> None:
        """Delete a person, their place in segments and groups included."""
        self.rows.pop(who["cio_id"], None)
        self._by_id.pop(who["id"], None)
        self._by_email.pop((who["email"] or "").lower(), None)
        for segment in self.data["segments"]:
            if who["cio_id"] in segment["members"]:
                segment["members"].remove(who["cio_id"])
        for group in self.groups.values():
            group["people"].pop(who["cio_id"], None)

    def suppress(self, identifier: str) -> None:
        """Delete the person and block every identifier they have; an identifier that nobody has is blocked too."""
        who = self.find(identifier)
        names = [identifier]
        if who is not None:
            self.forget(who)
            names += [who[kind] for kind in ("id", "email") if who[kind] and who[kind] != identifier]
        for name in names:
            self.suppressed.setdefault(name, names)

    def unsuppress(self, identifier: str) -> None:
        """Lift the block from all identifiers that were blocked together. The profile does not come back."""
        for name in self.suppressed.get(identifier, ()):
            self.suppressed.pop(name, None)

    def merge(self, kept: Person, gone: Person) -> None:
        """Give the one the other's attributes, devices and groups where it has none of its own; then delete the other."""
        kept["attributes"] = gone["attributes"] | kept["attributes"]
        known = {device["id"] for device in kept["devices"]}
        kept["devices"] += [device for device in gone["devices"] if device["id"] not in known]
        for group in self.groups.values():
            if gone["cio_id"] in group["people"]:
                group["people"].setdefault(kept["cio_id"], group["people"][gone["cio_id"]])
        for segment in self.data["segments"]:
            if gone["cio_id"] in segment["members"] and kept["cio_id"] not in segment["members"]:
                segment["members"].append(kept["cio_id"])
        self.forget(gone)
        for kind in ("id", "email"):
            if not kept[kind] and gone[kind]:
                self._name(kept, kind, gone[kind])

    def device(self, who: Person, device_id: str, device: Mapping[str, Any] | None) -> None:
        """Add, replace or (None) remove a device."""
        rest = [known for known in who["devices"] if known["id"] != device_id]
        who["devices"] = [*rest, {**device, "id": device_id}] if device else rest

    def group(self, of_type: str, group_id: str, attributes: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Create or update a group (an object)."""
        key = f"{of_type}/{group_id}"
        if key not in self.groups:
            self.data["counters"]["group"] += 1
            cio_id = f"ob{self.data['counters']['group']:06x}"
            self.groups[key] = {
                "id": group_id,
                "type": of_type,
                "cio_object_id": cio_id,
                "attributes": {},
                "people": {},
            }
        found = self.groups[key]
        for name, value in (attributes or {}).items():
            if value is None or value == "":
                found["attributes"].pop(name, None)
            else:
                found["attributes"][name] = value
        return found

    def known_group(self, identifiers: Mapping[str, Any]) -> dict[str, Any] | None:
        """The group of these identifiers of the Track API, if there is one."""
        if cio_id := identifiers.get("cio_object_id"):
            return next((group for group in self.groups.values() if group["cio_object_id"] == cio_id), None)
        return self.groups.get(f"{identifiers.get('object_type_id')}/{identifiers.get('object_id')}")

    def drop_group(self, group: Mapping[str, Any]) -> None:
        self.groups.pop(f"{group['type']}/{group['id']}", None)

    def shown(self, cio_ids: Iterable[str]) -> list[str]:
        """Ids (else e-mail addresses) of these people, for reading."""
        people = (self.rows[cio_id] for cio_id in cio_ids if cio_id in self.rows)
        return [who["id"] or who["email"] or who["cio_id"] for who in people]
