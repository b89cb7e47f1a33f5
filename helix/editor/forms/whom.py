"""Whom a step that cannot be taken back will hit, in a sentence, as far as its settings tell. Pure."""

import re
from collections.abc import Mapping

from pydantic import JsonValue

from helix.editor.fields import Given, liquid_of


def whom(step: str, config: Mapping[str, JsonValue]) -> str:
    """The people a run will hit; "" where a step hits nobody."""
    match step:
        case "customerio.customer_io_suppress_person":
            return f"Hits the person {_one(config.get('identifier'), 'named below')}, in every run."
        case "customerio.create_alias":
            gone, kept = _one(config.get("previousId"), "a person"), _one(config.get("userId"), "another")
            return f"Merges {gone} into {kept}."
        case "customerio.unsubscribe_delivery":
            return f"Hits the recipient of {_one(config.get('delivery_id'), 'the message')}."
        case "customerio.trigger_broadcast":
            return _audience(config)
    return ""


def _audience(config: Mapping[str, JsonValue]) -> str:
    for name, words in (
        ("ids", "people by id"),
        ("emails", "people by e-mail address"),
        ("per_user_data", "people with data of their own"),
    ):
        value = config.get(name)
        if isinstance(value, list) and value:
            counted = words.replace("people", "person", 1) if len(value) == 1 else words
            return f"Goes to {len(value)} {counted}."
        if liquid_of(value if value is not None else "") is not None:
            return f"Goes to the {words} in {_one(value, '')}: as many as there are."
    if config.get("data_file_url"):
        return "Goes to everybody in the file."
    if config.get("recipients"):
        return "Goes to everybody whom the filter finds: see its segments below."
    return "Goes to everybody in the audience that is set for the broadcast in Customer.io."


def _one(value: Given | None, unknown: str) -> str:
    if value is None:
        return unknown
    text = liquid_of(value)
    if text is not None:
        return _named(text) if text.strip() else unknown
    return f"“{value[:60]}”" if isinstance(value, str) and value else unknown


def _named(liquid: str) -> str:
    """A lone reference in words, any other expression as it is."""
    found = re.fullmatch(r"\{\{-?\s*([A-Za-z_][\w.-]*)\s*(?:\|.*)?-?\}\}", liquid.strip())
    if found is None:
        return f"“{liquid.strip()[:60]}”"
    root, *rest = found[1].split(".")
    if root == "steps" and rest:
        return f"“{'.'.join(rest[2:]) or 'everything'}” of the step “{rest[0]}”"
    words = {"trigger": "the trigger", "item": "the item", "run": "the run"}.get(root, root)
    return f"“{'.'.join(rest)}” of {words}" if rest else words
